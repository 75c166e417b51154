"""Whatever people do with plans and payments, the sums are those of a slow book that knows nothing of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.money.models import Allocation, Payment, PaymentPlan
from haike.money.payment.actions import pay_back
from haike.money.plan.actions import parts_of
from haike.money.source import amount_of
from haike.money.statement.ledger import read_ledger
from haike.money.testing import make_contract, make_payment, make_plan, make_signed_order
from haike.people.models import ExchangeRate
from haike.people.testing import Staff
from haike.refused import Refused

SYSTEM = System("test")
CENTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "put", "off", "back", "remove", "restore", "usd"]),
        st.integers(0, 5), st.integers(0, 5), CENTS,
    ),
    min_size=1, max_size=9,
)  # fmt: skip
RATE = Fraction(7)


@dataclass
class Book:
    """What was done, told by the documents alone."""

    owed: dict[int, Fraction] = field(default_factory=dict)

    def check(self, contract: Any, order: Any) -> None:
        """Recompute every sum from the rows with fractions and hold it against what is stored."""
        rows: list[Any] = list(Allocation.objects.live().select_related("payment"))
        paid_on: dict[int, Fraction] = dict.fromkeys(self.owed, Fraction(0))
        off_on = dict(paid_on)
        taken: dict[int, Fraction] = {}
        for row in rows:
            paid_on[row.plan_id] = paid_on.get(row.plan_id, Fraction(0)) + Fraction(row.amount)
            off_on[row.plan_id] = off_on.get(row.plan_id, Fraction(0)) + Fraction(row.off)
            root = row.payment.refund_of_id or row.payment_id
            taken[root] = taken.get(root, Fraction(0)) + Fraction(row.taken)
        for plan in PaymentPlan.objects.live():
            owed = self.owed.setdefault(plan.pk, Fraction(plan.amount))
            paid, off = paid_on.get(plan.pk, Fraction(0)), off_on.get(plan.pk, Fraction(0))
            assert Fraction(plan.received) == paid
            assert Fraction(plan.open) == owed - paid - off >= 0
            assert plan.state == ("paid" if not plan.open else "open" if plan.open == plan.amount else "part")
        payments = list(Payment.objects.live())
        for payment in payments:
            if payment.refund_of_id is None:
                back = -sum((Fraction(p.amount) for p in payments if p.refund_of_id == payment.pk), Fraction(0))
                assert Fraction(payment.refunded) == back
                assert (
                    Fraction(payment.rest) == Fraction(payment.amount) - back - taken.get(payment.pk, Fraction(0)) >= 0
                )
        for source in (contract, order):
            source.refresh_from_db()
            mine = [plan for plan in PaymentPlan.objects.live() if plan.source == source]
            assert Fraction(source.received) == sum((paid_on.get(plan.pk, Fraction(0)) for plan in mine), Fraction(0))
            assert Fraction(source.planned) == sum((Fraction(plan.amount) for plan in mine), Fraction(0))
        # What is paid too much is the customer's and not the order's.
        words = {0: "none", order.due: "paid"}
        assert order.payment == words.get(order.received, "part" if order.received < order.due else "over")
        # What the customer is said to owe: what is on no plan, what of plans is open, less what is prepaid.
        customer = contract.customer
        customer.refresh_from_db()
        unplanned = sum((max(Fraction(amount_of(s) - s.planned), Fraction(0)) for s in (contract, order)), Fraction(0))
        still_open = sum((Fraction(plan.open) for plan in PaymentPlan.objects.live()), Fraction(0))
        prepaid = sum((Fraction(p.rest) * (RATE if p.currency == "USD" else 1) for p in payments), Fraction(0))
        assert Fraction(customer.debt) == unplanned + still_open - prepaid
        assert Fraction(customer.prepaid) == prepaid
        # All money that came in is on plans, prepaid or paid back; none is lost and none is made.
        own = [p for p in payments if p.currency == "CNY"]
        total = sum((Fraction(p.amount) for p in own), Fraction(0))
        keys = {p.pk for p in own if p.refund_of_id is None}
        rest = sum((Fraction(p.rest) for p in own), Fraction(0))
        assert total == rest + sum((taken.get(key, Fraction(0)) for key in keys), Fraction(0))

    def check_statement(self, customer: Any, boss: Any, sources: list[Any], days: list[date]) -> None:
        """However a statement is cut into periods: it closes with what is open or unplanned, less what is prepaid."""
        owed: dict[str, Fraction] = {}
        for plan in PaymentPlan.objects.live():
            owed[plan.currency] = owed.get(plan.currency, Fraction(0)) + Fraction(plan.open)
        for source in sources:
            source.refresh_from_db()
            owed[source.currency] = owed.get(source.currency, Fraction(0)) + Fraction(
                amount_of(source) - source.planned
            )
        for payment in Payment.objects.live():
            owed[payment.currency] = owed.get(payment.currency, Fraction(0)) - Fraction(payment.rest)
        ledger = read_ledger(customer, boss)
        assert not ledger.partial
        before: dict[str, Decimal] = {}
        for first, after in pairwise([date.min, *sorted(set(days)), date.max]):
            for account in ledger.accounts(first, after):
                assert account.opening == before.get(account.currency, 0)
                assert account.closing == account.opening + sum(
                    line.entry.amount for month in account.months for line in month.lines
                )
                before[account.currency] = account.closing
        assert {code: Fraction(sum_) for code, sum_ in before.items() if sum_} == {c: x for c, x in owed.items() if x}


@pytest.mark.feature("M7", "M2", "C15")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, dues=st.lists(CENTS, min_size=1, max_size=3))
@example(acts=[("pay", 0, 0, Decimal(1)), ("remove", 0, 0, Decimal(1)), ("back", 0, 0, Decimal(1))], dues=[Decimal(1)])
def test_the_books_balance_at_any_time(
    staff: Staff, savepoint: Callable[[], Any], acts: list[tuple[str, int, int, Decimal]], dues: list[Decimal]
) -> None:
    with savepoint():
        _live_through(staff.boss, acts, dues)


def _live_through(boss: Any, acts: list[tuple[str, int, int, Decimal]], dues: list[Decimal]) -> None:
    change.create(ExchangeRate, by=SYSTEM, currency="USD", on=date(2026, 1, 1), rate=Decimal(RATE.numerator))
    customer = make_customer(boss)
    contract = make_contract(boss, customer, str(sum(dues) + 100))
    order = make_signed_order(boss, customer, str(sum(dues) + 50))
    sources = [{}, {"contract": contract}, {"order": order}]
    cuts = [today() + timedelta(days=shift) for shift in (-40, 0, 1, 9)]
    plans = [
        make_plan(boss, str(due), due_on=cuts[place % 4], **sources[1 + place % 2]) for place, due in enumerate(dues)
    ]
    payments: list[Payment] = []
    gone: list[Any] = []
    book = Book()
    book.check(contract, order)
    for act, one, other, amount in acts:
        payment = payments[one % len(payments)] if payments else None
        plan = PaymentPlan.objects.get(pk=plans[other % len(plans)].pk)
        try:
            if act == "pay":
                payments.append(make_payment(boss, str(amount), customer=customer, **sources[one % 3]))
            elif act == "usd":
                payments.append(make_payment(boss, str(amount), currency="USD", **sources[1 + one % 2]))
            elif payment is None:
                continue
            elif act == "put":
                entity_of(Allocation).create(by=boss, payment=payment, plan=plan, amount=amount, off=Decimal(0))
            elif act == "off":
                off = min(plan.open, Decimal("0.37"))
                entity_of(Allocation).create(by=boss, payment=payment, plan=plan, amount=plan.open - off, off=off)
            elif act == "back":
                pay_back(payment, amount=amount, by=boss)
            elif act == "remove":
                found: Any = (Allocation if other % 2 else Payment).objects.live().order_by("id").last()
                if found is not None:
                    entity_of(type(found)).remove(found, by=boss)
                    gone.append(found)
            elif gone:
                entity_of(type(gone[-1])).restore(gone[-1], by=boss)
                gone.pop()
        except Refused:
            pass
        book.check(contract, order)
        book.check_statement(customer, boss, [contract, order], cuts)


@pytest.mark.feature("M1")
@given(
    amount=st.integers(1, 10**12), shares=st.lists(st.integers(1, 100), min_size=1, max_size=12),
    places=st.sampled_from([0, 2]),
)  # fmt: skip
def test_parts_add_up_and_none_is_a_coin_off(amount: int, shares: list[int], places: int) -> None:
    whole = Decimal(amount).scaleb(-places)
    parts = parts_of(whole, [Decimal(share) for share in shares], places=places)
    assert sum(parts) == whole
    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - Fraction(whole) * share / sum(shares)) <= Fraction(1, 10**places)
