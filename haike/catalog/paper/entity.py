"""How print templates are shown, found and written."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.paper.record import PrintTemplate
from haike.catalog.paper.words import placeholders
from haike.kernel import change
from haike.kernel.entity import Entity, Panel, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.people.policy import GrantedPolicy
from haike.people.switches import declare_grants

GRANT = "edit_templates"
declare_grants({GRANT: _("Set up print templates and contract templates")})


class TemplatePolicy(GrantedPolicy):
    """Everybody prints by the templates; a grant says who sets them up."""

    grant = GRANT


def placeholders_html(label: str) -> str:
    """The placeholders of a kind of document as a table."""
    rows = [(f"{{{{ {name} }}}}", words) for name, words in placeholders(label).items()]
    return render_to_string("catalog/placeholders.html", {"rows": rows})


def _placeholders(request: HttpRequest, template: PrintTemplate) -> str:
    return placeholders_html(template.entity)


class PrintTemplateEntity(Entity):
    """Templates are kept for each kind of document; one of a kind is used first."""

    model, policy_class = PrintTemplate, TemplatePolicy
    slug, icon = "print-templates", "printer"
    titled_by = ["name"]
    columns = ["name", "entity", "usual", "prices", "columns", "changed_at"]
    sections = [
        Section(_("Print template"), ["name", "entity", "usual", "logo", "heading"]),
        Section(_("Content"), ["intro", "columns", "prices", "capital"]),
        Section(pgettext_lazy("paper", "End"), ["terms", "footer", "signatures", "seal"]),
    ]
    facts = ["entity", "usual", "prices"]
    search = ["name"]
    hidden = ["owner"]
    in_menu = in_create_menu = False
    importable = False
    help_page = "quotes"
    panels = [Panel("placeholders", _("Placeholders"), _placeholders, icon="braces")]

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> PrintTemplate:
        """Make a template; one that is used first takes the place of the former one."""
        with transaction.atomic():
            made: PrintTemplate = change.create(PrintTemplate, by=by, batch=batch, owner=None, **values)
            self._make_room(made, by, batch)
        return made

    def change(
        self, record: PrintTemplate, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> PrintTemplate:
        """Change a template; the same holds."""
        with transaction.atomic():
            changed: PrintTemplate = change.change(record, by=by, version=version, batch=batch, **values)
            self._make_room(changed, by, batch)
        return changed

    @staticmethod
    def _make_room(made: PrintTemplate, by: Actor, batch: Batch | None) -> None:
        others: Any = PrintTemplate.objects.live().filter(entity=made.entity, usual=True).exclude(pk=made.pk)
        for former in others if made.usual else []:
            change.change(former, by=by, batch=batch, usual=False)
