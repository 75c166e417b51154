"""Plans, payments, invoices: every sum follows from the documents, and what cannot be is refused in words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan, PlanTemplate
from haike.money.payment.actions import pay_back
from haike.money.plan.actions import parts_of, plan_from_template
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.models import ExchangeRate, Role, User
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.models import Contract

Browse = Callable[[User], Client]
SYSTEM = System("test")
D = Decimal


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


@pytest.fixture
def contract(staff: Staff, customer: Customer) -> Contract:
    return make_contract(staff.ann, customer)


def fresh(record: Any) -> Any:
    record.refresh_from_db()
    return record


def rate(currency: str, on: date, value: str) -> None:
    change.create(ExchangeRate, by=SYSTEM, currency=currency, on=on, rate=D(value))


@pytest.mark.feature("M1")
def test_a_template_splits_to_the_cent(staff: Staff, browse: Browse, customer: Customer) -> None:
    template = entity_of(PlanTemplate).create(by=staff.boss, name="三三四", shares="33.33/33.33/33.34", days="0/30/60")
    contract = make_contract(staff.ann, customer, "100.01", signed_on=date(2026, 3, 1))
    ann = browse(staff.ann)
    assert "三三四" in ann.get(f"/contracts/{contract.pk}/plan").content.decode()
    answer = ann.post(f"/contracts/{contract.pk}/plan", {"template": template.pk, "due_on": "2026-03-01"})
    assert answer.status_code == 302
    plans = list(PaymentPlan.objects.filter(contract=contract).order_by("instalment"))
    assert [(p.instalment, p.due_on) for p in plans] == [
        (1, date(2026, 3, 1)), (2, date(2026, 3, 31)), (3, date(2026, 4, 30)),
    ]  # fmt: skip
    assert sum(p.amount for p in plans) == D("100.01") == fresh(contract).planned
    again = ann.post(f"/contracts/{contract.pk}/plan", {"template": template.pk, "due_on": "2026-03-01"})
    assert again.status_code == 422
    assert "已经" in again.content.decode()
    assert PaymentPlan.objects.filter(contract=contract).count() == 3


@pytest.mark.feature("M1")
@pytest.mark.parametrize(
    ("shares", "days", "wrong"),
    [
        ("30/60", "0/30", "shares"),
        ("30/-60/130", "0/1/2", "shares"),
        ("一半/一半", "0/1", "shares"),
        ("50/50", "0", "days"),
    ],
)
def test_a_template_that_does_not_add_up_is_refused(staff: Staff, shares: str, days: str, wrong: str) -> None:
    with pytest.raises(Refused) as no:
        entity_of(PlanTemplate).create(by=staff.boss, name="错", shares=shares, days=days)
    assert set(no.value.fields) == {wrong}


@pytest.mark.feature("M2", "K1")
def test_a_payment_goes_to_what_is_due_first(staff: Staff, browse: Browse, contract: Contract) -> None:
    first = make_plan(staff.ann, "3000", contract=contract, due_on=today() - timedelta(days=3))
    second = make_plan(staff.ann, "7000", contract=contract, due_on=today() + timedelta(days=3))
    ann = browse(staff.ann)
    data = {"contract": contract.pk, "amount": "4000.50", "currency": "CNY", "on": today().isoformat(), "customer": ""}
    assert ann.post("/payments/new", data).status_code == 302
    assert (fresh(first).state, fresh(first).open) == ("paid", 0)
    assert (fresh(second).state, second.open) == ("part", D("5999.50"))
    assert fresh(contract).received == D("4000.50") == contract.received_worth
    paid = Payment.objects.get(contract=contract)
    assert (paid.rest, paid.used, paid.customer_id) == (0, D("4000.50"), contract.customer_id)
    assert "4,000.50" in ann.get(f"/contracts/{contract.pk}/").content.decode()


@pytest.mark.feature("M2", "M5")
def test_a_program_that_brings_too_much_has_to_be_sure(staff: Staff, browse: Browse, contract: Contract) -> None:
    client, body = browse(staff.boss), {"contract": contract.pk, "amount": "1000000.00"}
    no = client.post("/api/v1/payments/", body, content_type="application/json")
    assert (no.status_code, Payment.objects.count()) == (422, 0)
    assert "sure=true" in no.json()["message"]
    assert "预收款" in no.json()["fields"]["amount"]
    made = client.post("/api/v1/payments/?sure=true", body, content_type="application/json")
    assert (made.status_code, len(made.json()["warnings"])) == (201, 1)
    no = client.post("/api/v1/invoices/", body, content_type="application/json")
    assert (no.status_code, Invoice.objects.count(), "amount" in no.json()["fields"]) == (422, 0, True)
    assert client.post("/api/v1/invoices/?sure=true", body, content_type="application/json").status_code == 201


@pytest.mark.feature("M2", "M5")
def test_what_is_paid_too_much_is_prepaid_and_used_later(staff: Staff, browse: Browse, contract: Contract) -> None:
    paid = make_payment(staff.ann, "12000", contract=contract)
    # Nobody had planned: what the contract is about is planned with the payment, and no more.
    assert fresh(contract).planned == contract.received == 10000
    assert paid.rest == 2000
    other = make_plan(staff.ann, "1500", customer=contract.customer)
    ann = browse(staff.ann)
    assert f"plan={other.pk}" in ann.get(f"/payments/{paid.pk}/panel/open_plans").content.decode()
    too_much = ann.post("/allocations/new", {"payment": paid.pk, "plan": other.pk, "amount": "1500.01", "off": "0"})
    assert too_much.status_code == 422
    assert "1,500.00" in too_much.content.decode()
    assert (
        ann.post("/allocations/new", {"payment": paid.pk, "plan": other.pk, "amount": "1500", "off": "0"}).status_code
        == 302
    )
    assert fresh(paid).rest == 500
    assert fresh(other).state == "paid"
    put = Allocation.objects.get(plan=other)
    entity_of(Allocation).remove(put, by=staff.ann)
    assert (fresh(paid).rest, fresh(other).open) == (2000, 1500)
    entity_of(Allocation).restore(put, by=staff.ann)
    assert (fresh(paid).rest, fresh(other).open) == (500, 0)


@pytest.mark.feature("M2", "M5")
def test_what_is_paid_too_much_is_said_before_it_is_taken(staff: Staff, browse: Browse, contract: Contract) -> None:
    ann = browse(staff.ann)
    sent = {"customer": contract.customer_id, "contract": contract.pk, "amount": "12000", "currency": "CNY",
            "on": today().isoformat()}  # fmt: skip
    page = ann.post("/payments/new", sent)
    said = page.content.decode()
    assert (page.status_code, Payment.objects.count()) == (422, 0)
    assert "¥2,000.00" in said
    seen = re.search(r'name="seen" value="([^"]*)"', said)
    assert seen is not None
    assert ann.post("/payments/new", {**sent, "seen": html.unescape(seen[1])}).status_code == 302
    assert Payment.objects.get().rest == 2000


@pytest.mark.feature("M2")
def test_only_small_change_is_rounded_off(staff: Staff, contract: Contract) -> None:
    plan = make_plan(staff.ann, "1000.80", contract=contract)
    paid = make_payment(staff.ann, "2000", customer=contract.customer)
    put = entity_of(Allocation).create
    with pytest.raises(Refused) as no:
        put(by=staff.ann, payment=paid, plan=plan, amount=D("999.00"), off=D("1.80"))
    assert "off" in no.value.fields
    with pytest.raises(Refused):
        put(by=staff.ann, payment=paid, plan=plan, amount=D("900"), off=D("0.80"))
    assert fresh(plan).open == D("1000.80")
    put(by=staff.ann, payment=paid, plan=plan, amount=D("1000"), off=D("0.80"))
    assert (fresh(plan).state, plan.received, plan.off, plan.open) == ("paid", 1000, D("0.80"), 0)
    assert fresh(contract).received == 1000


@pytest.mark.feature("M2")
def test_currencies_meet_at_the_rate_of_the_day(staff: Staff, customer: Customer) -> None:
    rate("USD", date(2026, 1, 1), "7")
    rate("USD", date(2026, 3, 1), "7.5")
    contract = make_contract(staff.ann, customer, "1000", currency="USD")
    assert contract.worth == 7000
    plan = make_plan(staff.ann, "1000", contract=contract)
    early = make_payment(staff.ann, "3500", contract=contract, on=date(2026, 2, 1))
    assert (fresh(plan).received, early.rest) == (500, 0)
    late = make_payment(staff.ann, "4000", contract=contract, on=date(2026, 3, 2))
    assert (fresh(plan).received, fresh(late).rest) == (1000, 250)
    assert fresh(contract).received_worth == 3500 + 3750
    with pytest.raises(Refused) as no:
        make_payment(staff.ann, "10", customer=customer, currency="EUR")
    assert "currency" in no.value.fields
    with pytest.raises(Refused) as no:
        make_contract(staff.ann, customer, "10", currency="EUR")
    assert "currency" in no.value.fields


@pytest.mark.feature("M7")
def test_money_is_paid_back_by_right_and_plans_open_again(staff: Staff, browse: Browse, contract: Contract) -> None:
    plan = make_plan(staff.ann, "10000", contract=contract)
    paid = make_payment(staff.ann, "10500", contract=contract)
    url = f"/payments/{paid.pk}/pay-back"
    assert browse(staff.ann).get(url).status_code == 404
    boss = browse(staff.boss)
    data = {"amount": "2000", "on": today().isoformat(), "remark": "多付"}
    assert boss.post(url, {**data, "amount": "10500.01"}).status_code == 422
    assert boss.post(url, data).status_code == 302
    refund = Payment.objects.get(refund_of=paid)
    assert (refund.amount, fresh(paid).rest, paid.refunded) == (-2000, 0, 2000)
    assert (fresh(plan).received, plan.state, plan.open) == (8500, "part", 1500)
    assert fresh(contract).received == 8500
    with pytest.raises(Refused):
        entity_of(Payment).remove(paid, by=staff.boss)
    entity_of(Payment).remove(refund, by=staff.boss)
    assert (fresh(plan).state, fresh(paid).rest) == ("paid", 500)
    entity_of(Payment).restore(refund, by=staff.boss)
    assert (fresh(plan).open, fresh(paid).rest) == (1500, 0)


@pytest.mark.feature("M3")
def test_no_more_is_invoiced_than_agreed_unless_by_right(staff: Staff, browse: Browse, contract: Contract) -> None:
    ann, data = browse(staff.ann), {"contract": contract.pk, "kind": "special", "issued_on": today().isoformat()}
    assert ann.post("/invoices/new", {**data, "amount": "9000"}).status_code == 302
    over = ann.post("/invoices/new", {**data, "amount": "1000.01"})
    assert over.status_code == 422
    assert "0.01" in over.content.decode()
    assert Invoice.objects.count() == 1
    asked = browse(staff.boss).post("/invoices/new", {**data, "amount": "1500"})
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', asked.content.decode())
    sure = {**data, "amount": "1500", "seen": unescape(seen)}
    assert browse(staff.boss).post("/invoices/new", sure).status_code == 302
    first, second = Invoice.objects.order_by("id")
    assert [first.instalment, second.instalment] == [1, 2]
    assert first.buyer == contract.customer.name
    assert fresh(contract).invoiced == 10500
    assert ann.post(f"/invoices/{first.pk}/do/make_void").status_code == 302
    assert fresh(contract).invoiced == 1500
    with pytest.raises(Refused):
        entity_of(Invoice).change(fresh(first), by=staff.ann, amount=D(1))


@pytest.mark.feature("M3")
def test_each_makes_the_next(staff: Staff, browse: Browse, contract: Contract) -> None:
    ann = browse(staff.ann)
    plan = make_plan(staff.ann, "4000", contract=contract)
    page = ann.get(f"/payment-plans/{plan.pk}/").content.decode()
    assert f"/payments/new?customer={plan.customer_id}&amp;contract={contract.pk}&amp;plan={plan.pk}" in page
    form = ann.get(f"/payments/new?customer={plan.customer_id}&contract={contract.pk}&plan={plan.pk}&amount=4000.00")
    assert 'value="4000.00"' in form.content.decode()
    paid = make_payment(staff.ann, "4000", plan=plan)
    assert (fresh(plan).state, paid.contract_id) == ("paid", contract.pk)
    assert f"payment={paid.pk}" in ann.get(f"/payments/{paid.pk}/").content.decode()
    invoice = entity_of(Invoice).create(by=staff.ann, payment=paid, amount=paid.amount, kind="special")
    assert (invoice.contract_id, invoice.customer_id) == (contract.pk, contract.customer_id)


@pytest.mark.feature("M2")
@pytest.mark.parametrize("amount", ["0", "-5"])
def test_a_payment_is_more_than_nothing(staff: Staff, browse: Browse, customer: Customer, amount: str) -> None:
    data = {"customer": customer.pk, "amount": amount, "currency": "CNY", "on": today().isoformat()}
    assert browse(staff.ann).post("/payments/new", data).status_code == 422
    assert not Payment.objects.exists()


@pytest.mark.feature("M1", "M4")
def test_what_is_due_and_overdue(staff: Staff, browse: Browse, customer: Customer) -> None:
    late = make_plan(staff.ann, "10", customer=customer, due_on=today() - timedelta(days=1))
    soon = make_plan(staff.ann, "10", customer=customer, due_on=today() + timedelta(days=30))
    far = make_plan(staff.ann, "10", customer=customer, due_on=today() + timedelta(days=31))
    done = make_plan(staff.ann, "10", customer=customer, due_on=today() - timedelta(days=1))
    make_payment(staff.ann, "10", plan=done)
    ann = browse(staff.ann)

    def shown(tab: str) -> set[int]:
        page = ann.get(f"/payment-plans/?tab={tab}").content.decode()
        return {plan.pk for plan in (late, soon, far, done) if f"/payment-plans/{plan.pk}/" in page}

    assert shown("overdue") == {late.pk}
    assert shown("due_soon") == {soon.pk}
    assert shown("unpaid") == {late.pk, soon.pk, far.pk}
    assert shown("paid") == {done.pk}


@pytest.mark.feature("M2", "P9")
def test_finance_records_and_the_seller_sees_it(staff: Staff, browse: Browse, contract: Contract) -> None:
    entity_of(User).change(User.objects.get(pk=staff.cat.pk), by=SYSTEM, roles=[Role.objects.get(key="finance")])
    cat = User.objects.get(pk=staff.cat.pk)
    data = {"contract": contract.pk, "amount": "100", "currency": "CNY", "on": today().isoformat()}
    assert browse(cat).post("/payments/new", data).status_code == 302
    paid = Payment.objects.get()
    assert paid.owner_id == staff.ann.pk
    assert browse(staff.ann).get(f"/payments/{paid.pk}/").status_code == 200


@pytest.mark.feature("M2")
def test_what_was_paid_on_stays(staff: Staff, contract: Contract) -> None:
    plan = make_plan(staff.ann, "100", contract=contract)
    paid = make_payment(staff.ann, "60", plan=plan)
    other = make_customer(staff.ann, "上海远洋贸易有限公司")
    for record, values in (
        (plan, {"amount": D("59.99")}), (plan, {"customer": other, "contract": None}), (paid, {"amount": D("59")}),
        (paid, {"customer": other, "contract": None}), (contract, {"customer": other}),
    ):  # fmt: skip
        with pytest.raises(Refused):
            entity_of(type(record)).change(record, by=staff.ann, **values)
    for record in (plan, contract):
        with pytest.raises(Refused):
            entity_of(type(record)).remove(record, by=staff.ann)
    entity_of(Payment).remove(paid, by=staff.ann)
    assert (fresh(plan).open, fresh(contract).received) == (100, 0)
    entity_of(Payment).restore(paid, by=staff.ann)
    assert (fresh(plan).open, fresh(contract).received) == (40, 60)


@pytest.mark.feature("M7")
def test_parts_are_exact() -> None:
    assert parts_of(D("0.05"), [D(50), D(50)]) == [D("0.03"), D("0.02")]
    assert parts_of(D("100"), [D(1)] * 3, places=0) == [33, 34, 33]


@pytest.mark.feature("M7")
def test_paying_back_from_the_plan_paid_last(staff: Staff, customer: Customer) -> None:
    one, two = make_plan(staff.ann, "10", customer=customer), make_plan(staff.ann, "10", customer=customer)
    paid = make_payment(staff.ann, "20", plan=one)
    entity_of(Allocation).create(by=staff.ann, payment=paid, plan=two, amount=D(10), off=D(0))
    pay_back(paid, amount=D(15), by=staff.boss)
    assert (fresh(one).open, fresh(two).open) == (5, 10)


def test_templates_use_the_rest_only(staff: Staff, contract: Contract) -> None:
    make_plan(staff.ann, "9999.98", contract=contract)
    template = entity_of(PlanTemplate).create(by=staff.boss, name="三期", shares="30/60/10", days="0/1/2")
    with pytest.raises(Refused):
        plan_from_template(fresh(contract), template, start=today(), by=staff.ann)
    assert PaymentPlan.objects.count() == 1


@pytest.mark.feature("M2")
def test_what_stands_on_a_plan_is_closed_everywhere(staff: Staff, browse: Browse, contract: Contract) -> None:
    make_payment(staff.ann, "3000", contract=contract)
    put, ann, boss = Allocation.objects.get(), browse(staff.ann), browse(staff.boss)
    page, listed = (boss.get(url).content.decode() for url in (f"/allocations/{put.pk}/", "/allocations/"))
    assert f"/allocations/{put.pk}/edit" not in page
    assert f"/allocations/{put.pk}/field/" not in page + listed
    assert "/allocations/bulk/edit" not in listed
    assert "/allocations/bulk/delete" in listed
    for name in ("payment", "plan", "amount", "off"):
        assert ann.post(f"/allocations/{put.pk}/field/{name}", {name: "1"}).status_code == 422
    answer = boss.patch(f"/api/v1/allocations/{put.pk}", {"amount": "1"}, content_type="application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["amount"])
    assert fresh(put).amount == 3000
    # A new one is typed as before.
    assert 'name="amount"' in ann.get("/allocations/new").content.decode()


@pytest.mark.feature("M2")
def test_the_customer_is_marked_where_nothing_else_names_him(staff: Staff, browse: Browse, contract: Contract) -> None:
    def marked(query: str) -> bool:
        form = browse(staff.ann).get(f"/payments/new{query}").content.decode()
        assert 'data-unless="contract order plan"' in form
        return 'form-label required" for="id_customer"' in form

    assert marked("")
    assert not marked(f"?contract={contract.pk}")
