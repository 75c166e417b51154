"""A request for an export as one makes it: from the dialog of the list to the page where somebody else agrees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from haike.customers.customer.record import Customer
from haike.exchange.approval import FROM_ROWS, ExportRequest
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.testing import make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P18", "X8")]


def test_asked_in_the_dialog_and_agreed_on_the_page(browser_page: Page) -> None:
    staff, page = make_staff(), browser_page
    choose(FROM_ROWS, 2)
    for name in ("深圳公司", "广州公司"):
        entity_of(Customer).create(by=staff.ann, name=name)
    sign_in(page, "/customers/export", "ben")
    page.click("form[data-download] button.btn-primary")
    page.wait_for_url("**/exports/*/")
    expect(page.locator(".notice-warn")).to_contain_text("等待审批")
    expect(page.locator("button[name=decision]")).to_have_count(0)
    path = page.url.removeprefix(page.url.split("/exports/")[0])
    page.context.clear_cookies()
    sign_in(page, path, "boss")
    page.click("button[name=decision][value=refuse]")
    expect(page.locator("#error-reason")).to_be_visible()
    page.click("button[name=decision][value=agree]")
    page.wait_for_url("**/exports/")
    expect(page.locator(".tag-green")).to_have_text("已同意")
    assert ExportRequest.objects.get().state == ExportRequest.State.AGREED
