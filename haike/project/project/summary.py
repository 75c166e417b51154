"""At a glance: who takes part in a project, and what is next on its schedule."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.customers.customer.record import Customer
from haike.kernel.dictionary import words_of
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.project.milestone.record import Milestone
from haike.project.party.record import Party

MOST = 12
NEXT = 3


def panel(request: HttpRequest, project: Any) -> SafeString:
    """The parties by kind, and the milestones that are open and come first; nothing where there is neither."""
    user = cast(Any, request.user)
    entity = entity_of(Party)
    parties, milestones = [], []
    if entity.policy.may(user, "view"):
        rows = Party.objects.live().filter(project=project.pk).select_related("customer", "contact").order_by("id")
        look = entity.looks["kind"]
        words = list(words_of("project_party_kind"))
        some = sorted(rows[:MOST], key=lambda party: (words.index(party.kind) if party.kind in words else 99, party.pk))
        keys = {party.customer_id for party in some}
        seen = Customer.objects.visible_to(user).filter(pk__in=keys) if keys else Customer.objects.none()
        opens = set(seen.values_list("pk", flat=True))
        parties = [
            {"party": party, "kind": SafeString(look.cell(party.kind)), "opens": party.customer_id in opens}
            for party in some
        ]
    if entity_of(Milestone).policy.may(user, "view"):
        rows = Milestone.objects.live().filter(project=project.pk, reached_on__isnull=True)
        milestones = list(rows.order_by("planned_on", "id")[:NEXT])
    if not parties and not milestones:
        return SafeString()
    context = {"parties": parties, "milestones": milestones, "today": today()}
    return render_to_string("project/summary.html", context, request=request)
