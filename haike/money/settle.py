"""Storing what is planned, received and invoiced for a contract or an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.money.document import NOUGHT, exact
from haike.money.first_paid import note_paid
from haike.money.invoice.record import ISSUED, VOID, Invoice
from haike.money.payment.record import Allocation
from haike.money.plan.record import PaymentPlan
from haike.money.source import SOURCES, Key, in_force, keys_of, locked
from haike.refused import Refused
from haike.sales.order.actions import declare_received, payments_changed


def hold(plans: Iterable[int]) -> None:
    """Lock what these plans are for, within a transaction.

    Everybody locks the payment first, then contracts and orders, then plans: so nobody waits for one who waits for him,
    and of two at once the second adds up with what the first has written.
    """
    rows: Any = PaymentPlan._base_manager.filter(pk__in=set(plans))
    for key in keys_of(rows.only(*SOURCES)):
        locked(key)


def settle_source(key: Key | None) -> None:
    """Store what is planned and received; what was cancelled meanwhile holds no money."""
    if key is None:
        return
    name, pk = key
    # Locked before its plans are added up: who adds up while another writes would store a sum without that.
    source = locked(key)
    rows: Any = PaymentPlan.objects.live().filter(**{name: pk})
    planned, received = exact(rows, "amount", "received")
    if received and not in_force(source):
        raise Refused(_("%(source)s is not in force; no money goes there.") % {"source": source})
    allocations: Any = Allocation.objects.live().filter(**{f"plan__{name}": pk}, plan__deleted_at__isnull=True)
    (worth,) = exact(allocations, "worth")
    facts = {"planned": planned, "received_worth": worth}
    if name == "contract":
        facts["received"] = received
    change.settle(SOURCES[name], pk, **facts)
    if name == "order":
        payments_changed([pk])
    note_paid(source, received)


def settle_sources(keys: Iterable[Key | None]) -> None:
    """The same for several."""
    for key in sorted({key for key in keys if key is not None}):
        settle_source(key)


def settle_sources_of(documents: Iterable[Any]) -> None:
    """The same for what these plans are for."""
    settle_sources(keys_of(documents))


def invoices_of(key: Key, **where: Any) -> Decimal:
    """The sum of the invoices that are not void."""
    name, pk = key
    rows: Any = Invoice.objects.live().filter(**{name: pk}, **where).exclude(state=VOID)
    return exact(rows, "amount")[0]


def settle_invoiced(key: Key | None) -> None:
    """Store what was invoiced for a contract or an order."""
    if key is not None:
        locked(key)
        change.settle(SOURCES[key[0]], key[1], invoiced=invoices_of(key, state=ISSUED))


def received_of_orders(keys: Iterable[int]) -> Mapping[int, Decimal]:
    """What came in for these orders: what of payments lies on their plans, without what was paid back."""
    rows: Any = PaymentPlan.objects.live().filter(order__in=list(keys)).order_by()
    found: dict[int, Decimal] = {}
    for pk, amount in rows.values_list("order", "received"):
        found[pk] = found.get(pk, NOUGHT) + amount
    return found


declare_received(received_of_orders)
