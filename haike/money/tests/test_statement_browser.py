"""From what is overdue to the statement and the letter of a customer, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.kernel.period import today
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.testing import make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("C15", "M4")]


def test_from_ageing_to_letter_and_statement_on_paper(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    customer = make_customer(staff.boss)
    contract = make_contract(staff.boss, customer, "1680.32", signed_on=today() - timedelta(days=80))
    plan = make_plan(staff.boss, "1200", contract=contract, due_on=today() - timedelta(days=45))
    make_payment(staff.boss, "500", contract=contract, plan=plan)
    sign_in(page, name="boss")
    page.goto("/payment-plans/ageing")
    page.get_by_role("link", name="¥700.00").first.click()
    expect(page.locator("body")).to_contain_text(plan.number)
    page.goto("/payment-plans/ageing")
    page.get_by_role("link", name="催款", exact=True).click()
    expect(page.locator(".card")).to_contain_text("共计 ¥700.00 已逾期，最长逾期 45 天")
    page.get_by_role("link", name="对账单").click()
    expect(page.locator("tfoot")).to_contain_text("¥1,180.32")
    page.get_by_role("link", name="本年", exact=True).click()
    expect(page.locator("tbody")).to_contain_text("¥480.32")
    page.get_by_role("button", name="打印").click()
    expect(page.locator(".paper")).to_contain_text("人民币壹仟壹佰捌拾元零叁角贰分")
