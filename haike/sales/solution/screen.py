"""How solutions and their templates are shown, found and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel.change import GUARDS
from haike.kernel.entity import Button, Category, Entity, Section, entity_of
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.opportunity.within import WithinOpportunity
from haike.sales.solution.record import Solution, SolutionTemplate

GRANT = "solution_templates"
declare_grants({GRANT: _("Offer solution templates to the whole company")})


class SolutionEntity(Entity):
    """Solutions are read on their opportunity and in a list across all of them."""

    model, policy_class = Solution, WithinOpportunity
    slug, icon, title = "solutions", "file-description", "title"
    titled_by = ["title"]
    columns = ["title", "opportunity", "stage", "changed_at", "created_by", "created_at"]
    categories = {
        "draft": Category(_("Drafts"), Q(stage="draft")),
        "presented": Category(_("Presented"), Q(stage="presented")),
        "accepted": Category(pgettext_lazy("solution", "Accepted"), Q(stage="accepted")),
    }
    sections = [Section(_("Solution"), ["opportunity", "title", "stage", "text"])]
    facts = ["opportunity", "created_by", "changed_at"]
    badges = ["stage"]
    search = ["title", "opportunity__title"]
    synonyms = {"title": ("方案名称", "解决方案", "方案"), "text": ("方案内容", "正文")}
    in_menu = in_create_menu = False
    help_page = "opportunities"

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None or not entity_of(SolutionTemplate).policy.may(user, "create"):
            return []
        return [Button(_("Keep as a template"), f"{self.url_of(record)}keep", "template", "post")]


class SolutionTemplateEntity(Entity):
    """Templates have owners; what is offered to all can be taken by everybody who makes a solution."""

    model = SolutionTemplate
    slug, icon, title = "solution-templates", "template", "title"
    titled_by = ["title"]
    columns = ["title", "for_all", "owner", "changed_at", "created_at"]
    categories = {
        "mine": Category(_("Mine"), lambda user: Q(owner_id=user.pk)),
        "all_of_us": Category(_("The company's"), Q(for_all=True)),
    }
    sections = [Section(_("Solution template"), ["title", "text", "for_all"])]
    facts = ["for_all", "owner", "changed_at"]
    search = ["title"]
    in_menu = in_create_menu = False
    help_page = "opportunities"


def guard(entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor) -> Mapping[int, Refused]:
    """Only who holds the grant offers a template to all, or changes one that is."""
    if entity.model is not SolutionTemplate or by.grants.may_do(GRANT):
        return {}
    said = _("Only who may offer templates to the whole company sets this.")
    rows: Sequence[Any] = records
    return {place: Refused(fields={"for_all": said}) for place, row in enumerate(rows) if row.for_all}


GUARDS.append(guard)
