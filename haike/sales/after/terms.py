"""Until when shipped lines have a warranty, and on which day somebody asks how the goods do.

Both follow from the day on which the goods were signed for; what a product says holds from then on, also when it says
something else later.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.product.record import Product
from haike.kernel import change
from haike.kernel.entity import Entity
from haike.kernel.option import option
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.sales.shipment.record import SIGNED_FOR, Shipment, ShipmentLine

GROUP = _("After the sale")
SIGNED, SENT = "signed", "shipped"
VISIT_DAYS = option(
    "after_sale.visit_days", 7, _("After-sale visit so many days after the delivery"), group=GROUP,
    help=_("0: none. A product may have another number of its own."), most=365,
)  # fmt: skip
VISIT_FROM = option(
    "after_sale.visit_from", SIGNED, _("The days to the visit count from"), group=GROUP,
    choices=((SIGNED, _("the day on which somebody signs for the goods")), (SENT, _("the day of shipping"))),
)  # fmt: skip
WATCHED = frozenset({"state", "signed_for_on", "shipped_on", "lines", "order"})
OLDEST = timedelta(days=90)
"""Nobody is sent on a visit later than this."""


def warranty_until(months: int | None, since: date) -> date | None:
    """The last day of a warranty: 12 months from the 15th of May end on the 14th of May."""
    if not months:
        return None
    years, month = divmod(since.month - 1 + months, 12)
    year, month = since.year + years, month + 1
    # Months are not of one length: what begins on the 31st ends with a shorter month.
    last = monthrange(year, month)[1]
    return date(year, month, last) if since.day > last else date(year, month, since.day) - timedelta(days=1)


def visit_on(days: Iterable[int | None], since: date) -> date | None:
    """The day of the visit for products with these numbers of days, the first of them; None where none is wanted."""
    usual = int(VISIT_DAYS())
    wanted = [usual if each is None else each for each in days]
    wanted = [each for each in wanted if each]
    return since + timedelta(days=min(wanted)) if wanted else None


def visit_due(user: Actor | None = None) -> Q:
    """Shipments whose visit is due and was not made."""
    day = today()
    return Q(visited_on__isnull=True, visit_on__lte=day, visit_on__gte=day - OLDEST)


def reckon(shipment: Any, lines: Iterable[Any], terms: dict[int, tuple[int | None, int | None]]) -> date | None:
    """Set the warranties of the lines of a shipment by `terms` (months, days of visit) of products; returns the day
    of the visit."""
    since = shipment.signed_for_on or shipment.shipped_on
    days: list[int | None] = []
    for line in lines:
        months, visit = terms.get(line.product_id, (None, None))
        line.warranty_until = warranty_until(months, since)
        days.append(visit)
    begins = shipment.state == SIGNED_FOR or VISIT_FROM() == SENT
    return visit_on(days, since) if begins else None


def terms_of(products: Iterable[int]) -> dict[int, tuple[int | None, int | None]]:
    """Months of warranty and days to the visit by product."""
    rows = Product._base_manager.filter(pk__in=set(products)).values_list("pk", "warranty_months", "visit_days")
    return {pk: (months, days) for pk, months, days in rows}


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Store what follows from shipments that were just written."""
    if entity.model is not Shipment or (touched is not None and not touched & WATCHED):
        return
    lines: dict[int, list[Any]] = {record.pk: [] for record in records}
    for line in ShipmentLine.objects.filter(document__in=lines):
        lines[line.document_id].append(line)
    terms = terms_of(line.product_id for some in lines.values() for line in some if line.product_id)
    changed: list[Any] = []
    shipments: Sequence[Any] = records
    for shipment in shipments:
        before = {line.pk: line.warranty_until for line in lines[shipment.pk]}
        day = reckon(shipment, lines[shipment.pk], terms)
        changed += [line for line in lines[shipment.pk] if line.warranty_until != before[line.pk]]
        if shipment.visit_on != day and shipment.visited_on is None:
            shipment.visit_on = day
            change.settle(Shipment, shipment.pk, visit_on=day)
    ShipmentLine.objects.bulk_update(changed, ["warranty_until"], batch_size=100)
