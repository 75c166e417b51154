"""The solutions of an opportunity, with a new one from nothing or from a template."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.files.attachment.queries import of_record
from haike.find.prepared import Tally
from haike.kernel.entity import Related, entity_of
from haike.kernel.policy import Actor
from haike.sales.solution.record import Solution, SolutionTemplate
from haike.screens.record import related_count, related_panel

SOLUTIONS = Related("sales.solution", "opportunity", columns=["title", "stage", "changed_at", "created_by"])
MOST = 50


def templates_for(user: Actor) -> Any:
    """What a user may begin with: what is offered to all, his own, and those of whose records he sees."""
    rows: Any = SolutionTemplate.objects.live().filter(archived_at__isnull=True)
    seen = SolutionTemplate.objects.visible_to(user)
    return rows.filter(Q(for_all=True) | Q(pk__in=seen.values("pk"))).order_by("-for_all", "title", "id")


def panel(request: HttpRequest, opportunity: Any) -> SafeString:
    """The list, and below it the templates."""
    user, entity = cast(Any, request.user), entity_of(Solution)
    if not entity.policy.may(user, "view"):
        return SafeString("")
    may = opportunity.deleted_at is None and entity.policy.may(user, "create")
    chosen = list(templates_for(user)[:MOST]) if may else []
    context = {
        "list": related_panel(request, opportunity, SOLUTIONS, user),
        "templates": chosen,
        "from_url": f"/opportunities/{opportunity.pk}/solution",
        "all_url": entity_of(SolutionTemplate).url if entity_of(SolutionTemplate).policy.may(user, "view") else "",
    }
    return render_to_string("sales/solution/panel.html", context, request=request)


def count(user: Actor, opportunity: Any) -> int | Tally:
    """How many there are."""
    return related_count(SOLUTIONS, opportunity, user) if entity_of(Solution).policy.may(user, "view") else 0


def attachments_of(record: Any) -> Any:
    """What is attached to a solution or template."""
    return of_record(entity_of(record), record.pk).filter(deleted_at=None).order_by("at", "id")
