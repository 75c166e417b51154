"""Won and lost by what hangs on opportunities: the competitors met, and the products of their newest quotes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Max, Q, QuerySet, Sum
from django.db.models.functions import NullIf

from haike.kernel.entity import entity_of
from haike.sales.competitor.record import Competitor
from haike.sales.opportunity.outcome import Outcome, figures, in_order, outcome_from
from haike.sales.opportunity.record import LOST, WON
from haike.sales.quote.record import REPLACED, Quote, QuoteLine

RIVAL, PRODUCT = "rival", "product"
CENT = Decimal("0.01")
SHARE = ExpressionWrapper(
    F("document__opportunity__worth") * F("total") / NullIf(F("document__total"), Decimal(0)),
    output_field=DecimalField(max_digits=24, decimal_places=6),
)
"""What an opportunity is worth, in the part that a line has of the quote."""


def readable(user: Any) -> list[str]:
    """The ways to part them that a reader may know."""
    competitors, quotes = entity_of(Competitor), entity_of(Quote)
    found = []
    if quotes.policy.may(user, "view") and quotes.right(user, "lines") in ("edit", "read"):
        found.append(PRODUCT)
    if competitors.policy.may(user, "view") and competitors.right(user, "rival") in ("edit", "read"):
        found.append(RIVAL)
    return found


def by_rival(rows: QuerySet[Any]) -> list[Outcome]:
    """How those went for which each competitor was after, too; keys are the codes of the words."""
    met = Competitor._base_manager.filter(opportunity__in=rows.values("pk"), deleted_at__isnull=True).order_by()
    return in_order(outcome_from(row["rival"], row) for row in met.values("rival").annotate(**figures("opportunity__")))


def by_product(rows: QuerySet[Any], user: Any) -> tuple[list[Outcome], dict[int, str]]:
    """How those went in whose newest quote each product stands, with the products' names.

    An opportunity counts once for each product; its amount is parted as that quote is.
    """
    quotes = Quote.objects.visible_to(user).filter(opportunity__in=rows.values("pk")).exclude(state=REPLACED)
    newest = quotes.order_by().values("opportunity").annotate(last=Max("pk")).values("last")
    lines = QuoteLine._base_manager.filter(document__in=newest, product__isnull=False).order_by()
    won, lost = (Q(document__opportunity__state=state) for state in (WON, LOST))
    grouped = lines.values("product", "product__name").annotate(
        won=Count("document__opportunity", filter=won, distinct=True),
        lost=Count("document__opportunity", filter=lost, distinct=True),
        won_amount=Sum(SHARE, filter=won),
        lost_amount=Sum(SHARE, filter=lost),
    )
    found, names = [], {}
    for row in grouped:
        won_amount, lost_amount = (Decimal(row[name] or 0).quantize(CENT) for name in ("won_amount", "lost_amount"))
        found.append(Outcome(row["product"], row["won"], row["lost"], won_amount, lost_amount))
        names[row["product"]] = row["product__name"]
    return in_order(found), names
