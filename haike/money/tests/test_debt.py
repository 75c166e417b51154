"""What customers owe is one figure that follows from the books, whatever becomes of their documents."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client

from haike.bulk.undo import undo_batch
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.dedupe.merge.act import merge
from haike.jobs.testing import run_ready_jobs
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Change, within_batch
from haike.kernel.period import today
from haike.money.ageing.report import read_ageing, read_beside
from haike.money.debt import debt_of, settle_all_debts
from haike.money.models import PaymentPlan
from haike.money.payment.actions import pay_back
from haike.money.statement.ledger import read_ledger
from haike.money.testing import make_contract, make_payment, make_plan, make_signed_order
from haike.papers.models import PaperLink
from haike.people.models import ExchangeRate, User
from haike.people.testing import Staff
from haike.sales.models import Contract, Order
from haike.sales.order.record import CLOSED

Browse = Callable[[User], Client]
D = Decimal
pytestmark = [pytest.mark.django_db, pytest.mark.feature("C1", "M4", "M5")]


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann, "海蓝科技", opening_debt=D("300.50"))


def owes(customer: Customer) -> tuple[Decimal, Decimal]:
    """What is stored; the credit limit, the statement and the ageing must say the same of the debt."""
    boss = User.objects.get(username="boss")
    customer.refresh_from_db()
    found = customer.debt, customer.prepaid
    assert debt_of(customer) == found[0]
    own, *others = read_ledger(customer, boss).accounts(date.min, date.max)
    if not others:
        assert own.closing == found[0]
    rows, beside = read_ageing(boss, "customer")[0], read_beside(boss)[0]
    aged = rows[customer.pk].total if customer.pk in rows else D(0)
    assert aged + (beside[customer.pk].sum if customer.pk in beside else 0) == found[0]
    settle_all_debts.call()
    customer.refresh_from_db()
    assert (customer.debt, customer.prepaid) == found
    return found


def test_it_follows_whatever_happens_to_documents(staff: Staff, customer: Customer) -> None:
    boss = staff.boss
    assert owes(customer) == (D("300.50"), 0)
    contract = make_contract(boss, customer, "1000")
    assert owes(customer) == (D("1300.50"), 0)
    plan = make_plan(boss, "400", contract=contract, due_on=today() - timedelta(days=40))
    assert owes(customer) == (D("1300.50"), 0)
    paid = make_payment(boss, "450", contract=contract, plan=plan)
    assert owes(customer) == (D("850.50"), 50)
    entity_of(paid).remove(paid, by=boss)
    assert owes(customer) == (D("1300.50"), 0)
    entity_of(paid).restore(paid, by=boss)
    pay_back(paid, amount=D(100), by=boss)
    assert owes(customer) == (D("950.50"), 0)
    order = make_signed_order(boss, customer, "200")
    entity_of(Order).change(order, by=boss, state=CLOSED, end_reason="缺货")
    # Nothing of it was delivered.
    assert owes(customer) == (D("950.50"), 0)
    draft = entity_of(Contract).create(by=boss, customer=customer, subject="草稿", amount=D(5000))
    make_plan(boss, "5000", contract=draft)
    entity_of(Customer).change(customer, by=boss, opening_debt=D("-0.5"))
    assert owes(customer) == (D("649.50"), 0)
    other = make_customer(boss, "别家公司")
    free = make_plan(boss, "20", customer=customer)
    entity_of(PaymentPlan).change(free, by=boss, customer=other)
    assert (owes(customer)[0], owes(other)[0]) == (D("649.50"), 20)
    entity_of(PaymentPlan).remove(free, by=boss)
    assert owes(other) == (0, 0)


def test_merging_adds_up_and_parting_takes_it_apart(staff: Staff, customer: Customer) -> None:
    other = make_customer(staff.boss, "海蓝科技公司", opening_debt=10)
    make_contract(staff.boss, other, "100")
    make_payment(staff.boss, "30", customer=other)
    assert owes(other) == (80, 30)
    batch = merge(entity_of(Customer), customer, [other], by=staff.boss)
    assert owes(customer) == (D("380.50"), 30)
    assert customer.opening_debt == D("310.50")
    undo_batch(entity_of(Customer), batch, by=staff.boss)
    assert owes(customer) == (D("300.50"), 0)
    assert owes(other) == (80, 30)


def test_the_undo_of_a_batch_of_payments(staff: Staff, customer: Customer) -> None:
    contract = make_contract(staff.boss, customer, "1000")
    batch = start_batch(entity_of(PaymentPlan), "import", "导入", by=staff.boss)
    with within_batch(batch):
        make_plan(staff.boss, "600", contract=contract)
        make_payment(staff.boss, "700", contract=contract)
        make_payment(staff.boss, "5", customer=customer)
    assert owes(customer) == (D("595.50"), 5)
    undo_batch(entity_of(PaymentPlan), batch, by=staff.boss)
    assert owes(customer) == (D("1300.50"), 0)


def test_rates_change_it(staff: Staff, customer: Customer) -> None:
    rates = entity_of(ExchangeRate)
    rate = rates.create(by=staff.boss, currency="USD", on=date(2026, 1, 1), rate=D(7))
    make_contract(staff.boss, customer, "100", currency="USD")
    assert owes(customer) == (D("1000.50"), 0)
    rates.change(rate, by=staff.boss, rate=D(8))
    settle_all_debts.call()
    assert owes(customer) == (D("1100.50"), 0)
    rates.remove(rate, by=staff.boss)
    # Of what nobody knows the rate the figure stays, and nobody's payment waits for it.
    make_payment(staff.boss, "50", customer=customer)
    customer.refresh_from_db()
    assert customer.debt == D("1100.50")


def test_what_was_typed_is_kept_and_one_statement_says_what_is_owed(staff: Staff, customer: Customer) -> None:
    contract = make_contract(staff.boss, customer, "1000")
    make_plan(staff.boss, "400", contract=contract)
    make_payment(staff.boss, "450", contract=contract)
    make_payment(staff.boss, "7", customer=customer)
    rows: Any = Customer._base_manager.filter(pk=customer.pk)
    rows.update(debt=D("88.80"), opening_debt=0, prepaid=0)
    editor: Any = SimpleNamespace(connection=connection)
    importlib.import_module("haike.customers.migrations.0011_debt").keep_what_was_typed(apps, editor)
    importlib.import_module("haike.money.migrations.0003_debts").what_customers_owe(apps, editor)
    customer.refresh_from_db()
    assert (customer.opening_debt, customer.debt, customer.prepaid) == (D("88.80"), D("631.80"), 7)
    assert owes(customer) == (D("631.80"), 7)


def test_people_read_it_and_type_the_opening_debt_only(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    make_payment(staff.boss, "50", customer=customer)
    page = ann.get(f"/customers/{customer.pk}/").content.decode()
    assert "250.50" in page
    assert "预收余额" in page
    assert ann.post(f"/customers/{customer.pk}/field/debt", {"debt": "1"}).status_code == 422
    answer = ann.post(f"/customers/{customer.pk}/field/opening_debt", {"opening_debt": "400"})
    assert answer.status_code == 200
    assert owes(customer) == (350, 50)
    rest = make_customer(staff.ann, "没有欠款的公司")
    listed = ann.get("/customers/?tab=owing").content.decode()
    assert customer.name in listed
    assert rest.name not in listed
    assert "¥350.00" in listed, "what the tab is ordered by stands in it"
    assert "¥350.00" not in ann.get("/customers/").content.decode()
    assert 'value="debt" checked' not in ann.get("/customers/columns?tab=owing").content.decode()
    assert customer.name not in browse(staff.cat).get("/customers/?tab=owing").content.decode()


def test_the_letter_goes_by_mail_and_is_noted(staff: Staff, browse: Browse, customer: Customer, settings: Any) -> None:
    settings.HAIKE_MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    server = {"host": "smtp.example.com", "port": "587", "security": "starttls", "sender": "post@example.com"}
    assert browse(staff.boss).post("/settings/mail", server).status_code == 302
    make_plan(staff.ann, "400", customer=customer, due_on=today() - timedelta(days=3))
    ann, here = browse(staff.ann), f"/customers/{customer.pk}/payment-reminder"
    page = ann.get(f"{here}/send").content.decode()
    assert "400.00" in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    letter = {
        **hidden,
        "by_mail": "1",
        "days": "30",
        "subject": "催款函",
        "text": "请付款：{link}",
        "others": "not an address",
    }
    refused = ann.post(f"{here}/send", letter)
    assert (refused.status_code, PaperLink.objects.count()) == (422, 0)
    assert 'id="error-others"' in refused.content.decode()
    assert ann.post(f"{here}/send", {**letter, "others": "pay@example.com"}).status_code == 302
    sent = PaperLink.objects.get(kind="payment_reminder", record_id=customer.pk)
    run_ready_jobs()
    assert mail.outbox[0].to == ["pay@example.com"]
    assert f"/papers/{sent.pk}" in ann.get(here).content.decode()
    assert Change.objects.filter(entity="customers.customer", record_id=customer.pk, action="paper_sent").exists()
    assert browse(staff.cat).get(f"{here}/send").status_code == 404


def test_the_ageing_shows_a_debt_without_documents_and_leads_to_none(
    browse: Browse, staff: Staff, customer: Customer
) -> None:
    page = browse(staff.boss).get("/payment-plans/ageing").content.decode()
    row = page[page.index("海蓝科技") :].partition("</tr>")[0]
    assert "¥300.50" in row
    assert "¥0.00" in row
    assert "/payment-plans/?" not in row
