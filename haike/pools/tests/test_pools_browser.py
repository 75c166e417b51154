"""A seller's way in a real browser: sea, claim, call and follow-up, return; in both languages, on desk and phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.models import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.people.testing import make_staff, sign_in, speak
from haike.pools.testing import make_pool
from haike.work.follow_up.record import FollowUp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("C21", "C22")]

WORDS = {
    "zh-hans": {"sea": "公海", "claim": "领取", "return": "退回公海", "yours": "现在是您的了", "owners": "历任负责人"},
    "en": {
        "sea": "Public sea",
        "claim": "Claim",
        "return": "Return to the public sea",
        "yours": "is yours",
        "owners": "Owners",
    },
}


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1440), ("en", 390)])
def test_sea_claim_call_return(browser_page: Any, live_server: Any, language: str, width: int) -> None:
    page, said = browser_page, WORDS[language]
    staff = make_staff()
    pool = make_pool("华南公海", members=[staff.ann], claims_per_day=5)
    customer: Any = make_customer(staff.boss, "深圳市海蓝科技有限公司", phone="0755-26001234")
    make_contact(staff.boss, customer, mobile="13800138000")
    entity_of(Customer).change(customer, by=staff.boss, owner=pool.account)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page)
    speak(page, language)
    # The sea
    page.goto("/customers/?tab=sea")
    expect(page.locator("h1")).to_contain_text(said["sea"])
    expect(page.locator("body")).not_to_contain_text("26001234")
    # Claim: on the desk from the row, on the phone from the page
    if width > 1000:
        row = page.locator("tbody tr").first
        row.hover()
        row.locator(f'a[title="{said["claim"]}"]').click()
        page.locator(".toast", has_text=said["yours"]).wait_for()
        page.locator("tbody tr").wait_for(state="detached")
        page.goto(f"/customers/{customer.pk}/")
    else:
        page.locator("tbody a", has_text="海蓝").first.click()
        page.get_by_role("button", name=said["claim"]).first.click()
        page.locator(".toast", has_text=said["yours"]).wait_for()
    # Call: the number is there now; the follow-up
    expect(page.locator('a[href^="tel:"]').first).to_be_visible()
    box = page.locator("form.follow-up-box")
    box.locator("textarea").first.fill("没有预算，明年再联系")
    box.locator("button.btn-primary").click()
    page.locator("#timeline .happened", has_text="没有预算").wait_for()
    assert FollowUp.objects.get().customer_id == customer.pk
    # Return with the reason
    button = page.get_by_role("link", name=said["return"])
    if not button.first.is_visible():
        page.locator(".record-buttons details summary").click()
    button.first.click()
    form = page.locator("dialog[open] form, .drawer form").last
    form.locator("select[name=reason]").select_option("no_budget")
    form.locator("button.btn-primary").click()
    page.wait_for_url("**/customers/")
    customer.refresh_from_db()
    assert customer.owner_id == pool.account_id
    page.goto(f"/customers/{customer.pk}/?tab=owners")
    expect(page.locator("#panel")).to_contain_text("没有预算" if language != "en" else "No budget")
