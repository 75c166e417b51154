"""The entries of a customer's account and what follows from them, each currency for itself and exact to the coin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from haike.customers.customer.record import Customer
from haike.kernel.currency import OWN
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.money.document import NOUGHT
from haike.money.payment.record import Allocation, Payment
from haike.money.plan.record import PaymentPlan
from haike.money.source import SOURCES, Key, amount_of, in_force, key_of

READS: dict[type[Any], tuple[str, ...]] = {
    PaymentPlan: ("amount", "received", "open", "due_on"),
    Payment: ("amount", "on"),
    SOURCES["order"]: ("due", "planned", "signed_on"),
    SOURCES["contract"]: ("amount", "planned", "signed_on"),
}
"""What one must be able to read of a kind of document to have its amounts in a statement."""


@dataclass(frozen=True)
class Entry:
    """One line: `debit` makes the debt larger, `credit` smaller; that of money paid back is negative."""

    day: date
    currency: str
    label: str
    url: str
    debit: Decimal = NOUGHT
    credit: Decimal = NOUGHT

    @property
    def amount(self) -> Decimal:
        """By how much the balance rises."""
        return self.debit - self.credit


@dataclass(frozen=True)
class Line:
    """An entry and the balance after it."""

    entry: Entry
    balance: Decimal


@dataclass(frozen=True)
class Month:
    """The lines of one month and their sums; `balance` is that at its end."""

    first: date
    lines: list[Line]
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Account:
    """What happened in one currency: closing is opening + debit − credit. `later` is due after the period."""

    currency: str
    opening: Decimal
    months: list[Month]
    later: Decimal

    @property
    def debit(self) -> Decimal:
        """All that became due in the period."""
        return sum((month.debit for month in self.months), NOUGHT)

    @property
    def credit(self) -> Decimal:
        """All that was paid or rounded off in the period."""
        return sum((month.credit for month in self.months), NOUGHT)

    @property
    def closing(self) -> Decimal:
        """What is owed at the end; below nought it is the customer's money."""
        return self.opening + self.debit - self.credit


@dataclass
class Ledger:
    """All entries of a customer that a reader sees; `partial` where there are documents that he does not see."""

    entries: list[Entry] = field(default_factory=list)
    partial: bool = False

    def accounts(self, first: date, after: date) -> list[Account]:
        """The account of each currency from the first day to before the second; the company's own currency is first."""
        some = {entry.currency for entry in self.entries} or {OWN()}
        return [self._account(each, first, after) for each in sorted(some, key=lambda code: (code != OWN(), code))]

    def _account(self, currency: str, first: date, after: date) -> Account:
        mine = [entry for entry in self.entries if entry.currency == currency]
        opening = balance = sum((entry.amount for entry in mine if entry.day < first), NOUGHT)
        months = []
        inside = sorted((entry for entry in mine if first <= entry.day < after), key=_in_order)
        for start, some in groupby(inside, key=lambda entry: entry.day.replace(day=1)):
            lines = []
            for entry in some:
                balance += entry.amount
                lines.append(Line(entry, balance))
            debit = sum((line.entry.debit for line in lines), NOUGHT)
            credit = sum((line.entry.credit for line in lines), NOUGHT)
            months.append(Month(start, lines, debit, credit, balance))
        return Account(currency, opening, months, sum((e.debit for e in mine if e.day >= after), NOUGHT))


def _in_order(entry: Entry) -> tuple[date, bool, str]:
    """By day, what is due before what is paid."""
    return entry.day, entry.debit == NOUGHT, entry.url


def may_read(user: Actor, model: type[Any]) -> bool:
    """Whether amounts and days of this kind of document are for this reader."""
    entity = entity_of(model)
    return entity.policy.may(user, "view") and all(
        entity.right(user, name) in ("edit", "read") for name in READS[model]
    )


def read_ledger(customer: Customer, user: Actor) -> Ledger:
    """Everything of a customer that this reader sees, with one query for each kind of document."""
    return _Reading(customer, user).read()


class _Reading:
    def __init__(self, customer: Customer, user: Actor) -> None:
        self.customer, self.user, self.ledger = customer, user, Ledger()

    def read(self) -> Ledger:
        self._add(self._opening())
        sources: dict[Key, Any] = {}
        seen: set[Key] = set()
        for name, model in SOURCES.items():
            for source, visible in self._rows(model):
                sources[name, source.pk] = source
                if visible:
                    seen.add((name, source.pk))
                self._add(self._unplanned(source) if visible else ())
        plans = {plan.pk: plan for plan, visible in self._rows(PaymentPlan) if visible}
        for plan in plans.values():
            key = key_of(plan)
            self._add(self._plan(plan, key, sources.get(key) if key else None, key in seen))
        payments = {payment.pk: payment for payment, visible in self._rows(Payment) if visible}
        away, beside = self._allocations(plans, payments)
        for payment in payments.values():
            self._add(_payment(payment, away.get(payment.pk, NOUGHT)))
        self._add(beside)
        return self.ledger

    def _rows(self, model: Any) -> Iterator[tuple[Any, bool]]:
        """The documents of the customer with whether the reader sees them."""
        visible = Exists(model.objects.visible_to(self.user).filter(pk=OuterRef("pk")))
        rows = model.objects.live().filter(customer=self.customer.pk).annotate(for_reader=visible).order_by("pk")
        able = may_read(self.user, model)
        for each in rows:
            if not (shown := able and bool(each.for_reader)):
                self.ledger.partial = True
            yield each, shown

    def _add(self, entries: Iterable[Entry]) -> None:
        self.ledger.entries.extend(entry for entry in entries if entry.amount)

    def _opening(self) -> Iterator[Entry]:
        """What was owed before the first document is in the opening balance of whatever period is asked for."""
        entity, debt = entity_of(Customer), self.customer.opening_debt
        if debt and entity.right(self.user, "opening_debt") not in ("edit", "read"):
            self.ledger.partial = True
        elif debt:
            label = str(entity.looks["opening_debt"].label)
            yield Entry(date.min, OWN(), label, entity.url_of(self.customer), debit=debt)

    def _unplanned(self, source: Any) -> Iterator[Entry]:
        """What of a signed contract or order is on no plan is owed from its signing on."""
        rest = amount_of(source) - source.planned
        if in_force(source) and rest > 0:
            day = source.signed_on or timezone.localtime(source.created_at).date()
            label = _("%(source)s, not planned") % {"source": source}
            yield Entry(day, source.currency, label, entity_of(source).url_of(source), debit=rest)

    def _plan(self, plan: PaymentPlan, key: Key | None, source: Any, named: bool) -> Iterator[Entry]:
        """Plans of drafts are not owed yet, and those of what was cancelled no more, but for what was paid."""
        owed = plan.amount if key is None or (source is not None and in_force(source)) else plan.amount - plan.open
        label = f"{plan} · {source}" if named else str(plan)
        text = _("Payment plan %(plan)s") % {"plan": label}
        yield Entry(plan.due_on, plan.currency, text, entity_of(plan).url_of(plan), debit=owed)

    def _allocations(self, plans: dict[int, Any], payments: dict[int, Any]) -> tuple[dict[int, Decimal], list[Entry]]:
        """By payment what of it went to plans in another currency; and what came from payments in another currency or
        was rounded off."""
        away: dict[int, Decimal] = {}
        beside: list[Entry] = []
        rows: Any = Allocation.objects.live().filter(payment__customer=self.customer.pk)
        for row in rows.order_by("pk"):
            payment, plan = payments.get(row.payment_id), plans.get(row.plan_id)
            if payment is None:
                continue
            abroad = row.currency != row.paid_in
            if abroad:
                away[payment.pk] = away.get(payment.pk, NOUGHT) + row.taken
            if plan is None:
                continue
            url = entity_of(payment).url_of(payment)
            about = {"payment": payment, "plan": plan, "currency": row.paid_in}
            if abroad:
                label = _("%(payment)s, paid in %(currency)s, on %(plan)s") % about
                beside.append(Entry(payment.on, row.currency, label, url, credit=row.amount))
            label = _("Rounded off on %(plan)s") % about
            beside.append(Entry(payment.on, row.currency, label, url, credit=row.off))
        return away, beside


def _payment(payment: Payment, away: Decimal) -> Iterator[Entry]:
    text = _("Paid back %(number)s") if payment.refund_of_id is not None else _("Payment %(number)s")
    label = text % {"number": payment}
    if away:
        label = _("%(payment)s, without what went to plans in another currency") % {"payment": label}
    url = entity_of(payment).url_of(payment)
    yield Entry(payment.on, payment.currency, label, url, credit=payment.amount - away)
