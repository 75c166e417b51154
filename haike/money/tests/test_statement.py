"""The statement of account of a customer: what it says, to whom, on paper and as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.exchange.models import Export
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.money.models import Allocation, PaymentPlan
from haike.money.payment.actions import pay_back
from haike.money.statement.ledger import read_ledger
from haike.money.testing import make_contract, make_payment, make_plan, make_signed_order
from haike.people.models import ExchangeRate, User
from haike.people.testing import Staff
from haike.sheets.read import open_sheet

Browse = Callable[[User], Client]
D = Decimal
pytestmark = pytest.mark.feature("C15")


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


def told(customer: Customer, user: Any, first: date, after: date) -> list[Any]:
    """The figures of the first account, without the words."""
    account = read_ledger(customer, user).accounts(first, after)[0]
    lines = [(line.entry.day, line.entry.debit, line.entry.credit, line.balance)
             for month in account.months for line in month.lines]  # fmt: skip
    return [account.opening, lines, account.closing, account.later]


def test_a_statement_runs_from_opening_to_closing_by_day(staff: Staff, customer: Customer) -> None:
    boss = staff.boss
    contract = make_contract(boss, customer, "1000", signed_on=date(2026, 1, 5))
    first = make_plan(boss, "300", contract=contract, due_on=date(2026, 2, 10))
    make_plan(boss, "200", contract=contract, due_on=date(2026, 4, 1))
    paid = make_payment(boss, "299.50", contract=contract, plan=first, on=date(2026, 2, 20))
    row: Any = Allocation.objects.get(payment=paid)
    entity_of(Allocation).remove(row, by=boss)
    entity_of(Allocation).create(by=boss, payment=paid, plan=first, amount=D("299.50"), off=D("0.50"))
    pay_back(paid, amount=D(100), on=date(2026, 3, 2), by=boss)
    day = date(2026, 2, 20)
    assert told(customer, boss, date(2026, 2, 1), date(2026, 3, 1)) == [
        D(500),
        [
            (date(2026, 2, 10), 300, 0, 800), (day, 0, D("299.50"), D("500.50")), (day, 0, D("0.50"), 500),
        ],
        500, 200,
    ]  # fmt: skip
    # What was paid back is owed again, with what had been rounded off.
    assert told(customer, boss, date(2026, 3, 1), date(2026, 4, 1))[2] == D("600.50")
    account = read_ledger(customer, boss).accounts(date(2026, 1, 1), date(2026, 5, 1))[0]
    assert [(month.debit, month.credit) for month in account.months] == [
        (500, 0), (300, 300), (0, D("-100.50")), (200, 0),
    ]  # fmt: skip


def test_drafts_and_cancelled_documents_owe_nothing_and_orders_do(staff: Staff, customer: Customer) -> None:
    order = make_signed_order(staff.ann, customer, "80", signed_on=date(2026, 2, 1))
    draft: Any = change.create(
        type(make_contract(staff.ann, customer, "40")), by=staff.ann, customer=customer, subject="草稿", amount=D(70)
    )
    make_plan(staff.ann, "70", contract=draft, due_on=date(2026, 2, 1))
    entity_of(type(order)).change(order, by=staff.boss, state="cancelled", end_reason="不要了")
    assert told(customer, staff.boss, date(2026, 1, 1), date(2026, 3, 1))[2] == 40


def test_money_in_another_currency_counts_where_the_plan_is(staff: Staff, customer: Customer) -> None:
    change.create(ExchangeRate, by=System("test"), currency="USD", on=date(2026, 1, 1), rate=D(7))
    contract = make_contract(staff.boss, customer, "1000", signed_on=date(2026, 1, 5))
    make_plan(staff.boss, "700", contract=contract, due_on=date(2026, 2, 1))
    make_plan(staff.boss, "300", contract=contract, due_on=date(2026, 2, 2))
    make_payment(staff.boss, "200", currency="USD", contract=contract, on=date(2026, 2, 3))
    own, dollars = read_ledger(customer, staff.boss).accounts(date(2026, 2, 1), date(2026, 3, 1))
    assert (own.currency, own.debit, own.credit, own.closing) == ("CNY", 1000, 1000, 0)
    assert (dollars.currency, dollars.debit, dollars.credit) == ("USD", 0, D("57.14"))


def test_page_paper_and_file_by_http(staff: Staff, browse: Browse, customer: Customer, tmp_path: Path) -> None:
    contract = make_contract(staff.ann, customer, "1680.32", signed_on=today())
    ann, url = browse(staff.ann), f"/customers/{customer.pk}/statement"
    assert url in ann.get(f"/customers/{customer.pk}/").content.decode()
    page = ann.get(url).content.decode()
    assert contract.number in page
    assert "1,680.32" in page
    assert "看不到" not in page
    boss = browse(staff.boss)
    paper = boss.post(f"{url}/print", {"from": f"{today():%Y-%m}", "to": f"{today():%Y-%m}"}).content.decode()
    assert "壹仟陆佰捌拾元零叁角贰分" in paper
    assert Export.objects.filter(format="print", by=staff.boss).get().number in paper
    answer: Any = boss.post(f"{url}/xlsx", {"from": f"{today():%Y-%m}"})
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    with open_sheet(path, filename="file.xlsx") as sheet:
        values: Any = list(sheet.rows())
    assert values[1][4] == 0
    assert values[2][2] == values[-1][4] == 1680.32
    assert "年和月" in ann.get(f"{url}?from=2026-13").content.decode()
    # The field speaks the reader's language, not the browser's, and takes a month in every usual way of writing.
    assert 'type="month"' not in ann.get(url).content.decode()
    for typed in ("2026/5", "202605", "2026年5月", "2026-05"):
        page = ann.get(url, {"from": typed, "to": "2026-06"}).content.decode()
        assert 'name="from" value="2026-05" placeholder' in page, typed
    assert ann.get(f"{url}?from=2026-05&to=2026-02").status_code == 422
    for path in (url, f"/customers/{customer.pk}/payment-reminder"):
        assert browse(staff.cat).get(path).status_code == 404
    assert browse(staff.cat).post(f"{url}/xlsx").status_code == 404


def test_who_sees_only_a_part_is_told(staff: Staff, browse: Browse, customer: Customer) -> None:
    make_plan(staff.ann, "10", customer=customer)
    hidden: Any = make_plan(staff.boss, "5", customer=customer, owner=staff.cat, remark="x")
    page = browse(staff.ann).get(f"/customers/{customer.pk}/statement").content.decode()
    assert "看不到" in page
    assert hidden.number not in page
    assert read_ledger(customer, staff.ann).accounts(today(), date.max)[0].closing == 10


def test_a_query_for_each_kind_of_document(staff: Staff, customer: Customer) -> None:
    make_contract(staff.ann, customer, "100")
    for amount in range(1, 9):
        make_plan(staff.ann, str(amount), customer=customer)
        make_payment(staff.ann, str(amount), plan=PaymentPlan.objects.order_by("-id")[0])
    read_ledger(customer, staff.ann)
    with CaptureQueriesContext(connection) as queries:
        assert len(read_ledger(customer, staff.ann).entries) == 17
    # A cache may ask in between whether it is still right.
    asked = [query for query in queries if "kernel_version" not in query["sql"]]
    assert len(asked) == 5
