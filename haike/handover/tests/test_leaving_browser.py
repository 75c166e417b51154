"""In a real browser: through the wizard, the preview, and the undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from haike.customers.customer.record import Customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.people.models import User
from haike.people.testing import make_staff, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.feature("P13", "X6"),
]


@pytest.fixture
def page(browser_page, live_server):
    browser_page.staff = make_staff()
    entity = entity_of(Customer)
    for name in ("深圳青鸟", "广州凤凰", "佛山南风"):
        entity.create(by=browser_page.staff.ann, name=f"{name}贸易有限公司")
    sign_in(browser_page, f"/users/{browser_page.staff.ann.pk}/", "boss")
    return browser_page


def pick(page, name, words):
    """Choose somebody in a picker."""
    box = page.locator(f".form-field:has(#id_{name}) .ts-control input")
    box.focus()
    box.press_sequentially(words)
    expect(page.locator(f".form-field:has(#id_{name}) [role=option].active", has_text=words)).to_be_visible()
    # The list is drawn anew while one types; the key takes what it marks.
    page.keyboard.press("Enter")
    expect(page.locator(f".form-field:has(#id_{name}) .ts-control .item", has_text=words)).to_be_visible()
    expect(box).to_have_value("")
    page.wait_for_load_state("networkidle")


def test_somebody_leaves_and_comes_back(page):
    staff = page.staff
    page.click("text=离职与交接")
    page.wait_for_url("**/leave")
    page.select_option("#id_customers-customer-how", "deal")
    expect(page.locator("#id_customers-customer-deal")).to_be_visible()
    pick(page, "customers-customer-people", "贲志强")
    pick(page, "customers-customer-people", "蔡晓")
    page.fill("textarea[name=note]", "请先拜访")
    page.click("text=下一步：预览")
    page.wait_for_url("**/handovers/*/")
    expect(page.locator("main")).to_contain_text("佛山南风")
    expect(page.locator("main")).to_contain_text("贲志强")
    page.click("text=交接并停用账号")
    expect(page.locator("#handover-state .tag-blue")).to_be_visible()
    run_ready_jobs()
    expect(page.locator("#handover-state .tag-green")).to_be_visible()
    assert set(Customer.objects.values_list("owner__username", flat=True)) == {"ben", "cat"}
    assert not User.objects.get(pk=staff.ann.pk).is_active
    page.locator("main a", has_text="撤销").click()
    page.locator("dialog[open] button.btn-danger").click()
    page.wait_for_url("**/batches/*/")
    expect(page.locator("#batch-state")).to_contain_text("已撤销")
    assert set(Customer.objects.values_list("owner__username", flat=True)) == {"ann"}
    assert User.objects.get(pk=staff.ann.pk).is_active
