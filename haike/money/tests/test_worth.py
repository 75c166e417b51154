"""Amounts of documents in the company's own currency: how they are kept, and that nothing else is summed up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entities, entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.money.models import Invoice, PaymentPlan
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.currency.worth import fill
from haike.people.models import ExchangeRate, User
from haike.people.testing import Staff
from haike.sales.models import Delivery, Quote

Browse = Callable[[User], Client]
D = Decimal
DAY = date(2026, 3, 1)


def rate(on: date, value: str) -> None:
    change.create(ExchangeRate, by=System("test"), currency="USD", on=on, rate=D(value))


@pytest.fixture
def documents(staff: Staff) -> list[Any]:
    """One of each kind in dollars, at 7 to the dollar until the day before yesterday and at 8 since."""
    rate(DAY, "7")
    rate(today() - timedelta(days=1), "8")
    ann, customer = staff.ann, make_customer(staff.ann)
    contract = make_contract(ann, customer, "1000", currency="USD", signed_on=DAY)
    plan = make_plan(ann, "100.10", contract=contract, due_on=DAY)
    make_payment(ann, "30", plan=plan, currency="USD")
    return [
        entity_of(Quote).create(
            by=ann,
            customer=customer,
            subject="报价",
            currency="USD",
            quoted_on=DAY,
            lines=entity_of(Quote).looks["lines"].from_json([{"name": "安装", "quantity": "1", "price": "5"}], ann),
        ),
        entity_of(Delivery).create(by=ann, contract=contract, content="安装", amount=D(10), due_on=DAY),
        entity_of(Invoice).create(by=ann, contract=contract, amount=D(50), issued_on=today()),
        plan,
    ]


@pytest.mark.feature("P38")
def test_each_document_keeps_its_worth_at_the_rate_of_its_day(
    documents: list[Any], staff: Staff, browse: Browse
) -> None:
    for each in documents:
        each.refresh_from_db()
    quote, delivery, invoice, plan = documents
    assert (quote.worth, delivery.worth, invoice.worth) == (35, 70, 400)
    assert (plan.worth, plan.open, plan.open_worth) == (D("700.70"), D("70.10"), D("490.70"))
    entity_of(Delivery).change(delivery, by=staff.ann, delivered_on=today())
    assert Delivery.objects.get().worth == 80
    ann = browse(staff.ann)
    sums = ann.get("/payment-plans/count", headers={"HX-Request": "true"}).content.decode()
    assert "700.70" in sums
    assert "490.70" in sums
    pivot = ann.get("/payment-plans/pivot?rows=customer&measure=open_worth.sum").content.decode()
    assert "490.70" in pivot
    assert "amount.sum" not in pivot


@pytest.mark.feature("P38")
def test_what_was_there_before_gets_its_worth(documents: list[Any]) -> None:
    with writer():
        PaymentPlan._base_manager.update(worth=0, open_worth=0)
        fill(apps, "money.PaymentPlan", "worth", "amount", "due_on")
        fill(apps, "money.PaymentPlan", "open_worth", "open", "due_on")
    plan = PaymentPlan.objects.get()
    assert (plan.worth, plan.open_worth) == (D("700.70"), D("490.70"))


@pytest.mark.django_db
@pytest.mark.feature("R6")
def test_no_list_sums_up_amounts_in_several_currencies() -> None:
    for entity in entities():
        mixed = [name for name in entity.totals if getattr(entity.looks[name].field, "currency", "")]
        assert not mixed, entity.label
