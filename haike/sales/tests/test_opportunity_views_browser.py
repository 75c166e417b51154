"""In a real browser: tasks ticked by keys, the filter of the board, the calendar by keys and on a phone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.people.testing import eventually, make_staff, sign_in
from haike.sales.models import TaskTick
from haike.sales.testing import make_opportunity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("O2", "O3")]


def test_tasks_filter_and_calendar(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    customer = make_customer(staff.ann)
    big = make_opportunity(staff.ann, customer, "大冷库", amount=Decimal(80_000), closes_on="2026-12-10")
    make_opportunity(staff.ann, customer, "小配件", amount=Decimal(1_500), closes_on="2026-12-10")
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page)

    # A task is ticked by the space bar; the focus stays, so the next one is a Tab away.
    page.goto(f"/opportunities/{big.pk}/")
    tasks = page.get_by_role("checkbox", name=big.stage.task_lines[0])
    tasks.focus()
    page.keyboard.press("Space")
    expect(tasks).to_have_attribute("aria-checked", "true")
    expect(tasks).to_be_focused()
    page.keyboard.press("Space")
    expect(tasks).to_have_attribute("aria-checked", "false")
    eventually(page, lambda: [row.done for row in TaskTick.objects.order_by("id")] == [True, False])

    # The filter dialog opens by its key and leads back to the board.
    page.goto("/opportunities/board")
    expect(page.locator(".board-card")).to_have_count(2)
    page.keyboard.press("f")
    dialog = page.locator("dialog[open]")
    dialog.locator("select[name$='-field']").first.select_option("worth")
    operator = dialog.locator("select[name$='-operator']").first
    expect(operator).to_be_enabled()
    operator.select_option("least")
    value = dialog.locator("[name$='-value']").first
    expect(value).to_be_visible()
    page.wait_for_load_state("networkidle")
    value.fill("50000")
    dialog.locator("button[name=apply]").click()
    expect(page.locator(".board-card")).to_have_count(1)
    assert "/opportunities/board?" in page.url

    # The same records as a calendar, walked by keys.
    page.get_by_role("link", name="日历").first.click()
    expect(page.locator(".dates")).to_be_visible()
    page.goto(f"{page.url}&month=2026-12")
    expect(page.locator(".dates-day li")).to_have_count(1)
    page.locator('[data-day="2026-12-02"]').focus()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator('[data-day="2026-12-10"]')).to_be_focused()
    page.keyboard.press("PageDown")
    expect(page.locator(".dates-head h2")).to_have_text("2027年1月")
    page.go_back()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".dates-day:visible")).to_have_count(1)
    page.locator(".dates-day li a").click()
    page.wait_for_url(f"**/opportunities/{big.pk}/")
