"""Reminders of what is to be delivered, shipped, answered and paid soon."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.testing import Staff
from haike.sales.models import Contract, Delivery, Quote
from haike.sales.testing import make_order, make_shipment, make_signed_order
from haike.talk.jobs import remind
from haike.talk.models import Notice

SOON, LATER = today() + timedelta(days=3), today() + timedelta(days=4)


@pytest.mark.feature("P28")
def test_the_owner_is_told_once_of_what_is_due_soon(staff: Staff, django_capture_on_commit_callbacks: Any) -> None:
    ann, customer = staff.ann, make_customer(staff.ann)
    contract: Contract = make_contract(ann, customer, "1000")
    for day, done in ((SOON, None), (SOON, today()), (LATER, None)):
        entity_of(Delivery).create(
            by=ann, contract=contract, content="安装", amount=Decimal(10), due_on=day, delivered_on=done
        )
    ships = make_signed_order(ann, customer, ships_by=SOON)
    make_order(ann, customer, ships_by=SOON)
    make_shipment(ann, make_signed_order(ann, customer, ships_by=SOON))
    quote = entity_of(Quote).create(by=ann, customer=customer, subject="报价", valid_until=SOON)
    answered = entity_of(Quote).create(by=ann, customer=customer, subject="已答复", valid_until=SOON)
    entity_of(Quote).change(entity_of(Quote).change(answered, by=ann, state="sent"), by=ann, state="declined")
    plan, paid = (make_plan(ann, "20", customer=customer, due_on=SOON) for _each in range(2))
    make_payment(ann, "20", plan=paid)
    for _turn in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            remind.func()
    kinds = ("delivery_due", "order_ships", "quote_expires", "plan_due")
    told = {(each.kind, each.record_id) for each in Notice.objects.filter(kind__in=kinds, user=ann)}
    delivery = Delivery.objects.get(due_on=SOON, delivered_on=None)
    assert told == {
        ("delivery_due", delivery.pk), ("order_ships", ships.pk), ("quote_expires", quote.pk), ("plan_due", plan.pk),
    }  # fmt: skip
    assert Notice.objects.filter(kind__in=kinds).count() == 4
