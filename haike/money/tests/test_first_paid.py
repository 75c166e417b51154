"""From hunter to keeper after the first paid deal."""

from __future__ import annotations

from typing import Any

import pytest

from haike.customers.testing import make_customer
from haike.handover.keeper.record import KeeperRule
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.money.testing import make_contract, make_payment, make_signed_order
from haike.people.testing import Staff
from haike.sales.testing import make_shipment
from haike.sales.testing import make_signed_order as sold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("C24")]


def test_the_first_deal_paid_in_full_passes_the_customer_on(staff: Staff, browse: Any) -> None:
    values = {"name": "付清转客服", "occasion": "money.first_paid", "position": 0, "active": "1", "hunter": "read"}
    sent = {**values, "people": [staff.cat.pk]}
    assert browse(staff.boss).post("/keeper-rules/new", sent, headers={"HX-Request": "true"}).status_code == 204
    assert "首个合同或订单已付清" in browse(staff.boss).get("/keeper-rules/").content.decode()
    first, second = make_customer(staff.ann, "海蓝科技"), make_customer(staff.ann, "长青五金")
    contract, order = make_contract(staff.ann, first, "100"), make_signed_order(staff.ann, second, "300")

    def owners() -> tuple[str, str]:
        run_ready_jobs()
        for customer in (first, second):
            customer.refresh_from_db()
        return first.owner.username, second.owner.username

    make_payment(staff.boss, "60", customer=first, contract=contract)
    assert owners() == ("ann", "ann")
    make_payment(staff.boss, "40", customer=first, contract=contract)
    assert owners() == ("cat", "ann")
    make_payment(staff.boss, "300", customer=second, order=order)
    assert owners() == ("cat", "cat")
    # Only the first: whoever was given the customer afterwards keeps it.
    entity_of(type(first)).change(first, by=staff.boss, owner=staff.ben)
    again = make_contract(staff.boss, first, "50")
    make_payment(staff.boss, "50", customer=first, contract=again)
    assert owners() == ("ben", "cat")
    assert KeeperRule.objects.get().turn == 2


def test_an_order_that_ends_early_may_be_paid_by_that(staff: Staff, browse: Any) -> None:
    values = {"name": "付清转客服", "occasion": "money.first_paid", "position": 0, "active": "1", "hunter": "read"}
    sent = {**values, "people": [staff.cat.pk]}
    assert browse(staff.boss).post("/keeper-rules/new", sent, headers={"HX-Request": "true"}).status_code == 204
    customer = make_customer(staff.ann, "海蓝科技")
    order = sold(staff.ann, customer, {"name": "冷凝机组", "quantity": "3", "price": "100"})
    make_payment(staff.boss, "100", customer=customer, order=order)
    make_shipment(staff.ann, order, {order.lines[0].key: 1})
    assert browse(staff.boss).post(f"/orders/{order.pk}/do/close", {"end_reason": "余数不要了"}).status_code == 302
    run_ready_jobs()
    customer.refresh_from_db()
    order.refresh_from_db()
    assert (order.payment, customer.owner.username) == ("paid", "cat")
