"""What customers owe and what of their money is prepaid: one definition for page, list, credit limit and reports.

A customer owes the opening debt, what of signed contracts and orders nobody has planned, and what is open of the plans
that are owed, less what of the payments lies on no plan; all in the company's own currency by the rates of today.

Both sums are stored with the customer, in the transaction of whatever they follow from: documents written by people
(`follower`), taken away, brought back or moved to another customer (`listener`), and settled by other documents
(`settler`). Rates change without a document, so all are worked out anew when one is written, and every night.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.customers.customer.record import Customer
from haike.find.update import update_rows
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.currency import OWN
from haike.kernel.entity import Entity, entity_of
from haike.kernel.events import on
from haike.kernel.record import Record, writer
from haike.money.document import NOUGHT
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.money.source import IN_FORCE, owed
from haike.people.currency.rates import rate, to_coin
from haike.refused import Refused
from haike.sales.contract.record import Contract
from haike.sales.order.record import Order

STORED = ("debt", "prepaid")
FOLLOWS: dict[type[Any], set[str]] = {
    Customer: {"opening_debt"},
    Contract: {"state", "customer", "amount", "currency"},
    Order: {"state", "customer", "currency", "total", "lines", "discount", "by_hand", "taxed"},
    PaymentPlan: {"customer", "contract", "order", "amount", "currency"},
    Payment: {"customer", "amount", "currency"},
}
"""What people write and debts follow from;"""
SETTLED: dict[type[Any], set[str]] = {
    Contract: {"planned"}, Order: {"planned", "due"}, PaymentPlan: {"open"}, Payment: {"rest"},
}  # fmt: skip
"""and what follows from other documents."""
LABELS = {model._meta.label_lower: model for model in FOLLOWS}
CHUNK = 1_000
BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""
Marks = dict[type[Any], set[int]]
_marks: ContextVar[Marks | None] = ContextVar("haike_debt_marks", default=None)


@dataclass(frozen=True)
class Standing:
    """How a customer stands in the company's own currency; a debt below nought is the customer's money."""

    debt: Decimal = NOUGHT
    prepaid: Decimal = NOUGHT


Sums = Mapping[int, Mapping[str, Decimal]]


def _summed(rows: Iterable[tuple[int, str, Decimal]]) -> Sums:
    """By customer and currency; not by the database, as SQLite adds up in binary fractions."""
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for customer, currency, amount in rows:
        found[customer][currency] += amount
    return found


def _documents(model: Any, customers: Collection[int], *names: str) -> Any:
    return model.objects.live().filter(customer__in=customers).order_by().values_list("customer", "currency", *names)


def unplanned_of(customers: Collection[int], *, without: int | None = None) -> Sums:
    """What of signed contracts and orders, but for one order, nobody has planned."""
    contracts = _documents(Contract, customers, "amount", "planned").filter(state__in=IN_FORCE["contract"])
    orders = _documents(Order, customers, "due", "planned").filter(state__in=IN_FORCE["order"]).exclude(pk=without)
    rows = [*contracts, *orders]
    return _summed((key, code, amount - planned) for key, code, amount, planned in rows if amount > planned)


def open_of(customers: Collection[int], *, without: int | None = None) -> Sums:
    """What is open of the plans that are owed, but for those of one order."""
    plans = _documents(PaymentPlan, customers, "open").filter(owed(), open__gt=0)
    return _summed(plans if without is None else plans.exclude(order=without))


def rest_of(customers: Collection[int]) -> Sums:
    """What of the payments lies on no plan and was not paid back."""
    return _summed(_documents(Payment, customers, "rest").filter(rest__gt=0))


def worth() -> Callable[[Decimal, str], Decimal]:
    """A function that converts as `convert` does by the rates of today, and asks once for each rate."""
    rates: dict[str, Decimal] = {}
    own = OWN()

    def convert(amount: Decimal, currency: str) -> Decimal:
        if currency not in rates:
            rates[currency] = rate(currency)
        return to_coin(amount * rates[currency], own)

    return convert


def standings_of(
    openings: Mapping[int, Decimal], *, without: int | None = None
) -> Iterator[tuple[int, Standing | Refused]]:
    """How customers stand, by their keys with their opening debts; or which rate is missing."""
    keys, convert = list(openings), worth()
    unplanned, plans, rests = unplanned_of(keys, without=without), open_of(keys, without=without), rest_of(keys)
    for key, opening in openings.items():
        mine: dict[str, Decimal] = defaultdict(Decimal)
        for sums, sign in ((unplanned, 1), (plans, 1), (rests, -1)):
            for code, amount in sums.get(key, {}).items():
                mine[code] += sign * amount
        try:
            debt = sum((convert(amount, code) for code, amount in mine.items()), opening)
            prepaid = sum((convert(amount, code) for code, amount in rests.get(key, {}).items()), NOUGHT)
        except Refused as no:
            yield key, no
        else:
            yield key, Standing(debt, prepaid)


def debt_of(customer: Any, *, without: int | None = None) -> Decimal:
    """What a customer owes now, without one order; Refused where a rate is missing."""
    ((_key, found),) = standings_of({customer.pk: customer.opening_debt}, without=without)
    if isinstance(found, Refused):
        raise found
    return found.debt


# -- keeping it --------------------------------------------------------------------------------------------------------


@contextmanager
def booked() -> Iterator[None]:
    """One transaction of several documents, at the end of which the debts that follow are stored once."""
    if _marks.get() is not None:
        with transaction.atomic():
            yield
        return
    marks: Marks = defaultdict(set)
    with transaction.atomic():
        token = _marks.set(marks)
        try:
            yield
        finally:
            _marks.reset(token)
        _settle(marks)


def _mark(model: type[Any], keys: Iterable[int]) -> None:
    marks = _marks.get()
    if marks is None:
        _settle({model: set(keys)})
    else:
        marks[model].update(keys)


def _settle(marks: Mapping[type[Any], set[int]]) -> None:
    customers = set(marks.get(Customer, ()))
    for model, keys in marks.items():
        if model is not Customer and keys:
            customers.update(model._base_manager.filter(pk__in=keys).values_list("customer_id", flat=True))
    settle_debts(customers)


def settle_debts(customers: Iterable[int]) -> int:
    """Work out and store how these customers stand; returns how many stood otherwise."""
    keys, changed = sorted(set(customers)), 0
    for at in range(0, len(keys), CHUNK):
        with transaction.atomic():
            changed += _settle_some(keys[at : at + CHUNK])
    return changed


def _settle_some(keys: Sequence[int]) -> int:
    # Locked before the sums are read, and after the documents: who waits here reads what the other has written. Not
    # against those who only write a document of the customer: they would wait for each other.
    rows: Any = Customer._base_manager.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    before = {row[0]: row[1:] for row in rows.values_list("pk", "opening_debt", *STORED)}
    found = standings_of({key: opening for key, (opening, *_stored) in before.items()})
    # Of whom a rate is missing stays as he was until somebody enters it; nobody's payment waits for that.
    facts = {key: (each.debt, each.prepaid) for key, each in found if isinstance(each, Standing)}
    changed = {key: both for key, both in facts.items() if both != before[key][1:]}
    entity = entity_of(Customer)
    with writer():
        update_rows(Customer, STORED, changed)
        for key in changed:
            entity.additions.settled(entity, key, set(STORED))
    return len(changed)


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Settle the customers of documents just written, and those whose opening debt was."""
    watched = FOLLOWS.get(entity.model)
    if watched is None or (touched is not None and not touched & watched):
        return
    some: Sequence[Any] = records
    if entity.model is Customer:
        if touched is not None:
            _mark(Customer, [each.pk for each in some])
            if len(some) == 1:
                # The answer to a form or to the API shows what was just worked out.
                some[0].refresh_from_db(fields=STORED)
        return
    states = IN_FORCE.get(entity.label.removeprefix("sales."))
    if states is not None and (touched is None or "state" not in touched):
        # Drafts owe nothing, unless one has just become one.
        some = [each for each in some if each.state in states]
    if some:
        _mark(Customer, {each.customer_id for each in some})


def listener(label: str, action: str, rows: Sequence[tuple[int, int, Mapping[str, Any]]]) -> None:
    """Settle those whose documents went, came back or were moved, and customers that were merged or parted."""
    model = LABELS.get(label)
    if model is None or not rows:
        return
    if model is Customer:
        if action in ("merge", "undo", "restore"):
            _mark(Customer, [key for key, _version, diff in rows if _may_owe_otherwise(action, diff)])
        return
    moved = {key for _pk, _version, diff in rows for key in diff.get("customer", ()) if isinstance(key, int)}
    if action in ("delete", "restore", "undo"):
        _mark(model, [pk for pk, _version, _diff in rows])
    if moved:
        _mark(Customer, moved)


def _may_owe_otherwise(action: str, diff: Mapping[str, Any]) -> bool:
    return action == "merge" or not diff or "opening_debt" in diff or all(name.startswith("_") for name in diff)


def settler(entity: Entity, pk: int, names: set[str]) -> None:
    """Settle the customer of a document that follows from another one."""
    if names & SETTLED.get(entity.model, set()):
        _mark(entity.model, [pk])


def dealing() -> list[int]:
    """The customers about whom there are documents, and those that stand anyhow."""
    keys: set[int] = set()
    for model in SETTLED:
        rows: Any = model._base_manager.order_by().values_list("customer_id", flat=True)
        keys.update(rows.distinct())
    stands: Any = Customer._base_manager.exclude(debt=0, opening_debt=0, prepaid=0)
    return sorted(keys.union(stands.order_by().values_list("pk", flat=True)))


@cron("15 0 * * *", name="money.settle-debts")
@job(title=_("Work out what customers owe"), attempts=3, timeout=7200, slow=True)
def settle_all_debts() -> dict[str, int]:
    """All customers, by the rates of today."""
    keys, changed = dealing(), 0
    for at in range(0, len(keys), CHUNK):
        changed += settle_debts(keys[at : at + CHUNK])
        progress.report(min(at + CHUNK, len(keys)), len(keys))
        time.sleep(BREATH)
    return {"customers": len(keys), "changed": changed}


@on("people.exchangerate.created")
@on("people.exchangerate.changed")
@on("people.exchangerate.deleted")
@on("people.exchangerate.restored")
def rates_changed(**_facts: Any) -> None:
    """What is owed in another currency is worth something else."""
    settle_all_debts.enqueue()
