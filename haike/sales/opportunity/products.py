"""The products of opportunities: the tab of their page, and how reports are narrowed to them and parted by them.

An opportunity is about its own products; one without any, about those of its newest quote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, ExpressionWrapper, F, Func, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import NullIf
from django.http import HttpRequest

from haike.catalog.lines.panel import lines_panel
from haike.catalog.product.record import Product
from haike.find.prepared import Counted, Tally
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.sales.opportunity.record import STATES, Opportunity, OpportunityLine
from haike.sales.quote.record import REPLACED, Quote, QuoteLine
from haike.screens.module import is_off

CENT = Decimal("0.01")
READ = ("edit", "read")


def readable(user: Actor) -> bool:
    """Whether somebody may know which products opportunities have."""
    entity = entity_of(Opportunity)
    return entity.policy.may(user, "view") and entity.right(user, "lines") in READ


def _quoted(user: Actor) -> bool:
    quotes = entity_of(Quote)
    return quotes.policy.may(user, "view") and quotes.right(user, "lines") in READ


def parts_by_product(user: Actor) -> bool:
    """Whether reports can be parted by product for somebody."""
    return not is_off(entity_of(Product).label) and (readable(user) or _quoted(user))


def panel(request: HttpRequest, opportunity: Any) -> str:
    """The table of the products."""
    return lines_panel(opportunity, request.user)


def count(user: Actor, opportunity: Any) -> Tally:
    """How many there are, as far as the reader may know."""
    there = Counted("products of opportunities", OpportunityLine.objects.all, "document_id")
    return Tally((there,) if readable(user) else (), opportunity.pk)


def about(product: int, user: Actor) -> Q:
    """The opportunities that are about a product, as far as the reader may know."""
    found = Q(pk__in=())
    if readable(user):
        found |= Q(pk__in=OpportunityLine.objects.filter(product=product).values("document"))
    if _quoted(user):
        lines = QuoteLine.objects.filter(product=product, document__opportunity__isnull=False)
        newest = _newest(user, lines.values("document__opportunity"))
        quoted = Q(pk__in=lines.filter(document__in=newest).values("document__opportunity"))
        found |= quoted & ~_with_own(user)
    return found


def _with_own(user: Actor) -> Q:
    """Those with products of their own that the reader may know."""
    return Q(Exists(OpportunityLine.objects.filter(document=OuterRef("pk")))) if readable(user) else Q(pk__in=())


def _newest(user: Actor, opportunities: Any) -> Any:
    """The newest quote of each of these opportunities, of those that the reader sees."""
    quotes = _quotes(user).filter(opportunity__in=opportunities)
    return quotes.values("opportunity").annotate(last=Max("pk")).values("last")


def _quotes(user: Actor) -> Any:
    """The quotes of opportunities that the reader sees, but those that another has replaced."""
    return Quote.objects.visible_to(user).filter(opportunity__isnull=False).exclude(state=REPLACED).order_by()


@dataclass(frozen=True)
class Part:
    """The opportunities about one product in one state, and the part of their worth that falls to it."""

    product: int
    name: str
    state: str
    number: int
    amount: Decimal


def parts(rows: QuerySet[Any], user: Actor) -> Iterator[Part]:
    """These opportunities by product and state. One of several products counts for each of them; its worth is parted
    as its lines are. The same product comes twice where some have it themselves and others in a quote."""
    if readable(user):
        # Not narrowed to those with lines: the database shall go from the opportunities to their lines.
        yield from _parted(rows, "rows__product", "pk", "state", _share("worth", "rows__total", "amount"))
    if _quoted(user):
        # The quotes lead to the few that have one, so that not all are looked through for products.
        about_quotes = rows.filter(pk__in=_quotes(user).values("opportunity")).exclude(_with_own(user))
        newest = _newest(user, about_quotes.order_by().values("pk"))
        lines = QuoteLine.objects.filter(document__in=newest)
        to = "document__opportunity"
        yield from _parted(lines, "product", to, f"{to}__state", _share(f"{to}__worth", "total", "document__total"))


def _share(worth: str, total: str, whole: str) -> Any:
    """What an opportunity is worth, in the part that a line has of the whole."""
    places = DecimalField(max_digits=24, decimal_places=6)
    # SQLite keeps 700.00 as a whole number, and what it divides by another loses its fraction.
    one = Func(template="1.0", output_field=places)
    return ExpressionWrapper(one * F(worth) * F(total) / NullIf(F(whole), Decimal(0)), output_field=places)


def _parted(rows: QuerySet[Any], product: str, to: str, state: str, share: Any) -> Iterator[Part]:
    sums: dict[str, Any] = {}
    # By state there is a sum for each in one row: to sort the lines by it, too, would double the time.
    for ended in STATES:
        here = Q(**{state: ended})
        sums |= {f"n_{ended}": Count(to, filter=here, distinct=True), f"a_{ended}": Sum(share, filter=here)}
    found = {row[product]: row for row in rows.order_by().values(product).annotate(**sums) if row[product] is not None}
    names = Product._base_manager.only("name", "model", "spec").in_bulk(list(found))
    for key, row in found.items():
        for ended in STATES:
            if row[f"n_{ended}"]:
                amount = Decimal(row[f"a_{ended}"] or 0).quantize(CENT)
                yield Part(key, str(names[key]), ended, row[f"n_{ended}"], amount)
