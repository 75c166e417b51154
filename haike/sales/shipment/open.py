"""What of an order is still to be shipped, and the lines of a shipment by what stands in the order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.catalog.lines.offers import Offers
from haike.refused import Refused

if TYPE_CHECKING:
    from haike.sales.shipment.record import Shipment


def everything_open(order: Any, model: Any) -> list[Any]:
    """Lines of a shipment with all that has not gone out yet."""
    found = []
    for line in order.lines:
        if line.undelivered > 0:
            found.append(model(key=line.key, name=line.name, unit=line.unit, quantity=line.undelivered))
            found[-1].open = line.undelivered
    return found


def name_lines(order: Any, lines: Sequence[Any]) -> None:
    """Give lines the name and unit of those of the order, by which the change log tells them."""
    ordered = {line.key: line for line in order.lines}
    for line in lines:
        if (of := ordered.get(line.key)) is not None:
            line.name, line.unit = of.name, of.unit


def shipped_so_far(order: int, model: Any, *, but: int | None = None) -> dict[int, Decimal]:
    """How much of each line of an order, by its key, is in live shipments; `but` leaves one of them out.

    Not added up by the database: SQLite reckons in binary fractions.
    """
    rows = model.objects.filter(document__order=order, document__deleted_at__isnull=True)
    found: dict[int, Decimal] = {}
    for key, quantity in (rows.exclude(document=but) if but else rows).values_list("key", "quantity"):
        found[key] = found.get(key, Decimal(0)) + quantity
    return found


def fill_in(shipment: Shipment) -> None:
    """Give the lines of a shipment what follows from the order, and what their products cost now.

    Refused for a line that the order does not have and for more than is left of it; whoever calls has locked the
    order. A line that stands in the shipment already keeps its cost.
    """
    model: Any = type(shipment)._meta.get_field("lines").line_model
    order, lines = shipment.order, list(shipment.lines)
    ordered = {line.key: line for line in order.lines}
    there = {line.key: line for line in model.objects.filter(document=shipment.pk)} if shipment.pk else {}
    others = shipped_so_far(order.pk, model, but=shipment.pk)
    _refuse_too_much(lines, ordered, others)
    offers = Offers(order, {ordered[line.key].product_id for line in lines} - {None})
    places = {key: place for place, key in enumerate(ordered)}
    for line in lines:
        of, old = ordered[line.key], there.get(line.key)
        line.order_line, line.product_id, line.name, line.unit = of, of.product_id, of.name, of.unit
        line.position = places[line.key] + 1
        if old is not None:
            line.pk, line.cost, line.commission_rate = old.pk, old.cost, old.commission_rate
        elif (offer := offers.of(of)) is not None:
            line.cost, line.commission_rate = offer.cost, offers.products[of.product_id].commission_rate
    shipment.lines = sorted(lines, key=lambda line: line.position)


def _refuse_too_much(lines: Sequence[Any], ordered: dict[int, Any], others: dict[int, Decimal]) -> None:
    said = []
    for line in lines:
        of = ordered.get(line.key)
        if of is None:
            said.append(str(_("The order has no line %(key)s.") % {"key": line.key}))
            continue
        left = of.quantity - others.get(line.key, Decimal(0))
        if line.quantity > left:
            told = _("“%(name)s”: %(left)s %(unit)s are left to ship, not %(wanted)s.")
            facts = {"name": of.name[:40], "left": quantity_text(left), "unit": of.unit}
            said.append(str(told % {**facts, "wanted": quantity_text(line.quantity)}))
    if said:
        raise Refused(fields={"lines": " ".join(said[:10])})
    if not lines:
        raise Refused(fields={"lines": _("Ship at least one line.")})
