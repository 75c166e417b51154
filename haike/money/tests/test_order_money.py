"""Orders as source of money: plans, payments and invoices of an order, and what the order knows of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.money.credit import debt_of
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan, PlanTemplate
from haike.money.payment.actions import pay_back
from haike.money.testing import make_contract, make_payment, make_plan, make_signed_order
from haike.people.models import User
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.models import Order
from haike.sales.order.actions import amend
from haike.sales.order.record import CANCELLED, SIGNED
from haike.sales.testing import make_order

Browse = Callable[[User], Client]
D = Decimal


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


@pytest.fixture
def order(staff: Staff, customer: Customer) -> Order:
    return make_signed_order(staff.ann, customer, "1000")


def fresh(record: Any) -> Any:
    record.refresh_from_db()
    return record


@pytest.mark.feature("M1", "M2", "M3", "K3")
def test_plan_payment_invoice_of_an_order_each_by_one_click(staff: Staff, browse: Browse, order: Order) -> None:
    template = entity_of(PlanTemplate).create(by=staff.boss, name="三七", shares="30/70", days="0/30")
    ann = browse(staff.ann)
    page = ann.get(f"/orders/{order.pk}/").content.decode()
    for url in (f"/orders/{order.pk}/plan", f"/payments/new?customer={order.customer_id}", "/invoices/new?customer="):
        assert url in page
    answer = ann.post(f"/orders/{order.pk}/plan", {"template": template.pk, "due_on": today().isoformat()})
    assert answer.status_code == 302
    plans = list(PaymentPlan.objects.filter(order=order).order_by("instalment"))
    assert [(p.instalment, p.amount, p.customer_id) for p in plans] == [
        (1, 300, order.customer_id), (2, 700, order.customer_id),
    ]  # fmt: skip
    assert fresh(order).planned == 1000
    plan_page = ann.get(f"/payment-plans/{plans[0].pk}/").content.decode()
    assert f"order={order.pk}" in plan_page
    data = {"plan": plans[0].pk, "order": order.pk, "amount": "300", "currency": "CNY", "on": today().isoformat()}
    assert ann.post("/payments/new", data).status_code == 302
    paid = Payment.objects.get(order=order)
    assert (fresh(order).received, order.payment, order.received_worth) == (300, "part", 300)
    assert f"order={order.pk}" in ann.get(f"/payments/{paid.pk}/").content.decode()
    data = {"payment": paid.pk, "amount": "300", "currency": "CNY", "kind": "special", "issued_on": today().isoformat()}
    assert ann.post("/invoices/new", data).status_code == 302
    assert Invoice.objects.get(payment=paid).order_id == order.pk
    assert fresh(order).invoiced == 300
    assert order.number in browse(staff.ben).get("/payments/").content.decode()
    assert browse(staff.cat).get(f"/orders/{order.pk}/plan").status_code == 404


@pytest.mark.feature("M2", "K3", "M7")
def test_an_order_follows_whatever_happens_to_its_money(staff: Staff, order: Order) -> None:
    first = make_plan(staff.ann, "200", order=order, due_on=today())
    paid = make_payment(staff.boss, "1100", order=order)
    assert (fresh(order).received, order.planned, order.payment) == (1000, 1000, "paid")
    assert (paid.rest, fresh(first).state) == (100, "paid")
    back = pay_back(paid, amount=D("150"), by=staff.boss)
    assert (fresh(order).received, order.payment, back.order_id) == (950, "part", order.pk)
    entity_of(Payment).remove(back, by=staff.boss)
    assert fresh(order).payment == "paid"
    put = Allocation.objects.get(plan=first)
    entity_of(Allocation).remove(put, by=staff.ann)
    assert fresh(order).received == 800
    entity_of(Allocation).restore(put, by=staff.ann)
    entity_of(Payment).remove(paid, by=staff.boss)
    assert (fresh(order).received, order.payment, order.received_worth) == (0, "none", 0)
    entity_of(Payment).restore(paid, by=staff.boss)
    assert (fresh(order).received, order.payment) == (1000, "paid")


@pytest.mark.feature("M2", "K3")
def test_about_a_contract_or_an_order_and_never_both(
    staff: Staff, browse: Browse, customer: Customer, order: Order
) -> None:
    contract = make_contract(staff.ann, customer)
    data = {
        "contract": contract.pk, "order": order.pk, "amount": "1", "currency": "CNY", "on": today().isoformat(),
        "due_on": today().isoformat(), "issued_on": today().isoformat(),
    }  # fmt: skip
    ann = browse(staff.ann)
    for slug, model in (("payment-plans", PaymentPlan), ("payments", Payment), ("invoices", Invoice)):
        refused = ann.post(f"/{slug}/new", data)
        assert refused.status_code == 422
        assert "不能两者都选" in refused.content.decode()
        assert not model.objects.exists()
    plan = make_plan(staff.ann, "10", order=order)
    with pytest.raises(Refused):
        entity_of(PaymentPlan).change(plan, by=staff.ann, contract=contract)
    other = make_signed_order(staff.ann, customer, "5")
    with pytest.raises(Refused) as no:
        make_payment(staff.ann, "5", order=other, plan=plan)
    assert "plan" in no.value.fields


@pytest.mark.feature("M2", "K3")
def test_an_order_with_money_keeps_its_customer_and_a_cancelled_one_takes_none(
    staff: Staff, browse: Browse, customer: Customer
) -> None:
    draft = make_order(staff.ann, customer, {"name": "阀门", "quantity": "1", "price": "100", "tax_rate": "0"})
    plan = make_plan(staff.ann, "100", order=draft)
    other = make_customer(staff.ann, "成都另一家机电有限公司")
    with pytest.raises(Refused) as no:
        entity_of(Order).change(draft, by=staff.ann, customer=other)
    assert "customer" in no.value.fields
    with pytest.raises(Refused):
        entity_of(Order).remove(draft, by=staff.ann)
    with pytest.raises(Refused):
        make_payment(staff.ann, "100", order=draft)
    prepaid = make_payment(staff.ann, "100", customer=customer)
    with pytest.raises(Refused):
        entity_of(Allocation).create(by=staff.ann, payment=prepaid, plan=plan, amount=D(100), off=D(0))
    signed = entity_of(Order).change(draft, by=staff.ann, state=SIGNED)
    entity_of(Order).change(signed, by=staff.ann, state=CANCELLED, end_reason="客户取消")
    refused = browse(staff.ann).post(
        "/payments/new", {"order": draft.pk, "amount": "1", "currency": "CNY", "on": today().isoformat()}
    )
    assert refused.status_code == 422
    assert Payment.objects.count() == 1


@pytest.mark.feature("M1", "K7")
def test_plans_follow_an_order_that_becomes_smaller(
    staff: Staff, customer: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    order = make_signed_order(staff.ann, customer, "1000")
    first = make_plan(staff.ann, "600", order=order, due_on=today())
    last = make_plan(staff.ann, "400", order=order, due_on=today() + timedelta(days=30))
    make_payment(staff.ann, "100", order=order)
    lines = entity_of(Order).looks["lines"].from_json(
        [{"name": "冷凝机组", "quantity": "1", "price": "550", "tax_rate": "0"}], staff.ann
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        amend(order, by=staff.ann, reason="减少", lines=lines)
    assert fresh(last).deleted_at is not None
    assert (fresh(first).amount, first.received, fresh(order).planned) == (550, 100, 550)


@pytest.mark.feature("M3")
def test_nobody_invoices_more_than_the_order_but_by_right(staff: Staff, browse: Browse, order: Order) -> None:
    data = {"order": order.pk, "amount": "1000.01", "currency": "CNY", "kind": "special"}
    data["issued_on"] = today().isoformat()
    refused = browse(staff.ann).post("/invoices/new", data)
    assert refused.status_code == 422
    assert "0.01" in refused.content.decode()
    assert fresh(order).invoiced == 0
    entity_of(Invoice).create(by=staff.boss, order=order, amount=D("1000.01"))
    assert fresh(order).invoiced == D("1000.01")


@pytest.mark.feature("M4", "K3")
def test_an_order_over_the_credit_limit_is_signed_only_by_right(
    staff: Staff, browse: Browse, customer: Customer, order: Order
) -> None:
    entity_of(Customer).change(customer, by=staff.boss, credit_limit=D("1500"))
    make_plan(staff.ann, "400", customer=customer)
    make_payment(staff.ann, "200", order=order)
    make_payment(staff.ann, "50", customer=customer)
    # 800 of the first order and 400 of the plan, less 50 prepaid.
    assert debt_of(fresh(customer)) == 1150
    line = {"name": "阀门", "quantity": "1", "price": "350.01", "tax_rate": "0"}
    over = make_order(staff.ann, customer, line)
    ann = browse(staff.ann)
    refused = ann.post(f"/orders/{over.pk}/do/sign", {})
    assert refused.status_code == 422
    for sum_of_it in ("1,500.00", "1,150.00", "350.01", "0.01"):
        assert sum_of_it in refused.content.decode()
    assert fresh(over).state == "draft"
    make_payment(staff.ann, "0.01", customer=customer)
    assert ann.post(f"/orders/{over.pk}/do/sign", {}).status_code == 302
    lines = entity_of(Order).looks["lines"].from_json([{**line, "price": "351"}], staff.ann)
    with pytest.raises(Refused):
        amend(over, by=staff.ann, reason="加价", lines=lines)
    third = make_order(staff.ann, customer, line)
    assert ann.post(f"/orders/{third.pk}/do/sign", {}).status_code == 422
    assert browse(staff.boss).post(f"/orders/{third.pk}/do/sign", {}).status_code == 302
