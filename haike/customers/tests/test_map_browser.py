"""A seller plans his day on the map: near me, stops, the order of the way; it is still there after a reload."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.people.testing import make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("C12")]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_day_is_planned_on_the_map(browser_page: Any, live_server: Any, width: int) -> None:
    page = browser_page
    staff = make_staff()
    for name, east in (("西边的店", "114.00"), ("东边的店", "114.20"), ("中间的店", "114.10")):
        make_customer(staff.ann, name, longitude=east, latitude="22.55")
    page.set_viewport_size({"width": width, "height": 900})
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 113.99, "latitude": 22.55})
    sign_in(page)
    page.goto("/customers/map/")
    expect(page.locator(".pin")).to_have_count(3)
    expect(page.locator(".map-legend li")).to_have_count(1)
    page.locator("[data-near]").click()
    near = page.locator("[data-nearby] li")
    expect(near).to_have_count(3)
    expect(near.first).to_contain_text("西边的店")
    near.nth(2).locator("button").click()
    expect(page.locator("[data-route] li")).to_have_count(1)
    near.nth(0).locator("button").click()
    expect(page.locator("[data-route] li")).to_have_count(2)
    # A pin by keyboard: it stays under the fingers when the pins are drawn anew; its card, and from there to the way
    pin = page.get_by_role("button", name="中间的店", exact=True)
    pin.focus()
    with page.expect_response(lambda answer: "zoom=" in answer.url):
        page.get_by_role("button", name="放大", exact=True).evaluate("button => button.click()")
    expect(pin).to_be_focused()
    pin.press("Enter")
    page.get_by_role("button", name="加入路线", exact=True).click()
    stops = page.locator("[data-route] li")
    expect(stops).to_have_count(3)
    assert [text.split()[1] for text in stops.all_inner_texts()] == ["西边的店", "中间的店", "东边的店"]
    page.reload()
    expect(page.locator("[data-route] li")).to_have_count(3)
    page.locator("[data-clear]").click()
    expect(page.locator("[data-route] li")).to_have_count(0)
