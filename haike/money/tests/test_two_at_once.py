"""People who write about the same money at the same moment: nothing is spread, invoiced or shipped twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from haike.customers.testing import make_customer
from haike.jobs.testing import at_once
from haike.kernel.entity import entity_of
from haike.money.check.run import check_books
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan
from haike.money.payment.actions import pay_back
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.models import Shipment
from haike.sales.testing import make_shipment, make_signed_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("M2", "M5", "M7", "P23")]
AT_ONCE = 4
LINE = {"name": "冷凝机组", "quantity": "10", "price": "10", "tax_rate": "0"}


@pytest.fixture
def house(transactional_db: None, staff: Staff) -> Staff:
    """The people, committed."""
    return staff


def together(*acts: Callable[[], Any]) -> list[str]:
    """What the acts are refused with that were refused; nothing else goes wrong, and the books agree afterwards."""
    results = at_once(list(acts))
    others = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)]
    assert not others, others
    assert [finding.text() for finding in check_books()] == []
    return [str(each) for each in results if isinstance(each, Refused)]


def put(payment: Payment, plan: PaymentPlan, amount: str, by: Any) -> Callable[[], Any]:
    values = {"payment": payment, "plan": plan, "amount": Decimal(amount)}
    return lambda: entity_of(Allocation).create(by=by, **values)


def test_payments(house: Staff) -> None:
    ann, boss = house.ann, house.boss
    customer = make_customer(ann)
    order = make_signed_order(ann, customer, LINE)
    # The same debt paid twice: nothing is planned twice, what is too much is the customer's.
    assert together(*[lambda: make_payment(ann, "100", order=order)] * AT_ONCE) == []
    order.refresh_from_db()
    assert (order.planned, order.received, order.payment) == (100, 100, "paid")
    assert sum(Payment.objects.values_list("rest", flat=True)) == 300
    # The same prepaid money on several instalments.
    contract = make_contract(ann, customer, "1000")
    plans = [make_plan(ann, "60", contract=contract) for _ in range(AT_ONCE)]
    prepaid = Payment.objects.filter(rest=100).order_by("pk").first()
    assert prepaid is not None
    no = together(*(put(prepaid, plan, "60", ann) for plan in plans))
    assert len(no) == AT_ONCE - 1
    assert all("40" in text for text in no), no
    # The same instalment from several payments.
    others = [make_payment(ann, "60", customer=customer) for _ in range(AT_ONCE)]
    free = PaymentPlan.objects.filter(contract=contract, open=60).first()
    assert free is not None
    no = together(*(put(each, free, "60", ann) for each in others))
    assert len(no) == AT_ONCE - 1
    # Several instalments of one contract, each from a payment of its own; one of them is deleted, one changed.
    rows = list(PaymentPlan.objects.filter(contract=contract, open=60))
    rest = list(Payment.objects.filter(pk__in=[each.pk for each in others], rest=60))
    plan = entity_of(PaymentPlan)
    no = together(
        put(rest[0], rows[0], "60", ann), put(rest[1], rows[1], "60", ann),
        lambda: plan.remove(rows[1], by=boss), lambda: plan.change(rows[0], by=boss, amount=Decimal(61)),
        lambda: pay_back(prepaid, amount=Decimal(20), by=boss),
    )  # fmt: skip
    assert len(no) == 1, no


def test_invoices_and_plans(house: Staff) -> None:
    ann, boss = house.ann, house.boss
    contract = make_contract(ann, make_customer(ann), "100")
    write = {"contract": contract, "amount": Decimal(60)}
    no = together(*[lambda: entity_of(Invoice).create(by=ann, **write)] * AT_ONCE)
    assert len(no) == AT_ONCE - 1
    assert all("20" in text for text in no), no
    # Who may invoice more is not stopped, but nobody's sum is lost.
    assert together(*[lambda: entity_of(Invoice).create(by=boss, **write)] * AT_ONCE) == []
    some = list(Invoice.objects.order_by("pk"))
    assert sorted(each.instalment for each in some) == list(range(1, len(some) + 1))
    assert together(*(lambda each=each: entity_of(Invoice).remove(each, by=boss) for each in some[1:])) == []
    contract.refresh_from_db()
    assert contract.invoiced == 60
    assert together(*[lambda: make_plan(ann, "25", contract=contract)] * AT_ONCE) == []
    plans = list(PaymentPlan.objects.filter(contract=contract))
    entity = entity_of(PaymentPlan)
    assert together(*(lambda each=each: entity.change(each, by=ann, amount=Decimal(20)) for each in plans)) == []
    contract.refresh_from_db()
    assert contract.planned == 80


@pytest.mark.feature("K3")
def test_shipments(house: Staff) -> None:
    order = make_signed_order(house.ann, make_customer(house.ann), LINE)
    no = together(*[lambda: make_shipment(house.ann, order, {order.lines[0].key: 6})] * AT_ONCE)
    assert len(no) == AT_ONCE - 1
    assert all("4" in text for text in no), no
    assert len(together(*[lambda: make_shipment(house.ann, order)] * AT_ONCE)) == AT_ONCE - 1
    order.refresh_from_db()
    assert order.shipping == "done"
    assert Shipment.objects.count() == 2
