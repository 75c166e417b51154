"""Several records open at once, going back and forward, and columns made wider, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.people.testing import Staff, make_staff, sign_in
from tests.test_browser_ways import rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ["深圳市海客软件有限公司", "苏州锐诚机械有限公司", "杭州云帆食品有限公司"]


@pytest.fixture
def company() -> Staff:
    staff = make_staff()
    for name in NAMES:
        entity_of(Customer).create(by=staff.ann, name=name)
    return staff


@pytest.mark.feature("P26")
def test_records_stay_open_in_tabs_and_the_browser_goes_back_and_forward(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    for name in NAMES[:2]:
        rows(page).filter(has_text=name).locator(".row-link").click()
        expect(page.locator("main h1").filter(has_text=name)).to_be_visible()
        page.goto("/customers/")
    strip = page.locator("#strip a[href^='/customers/']")
    expect(strip).to_have_count(2)
    strip.first.click()
    expect(page.locator("main h1").filter(has_text=NAMES[0])).to_be_visible()
    page.locator(".tab", has_text="联系人").first.click()
    strip = page.locator("#strip a[href^='/customers/']")
    strip.last.click()
    expect(page.locator("main h1").filter(has_text=NAMES[1])).to_be_visible()
    page.go_back()
    expect(page.locator("main h1").filter(has_text=NAMES[0])).to_be_visible()
    page.go_forward()
    expect(page.locator("main h1").filter(has_text=NAMES[1])).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.locator("dialog[open]")
    expect(palette).to_contain_text(NAMES[0])
    palette.locator("input[type=search], input[name=q]").first.fill("szrc")
    palette.locator("a", has_text=NAMES[1]).first.click()
    expect(page.locator("main h1").filter(has_text=NAMES[1])).to_be_visible()


@pytest.mark.feature("P14")
def test_a_column_is_made_wider_and_stays_so(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    head = page.locator(".list-table thead th[data-column=phone]")
    before = head.bounding_box()
    grip = head.locator(".resize").bounding_box()
    assert before is not None
    assert grip is not None
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 120, grip["y"] + 8, steps=5)
    page.mouse.up()
    page.reload()
    page.wait_for_load_state("networkidle")
    after = page.locator(".list-table thead th[data-column=phone]").bounding_box()
    assert after is not None
    assert after["width"] >= before["width"] + 80
    # The head stays in sight while the rows move.
    sticky = page.locator(".list-table thead th").first.evaluate("th => getComputedStyle(th).position")
    assert sticky == "sticky"
