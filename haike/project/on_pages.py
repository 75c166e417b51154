"""What projects put on the pages of customers, contacts, opportunities, quotes, contracts and orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.entity import Button, Entity, Related, entity_of
from haike.project.link.record import KINDS, Link
from haike.project.project.record import Project
from haike.screens.record import BUTTONS

BY_LABEL = {label: kind for kind, label in KINDS.items()}


def buttons(entity: Entity, record: Any, user: Any) -> Iterable[Button]:
    """The project to which a record belongs, or the way into one."""
    kind, home = BY_LABEL.get(entity.label), entity_of(Project)
    if kind is None or record.deleted_at is not None or not home.policy.may(user, "view"):
        return
    key = Link.objects.filter(**{kind: record.pk}).values_list("project", flat=True).first()
    if key is None:
        if home.policy.may(user, "edit"):
            yield Button(_("Add to a project"), f"{home.url}of/{kind}/{record.pk}", "building-community", "drawer")
        return
    project = Project.objects.visible_to(user).filter(pk=key).first()
    if project is not None:
        yield Button(_("Project: %(name)s") % {"name": project}, home.url_of(project), "building-community")


def add_to_pages() -> None:
    """Let customers show in which projects they take part, and documents to which they belong."""
    columns = ["kind", "project", "contact", "remark", "owner"]
    entity_of(Customer).tabs.append(Related("project.party", "customer", _("Projects"), columns))
    BUTTONS.append(buttons)
