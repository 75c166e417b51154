"""Won and lost by what hangs on opportunities: the competitors met, and the products that they were about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from haike.kernel.entity import entity_of
from haike.sales.competitor.record import Competitor
from haike.sales.opportunity.outcome import Outcome, figures, in_order, outcome_from
from haike.sales.opportunity.products import parts, parts_by_product
from haike.sales.opportunity.record import WON

RIVAL, PRODUCT = "rival", "product"


def readable(user: Any) -> list[str]:
    """The ways to part them that a reader may know."""
    competitors = entity_of(Competitor)
    found = [PRODUCT] if parts_by_product(user) else []
    if competitors.policy.may(user, "view") and competitors.right(user, "rival") in ("edit", "read"):
        found.append(RIVAL)
    return found


def by_rival(rows: QuerySet[Any]) -> list[Outcome]:
    """How those went for which each competitor was after, too; keys are the codes of the words."""
    met = Competitor._base_manager.filter(opportunity__in=rows.values("pk"), deleted_at__isnull=True).order_by()
    return in_order(outcome_from(row["rival"], row) for row in met.values("rival").annotate(**figures("opportunity__")))


def by_product(rows: QuerySet[Any], user: Any) -> tuple[list[Outcome], dict[int, str]]:
    """How those went that were about each product, with the products' names."""
    found: dict[int, Outcome] = {}
    names = {}
    for part in parts(rows, user):
        names[part.product] = part.name
        was = found.get(part.product, Outcome(part.product))
        if part.state == WON:
            was = replace(was, won=was.won + part.number, won_amount=was.won_amount + part.amount)
        else:
            was = replace(was, lost=was.lost + part.number, lost_amount=was.lost_amount + part.amount)
        found[part.product] = was
    return in_order(found.values()), names
