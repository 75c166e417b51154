"""What is overdue and for how long: the report, the reminder to the owner and the letter to the customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from haike.customers.testing import make_customer
from haike.exchange.models import Export
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.money.ageing.letter import TEXT
from haike.money.ageing.report import PARTS, days_of, part_of, read_ageing
from haike.money.models import PaymentPlan
from haike.money.statement.ledger import read_ledger
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.models import ExchangeRate, User
from haike.people.testing import Staff
from haike.people.user.actions import make_user
from haike.sales.contract.record import ACTIVE, Contract
from haike.sheets.read import open_sheet
from haike.talk.jobs import remind
from haike.talk.models import Notice

Browse = Callable[[User], Client]
D = Decimal
pytestmark = pytest.mark.feature("M4")
LATE = (0, 1, 30, 31, 60, 61, 90, 91, 400)


def ago(days: int) -> date:
    return today() - timedelta(days=days)


@given(days=st.integers(-4000, 4000))
def test_every_day_lies_in_its_part_and_in_no_other(days: int) -> None:
    day = date(2026, 6, 15)
    due = day - timedelta(days=days)
    spans = [days_of(part, day) for part in range(PARTS)]
    inside = [
        part for part, (first, last) in enumerate(spans)
        if (first is None or first <= due) and (last is None or due <= last)
    ]  # fmt: skip
    assert inside == [part_of(days)]


def test_the_report_adds_up_and_every_sum_leads_to_its_plans(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    change.create(ExchangeRate, by=System("test"), currency="USD", on=date(2026, 1, 1), rate=D("7.123"))
    one, other = make_customer(staff.ann), make_customer(staff.ann, "东海制冷")
    for place, days in enumerate(LATE):
        make_plan(staff.ann, f"{10 + place}.01", customer=one, due_on=ago(days))
    make_plan(staff.ann, "3.33", customer=other, currency="USD", due_on=ago(45))
    make_payment(staff.ann, "1", plan=PaymentPlan.objects.get(due_on=ago(1)))
    make_plan(staff.boss, "1000", customer=one, owner=staff.cat)
    rows, whole = read_ageing(staff.ann, "customer")
    assert rows[one.pk].sums == [D("10.01"), D("22.02"), D("27.02"), D("31.02"), D("35.02")]
    assert rows[other.pk].sums == [0, 0, D("23.72"), 0, 0]
    assert whole.total == sum(row.total for row in rows.values()) == D("148.81")
    by_owner, same = read_ageing(staff.boss, "owner")
    assert (by_owner[staff.ann.pk].sums, same.total) == (whole.sums, whole.total + 1000)
    ann = browse(staff.ann)
    assert "/payment-plans/ageing" in ann.get("/payment-plans/").content.decode()
    page = ann.get("/payment-plans/ageing").content.decode()
    links = re.findall(r'<a href="(/payment-plans/\?[^"]+)">(?:<b>)?¥([\d,.]+)', page)
    assert len(links) == 6 + 2 + 6
    shown = [(unescape(url), D(text.replace(",", ""))) for url, text in links]
    for url, text in shown[:6]:
        listed = ann.get(url).content.decode()
        found = [plan for plan in PaymentPlan.objects.filter(customer=one) if plan.number in listed]
        assert sum(plan.open for plan in found) == text
    assert browse(staff.boss).get("/payment-plans/ageing?by=owner").status_code == 200
    assert one.name not in browse(staff.cat).get("/payment-plans/ageing").content.decode()
    answer: Any = browse(staff.boss).post("/payment-plans/ageing/xlsx", {"by": "customer"})
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    with open_sheet(path, filename="file.xlsx") as sheet:
        values = list(sheet.rows())
    assert values[-1][-1] == float(same.total)


def test_the_owner_is_reminded_once_when_a_plan_becomes_overdue(
    staff: Staff, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    customer = make_customer(staff.ann)
    late = make_plan(staff.ann, "10", customer=customer, due_on=ago(1))
    paid = make_plan(staff.ann, "20", customer=customer, due_on=ago(1))
    make_plan(staff.ann, "30", customer=customer, due_on=today())
    make_payment(staff.ann, "20", plan=paid)
    for _turn in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            remind.func()
    notice = Notice.objects.get(kind="plan_overdue")
    assert (notice.user, notice.record_id) == (staff.ann, late.pk)
    assert "¥10.00" in browse(staff.ann).get("/notices/").content.decode()


def test_the_letter_tells_the_customer_what_is_overdue(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    url = f"/customers/{customer.pk}/payment-reminder"
    assert "没有逾期款项" in browse(staff.ann).get(url).content.decode()
    plan = make_plan(staff.ann, "1200", customer=customer, due_on=ago(12))
    make_plan(staff.ann, "55", customer=customer, due_on=ago(-3))
    make_payment(staff.ann, "200", plan=plan)
    choose(TEXT, "{客户}：{笔数} 笔 {金额}，{天数} 天。{别的}")
    page = browse(staff.ann).get(url).content.decode()
    assert f"{customer.name}：1 笔 ¥1,000.00，12 天。{{别的}}" in page
    assert "¥55.00" not in page
    paper = browse(staff.boss).post(f"{url}/print").content.decode()
    assert "¥1,000.00" in paper
    # Noted as leaving the house, by a number that stands on the paper.
    assert Export.objects.get(format="print", by=staff.boss).number in paper
    assert browse(staff.cat).post(f"{url}/print").status_code == 404
    entity_of(PaymentPlan).change(plan, by=staff.ann, due_on=today())
    assert browse(staff.boss).post(f"{url}/print").status_code == 404


def test_drafts_and_what_was_cancelled_are_not_overdue_as_the_statement_says(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    signed = make_contract(staff.ann, customer, "40")
    make_plan(staff.ann, "40", contract=signed, due_on=ago(10))
    draft: Any = entity_of(Contract).create(by=staff.ann, customer=customer, subject="草稿", amount=D(70))
    make_plan(staff.ann, "70", contract=draft, due_on=ago(10))
    make_plan(staff.ann, "30", customer=customer, due_on=ago(10))
    rows, whole = read_ageing(staff.boss, "customer")
    (account,) = read_ledger(customer, staff.boss).accounts(ago(400), today() + timedelta(days=1))
    assert rows[customer.pk].total == whole.total == account.closing == 70
    letter = browse(staff.ann).get(f"/customers/{customer.pk}/payment-reminder").content.decode()
    assert "¥40.00" in letter
    assert "草稿" not in letter
    entity_of(Contract).change(draft, by=staff.ann, state=ACTIVE)
    rows, _whole = read_ageing(staff.boss, "customer")
    (account,) = read_ledger(customer, staff.boss).accounts(ago(400), today() + timedelta(days=1))
    assert rows[customer.pk].total == account.closing == 140


def test_what_is_due_stands_on_the_page_of_the_day_and_a_cashier_sees_that_of_all(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "长青五金有限公司")
    make_plan(staff.ann, "30", customer=customer, due_on=ago(10))
    make_plan(staff.ann, "40", customer=customer, due_on=today() + timedelta(days=20))
    lucy = make_user(username="lucy", name="程洁", password="not-a-secret", roles=["finance"])
    for who, seen in ((staff.ann, True), (lucy, True), (staff.cat, False)):
        page = browse(who).get("/today/").content.decode()
        assert ("¥30.00" in page) is seen
        assert "¥40.00" not in page
    account = f'<a class="btn btn-primary" href="/customers/{customer.pk}/statement"'
    assert account in browse(lucy).get(f"/customers/{customer.pk}/").content.decode()
    assert account not in browse(staff.ann).get(f"/customers/{customer.pk}/").content.decode()
