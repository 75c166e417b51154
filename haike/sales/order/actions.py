"""Orders from quotes, amendments, and what other rooms tell of deliveries and payments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import settle
from haike.kernel.entity import entity_of
from haike.kernel.log import within_batch
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.contract.record import Contract
from haike.sales.order.record import SIGNED, Amendment, Order, OrderLine
from haike.sales.order.rules import AMENDED
from haike.sales.quote.actions import copied, copied_lines, made_from, taken
from haike.sales.quote.record import Quote

RECEIVED: list[Callable[[Iterable[int]], Mapping[int, Decimal]]] = []


def declare_received(read: Callable[[Iterable[int]], Mapping[int, Decimal]]) -> None:
    """Let a later room say what has come in: from keys of orders to amounts in the currency of each.

    Whenever one of these sums changes, the room calls `payments_changed` in the same transaction.
    """
    RECEIVED.append(read)


def payments_changed(keys: Iterable[int]) -> None:
    """Read anew what has come in for these orders, and store what follows."""
    some = sorted(set(keys))
    with transaction.atomic():
        orders = list(Order._base_manager.select_for_update().filter(pk__in=some).order_by("pk"))
        sums = dict.fromkeys(some, Decimal(0))
        for read in RECEIVED:
            for key, amount in read(some).items():
                sums[key] += amount
        for order in orders:
            order.received = sums[order.pk]
            order.derive_payment()
            settle(Order, order.pk, received=order.received, payment=order.payment, due=order.due)


def set_delivered(order: Order, quantities: Mapping[int, Decimal]) -> Order:
    """Store how much of the lines, by their keys, has gone out in all; refuses less than nothing and too much."""
    with transaction.atomic():
        current = Order._base_manager.select_for_update().get(pk=order.pk)
        if current.state != SIGNED:
            raise Refused(_("Only a signed order is delivered."))
        return store_delivered(current, quantities)


def store_delivered(order: Order, quantities: Mapping[int, Decimal]) -> Order:
    """The same of an order in any state, which the caller has locked: what was delivered is undone also later."""
    lines = {line.key: line for line in order.lines}
    for key, quantity in quantities.items():
        if key not in lines or not 0 <= quantity <= lines[key].quantity:
            raise Refused(_("More is delivered than was ordered, or less than nothing."))
    changed = [lines[key] for key, quantity in quantities.items() if lines[key].delivered != quantity]
    for line in changed:
        line.delivered = quantities[line.key]
    OrderLine.objects.bulk_update(changed, ["delivered"], batch_size=100)
    before = order.due
    order.derive()
    due = {} if order.due == before else {"due": order.due}
    # Not noted for the undo of a batch: it settles anew by what is there then.
    with within_batch(None):
        settle(Order, order.pk, shipping=order.shipping, payment=order.payment, **due)
    return order


def order_from(quote: Quote, *, by: Actor) -> Order:
    """A draft order with the lines and prices of a quote, which is accepted by that; raises Refused."""
    orders = entity_of(Order)
    with transaction.atomic():
        current = taken(quote, by=by)
        if (there := made_from(current, Order)) is not None:
            raise Refused(_("This quote has been ordered already: %(number)s.") % {"number": there.number})
        if (drawn := made_from(current, Contract)) is not None:
            raise Refused(_("There is a contract from this quote already: %(number)s.") % {"number": drawn.number})
        values = {**copied(current, orders, by), "owner": current.owner}
        made: Order = orders.create(by=by, **values, quote=current, lines=copied_lines(current.lines, OrderLine))
    return made


def amend(order: Order, *, reason: str, by: Actor, version: int | None = None, **values: Any) -> Order:
    """Change a signed order under the next number of its amendments; raises Refused, or Conflict as `change` does."""
    entity = entity_of(Order)
    if not reason.strip():
        raise Refused(fields={"amend_reason": _("Say why the order changes.")})
    if foreign := set(values) - set(AMENDED):
        raise RuntimeError(f"not changed by an amendment: {', '.join(sorted(foreign))}")
    with transaction.atomic():
        current = Order._base_manager.select_for_update().get(pk=order.pk)
        if current.state != SIGNED:
            raise Refused(_("Only a signed order is amended."))
        before, total = (
            {name: entity.looks[name].to_json(entity.looks[name].stored(current)) for name in values},
            current.total,
        )
        number = current.amended + 1
        after: Order = entity.change(
            current, by=by, version=version, **values, amended=number, amend_reason=reason.strip()
        )
        now = {name: entity.looks[name].to_json(entity.looks[name].stored(after)) for name in values}
        diff = {name: [before[name], now[name]] for name in values if before[name] != now[name]}
        if not diff:
            raise Refused(_("Nothing has changed, so there is no amendment."))
        if not after.lines:
            raise Refused(fields={"lines": _("An order keeps at least one line. Cancel it or close it early instead.")})
        Amendment.objects.create(
            order=after, number=number, at=timezone.now(), by_id=by.pk, reason=reason.strip(), diff=diff,
            before=total, after=after.total,
        )  # fmt: skip
    return after
