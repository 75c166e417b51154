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
