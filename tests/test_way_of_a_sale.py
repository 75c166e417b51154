"""The way of a sale in a real browser: lead, customer, opportunity, quote, contract, plan, payment, invoice, statement."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from haike.kernel.entity import entity_of
from haike.money.models import Invoice, Payment, PaymentPlan, PlanTemplate
from haike.people.testing import make_staff, sign_in
from haike.sales.models import Contract, Opportunity, Quote
from haike.sales.testing import make_lead

pytestmark = [
    pytest.mark.browser, pytest.mark.both, pytest.mark.django_db(transaction=True),
    pytest.mark.feature("L5", "Q4", "K1", "M1", "M2", "M3", "C15"),
]  # fmt: skip


def ask(page: Page, path: str, **fields: str) -> None:
    """Follow a link of the page that opens a drawer, fill in what is asked and say yes."""
    page.locator(f"a[href^='{path}']").first.evaluate("link => link.click()")
    form = page.locator("dialog[open] form").first
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button.btn-primary").last.click()
    expect(page.locator("dialog[open] form")).to_have_count(0)


def press(page: Page, path: str) -> None:
    """Press the button of the page that posts to this address, and come to where it leads."""
    here = page.url
    page.locator(f"form[action$='{path}'] button, [hx-post$='{path}']").first.evaluate("button => button.click()")
    page.wait_for_url(lambda url: url != here)


def test_from_the_lead_to_the_statement(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    lead = make_lead(staff.ann, person="郑海", mobile="13900001234")
    entity_of(PlanTemplate).create(by=staff.boss, name="三六一", shares="30/60/10", days="0/30/365")
    sign_in(page)

    page.goto(f"/leads/{lead.pk}/")
    page.locator("a[href$='/convert']").first.click()
    form = page.locator("form[action$='/convert']")
    form.locator("[name=opportunity]").check()
    form.locator("[name=amount]").fill("36000")
    form.locator("button.btn-primary").click()
    page.wait_for_url("**/customers/*/")
    chance = Opportunity.objects.get()

    page.goto(f"/opportunities/{chance.pk}/")
    page.locator("a[href^='/quotes/new?']").first.evaluate("link => link.click()")
    page.fill("input[name=subject]", "冷库机组")
    page.locator("[data-cell=name]").first.fill("冷凝机组")
    page.locator("[data-cell=quantity]").first.fill("3")
    page.locator("[data-cell=price]").first.fill("12000")
    page.keyboard.press("Tab")
    expect(page.locator("[data-sums]")).to_contain_text("36,000.00")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/quotes/*/")
    quote = Quote.objects.get()
    press(page, f"/quotes/{quote.pk}/contract")

    contract = Contract.objects.get()
    assert (contract.amount, contract.opportunity, contract.quote) == (36000, chance, quote)
    ask(page, f"/contracts/{contract.pk}/do/sign")
    expect(page.locator("body")).to_contain_text("执行中")
    page.goto(f"/contracts/{contract.pk}/plan")
    page.locator("[name=template]").first.check()
    page.locator("form:has([name=template]) .btn-primary").click()
    page.wait_for_url(lambda url: not url.endswith("/plan"))
    plans = list(PaymentPlan.objects.order_by("id"))
    assert [plan.amount for plan in plans] == [10800, 21600, 3600]

    page.goto(f"/payment-plans/{plans[0].pk}/")
    page.locator("a[href^='/payments/new?']").first.evaluate("link => link.click()")
    form = page.locator("dialog[open] form").first
    form.locator("[name=amount]").fill("12000")
    form.locator("button.btn-primary").last.click()
    expect(form).to_contain_text("¥1,200.00")  # more than the instalment: said before it is taken
    form.locator("button.btn-primary").last.click()
    expect(page.locator("dialog[open] form")).to_have_count(0)
    payment = Payment.objects.get()
    # What is more than the instalment is the customer's prepaid money.
    assert (payment.used, payment.rest) == (10800, 1200)
    page.goto(f"/payments/{payment.pk}/")
    ask(page, "/invoices/new?")
    assert Invoice.objects.get().contract == contract
    contract.refresh_from_db()
    assert (contract.planned, contract.received, contract.invoiced) == (36000, 10800, Decimal(12000))
    page.goto(f"/customers/{contract.customer_id}/")
    page.locator("a[href$='/statement']").first.evaluate("link => link.click()")
    page.wait_for_url("**/statement")
    # The first instalment is due and paid, the rest of the payment is the customer's.
    expect(page.locator("body")).to_contain_text("¥10,800.00")
    expect(page.locator("body")).to_contain_text("¥12,000.00")
    expect(page.locator("body")).to_contain_text("-¥1,200.00")
