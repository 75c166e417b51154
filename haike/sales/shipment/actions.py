"""Shipping orders, and what an order has delivered in all: always the sum of its live shipments.

Every act locks the order first. So two people who ship the same order at once come one after the other, and the
second is told what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.record import PENDING, READ
from haike.customers.paper.letter import readable, whole_address
from haike.kernel import change
from haike.kernel.entity import Entity, entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.order.actions import set_delivered, store_delivered
from haike.sales.order.record import SIGNED, Order
from haike.sales.shipment.open import everything_open, name_lines, shipped_so_far
from haike.sales.shipment.record import CostCorrection, Shipment, ShipmentLine

CORRECT = "correct_costs"
declare_grants({CORRECT: _("Correct what shipped goods cost")})


def write_shipment(*, by: Actor, batch: Batch | None = None, **values: Any) -> Shipment:
    """Ship some of an order, all that is left where no lines are given; raises Refused."""
    order = values.get("order")
    if order is None or not entity_of(Order).policy.allows(by, "view", order):
        raise Refused(fields={"order": _("This order is not there for you.")})
    with transaction.atomic():
        current = locked(order.pk)
        if current.state != SIGNED:
            raise Refused(fields={"order": _("Only a signed order is shipped.")})
        if values.get("lines") is None:
            values["lines"] = everything_open(current, ShipmentLine)
            if not values["lines"]:
                raise Refused(fields={"order": _("Everything of this order has been shipped.")})
        for name, text in addressee(current, by).items():
            values.setdefault(name, text)
        made = change.create(Shipment, by=by, batch=batch, **{**values, "order": current})
        settle_shipped(current)
    return made


def change_shipment(shipment: Shipment, *, by: Actor, **values: Any) -> Shipment:
    """Correct a shipment or take a step with it."""
    if values.get("order") is not None and values["order"].pk != shipment.order_id:
        raise Refused(fields={"order": _("A shipment stays with its order. Delete it and ship the other order.")})
    if "lines" in values and (values["lines"] is None or _alike(values["lines"], shipment.lines)):
        del values["lines"]
    with transaction.atomic():
        order = locked(shipment.order_id)
        if "lines" in values:
            name_lines(order, values["lines"])
        after = change.change(shipment, by=by, **values)
        if "lines" in values:
            settle_shipped(order)
    return after


def _alike(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Whether two sets of lines ship the same; a form sends all of them whatever was changed."""
    one, other = ([(line.key, line.quantity) for line in lines] for lines in (some, others))
    return one == other


def remove_shipment(shipment: Shipment, *, by: Actor) -> Shipment:
    """Move a shipment to the recycle bin; its quantities are undelivered again."""
    with transaction.atomic():
        order = locked(shipment.order_id)
        gone = change.remove(shipment, by=by)
        settle_shipped(order)
    return gone


def restore_shipment(shipment: Shipment, *, by: Actor) -> Shipment:
    """Take a shipment out of the recycle bin, as long as the order still has so much undelivered."""
    with transaction.atomic():
        order = locked(shipment.order_id)
        back = change.restore(shipment, by=by)
        sums, left = shipped_so_far(order.pk, ShipmentLine), {line.key: line.quantity for line in order.lines}
        if any(quantity > left.get(key, 0) for key, quantity in sums.items()):
            raise Refused(_("The order has not so much left to ship any more."))
        settle_shipped(order)
    return back


def taken_back(shipments: Sequence[Shipment]) -> None:
    """An undo has moved these to the recycle bin: whatever became of their orders meanwhile, the sums follow."""
    for key in sorted({shipment.order_id for shipment in shipments}):
        with transaction.atomic():
            order = locked(key)
            store_delivered(order, _sums(order))


def locked(order: int) -> Order:
    """The order as it stands, which nobody else ships until the transaction ends."""
    found: Order = Order._base_manager.select_for_update().get(pk=order)
    return found


def settle_shipped(order: Order) -> None:
    """Store how much of each line has gone out."""
    set_delivered(order, _sums(order))


def _sums(order: Order) -> dict[int, Decimal]:
    return {**{line.key: Decimal(0) for line in order.lines}, **shipped_so_far(order.pk, ShipmentLine)}


def addressee(order: Order, by: Actor) -> dict[str, str]:
    """Who gets the goods and where, as far as the one who ships may read it: the order's contact, else the customer."""
    of = readable(order.customer, by)
    found = {
        "receiver": str(of("name")),
        "phone": of("mobile") or of("phone"),
        "address": whole_address(of("region"), of("address")) if of("address") else "",
    }
    contact = order.contact
    if contact is not None and entity_of(contact).policy.allows(by, "view", contact):
        person = readable(contact, by)
        found["receiver"] = str(person("name")) or found["receiver"]
        found["phone"] = person("mobile") or person("phone") or found["phone"]
        found["address"] = person("address") or found["address"]
    able = entity_of(Shipment).editable_by(by)
    return {name: text[: able[name].max_length] for name, text in found.items() if text and name in able}


def write_lines(entity: Entity, records: Sequence[Any], touched: set[str] | None) -> None:
    """Write the lines that were set: a follower, in the transaction that writes their shipments."""
    if entity.model is not Shipment:
        return
    for shipment in records:
        if PENDING not in shipment.__dict__:
            continue
        lines: Iterable[Any] = shipment.__dict__.pop(PENDING)
        kept = [line for line in lines if line.pk]
        ShipmentLine.objects.filter(document=shipment.pk).exclude(pk__in=[line.pk for line in kept]).delete()
        for line in lines:
            line.document_id = shipment.pk
            line._state.adding = line.pk is None
        ShipmentLine.objects.bulk_update(kept, ["quantity", "position", "name", "unit", "order_line"], batch_size=100)
        ShipmentLine.objects.bulk_create([line for line in lines if not line.pk], batch_size=500)
        shipment.__dict__[READ] = list(lines)


def correct_cost(line: ShipmentLine, *, cost: Decimal | None, reason: str, by: Actor) -> ShipmentLine:
    """Say what a shipped line has really cost, per unit in the currency of the order; the correction is kept."""
    if not by.grants.may_do(CORRECT):
        raise Refused(_("You may not correct what shipped goods cost."))
    said: dict[str, Any] = {}
    if cost is None or cost < 0:
        said["cost"] = _("Enter what one unit has cost.")
    if not reason.strip():
        said["reason"] = _("Say why the cost is corrected.")
    if said or cost is None:
        raise Refused(fields=said)
    with transaction.atomic():
        current = ShipmentLine.objects.select_for_update().get(pk=line.pk)
        if current.cost != cost:
            CostCorrection.objects.create(
                line=current, at=timezone.now(), by_id=by.pk, before=current.cost, after=cost, reason=reason.strip()
            )
            current.cost = cost
            current.save(update_fields=["cost"])
    return current
