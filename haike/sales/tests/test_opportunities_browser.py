"""The board in a real browser: a card is moved by mouse and by keys, and what a stage demands is asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.people.testing import eventually, make_staff, sign_in
from haike.sales.models import Opportunity
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.sales.testing import make_opportunity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("O2", "O3")]


def test_a_card_is_moved_by_mouse_and_by_keys(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    made = make_opportunity(staff.ann, make_customer(staff.ann), amount=Decimal(80_000))
    stages = stages_of(pipelines_in_use()[0].pk)
    lanes = [page.locator(f'.lane[data-lane="{stage.pk}"]') for stage in stages]
    card = page.locator(f"#card-{made.pk}")
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page)
    page.goto("/opportunities/board")
    expect(lanes[0]).to_contain_text("¥80,000.00")

    # The second stage wants to know what the customer needs: the card goes back and the form opens.
    expect(card).to_have_attribute("draggable", "true")
    card.drag_to(lanes[1].locator(".lane-cards"))
    needs = page.locator("#drawer textarea[name=needs]")
    expect(needs).to_be_visible()
    expect(page.locator("#drawer")).to_contain_text("要求填写")
    needs.fill("两套冷库机组")
    page.locator("#drawer button.btn-primary").click()
    expect(lanes[1].locator(f"#card-{made.pk}")).to_be_visible()
    expect(lanes[1].locator(".lane-figures")).to_contain_text("¥80,000.00")

    # Back and forth by keys; the figures follow without loading the page.
    card.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(lanes[0].locator(f"#card-{made.pk}")).to_be_visible()
    expect(lanes[0].locator(".lane-figures")).to_contain_text("¥80,000.00")
    expect(page.locator("#board-said")).to_contain_text("初步接洽")
    page.keyboard.press("Shift+ArrowRight")
    expect(lanes[1].locator(".lane-figures")).to_contain_text("¥80,000.00")
    card.drag_to(lanes[0].locator(".lane-cards"))
    expect(lanes[0].locator(".lane-figures")).to_contain_text("¥80,000.00")
    eventually(page, lambda: Opportunity.objects.get().stage == stages[0])
    page.reload()
    expect(lanes[0].locator(f"#card-{made.pk}")).to_be_visible()

    page.goto(f"/opportunities/{made.pk}/?tab=moves")
    expect(page.locator(".moves > li")).to_have_count(5)
