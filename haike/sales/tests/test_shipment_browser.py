"""From a signed order to goods that are signed for, in the drawer, at the desk and on the phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.people.testing import make_staff, sign_in
from haike.sales.shipment.record import Shipment
from haike.sales.testing import make_signed_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("K4", "K8")]
LINES = [
    {"name": "冷凝机组", "unit": "台", "quantity": "3", "price": "100", "tax_rate": "13"},
    {"name": "铜管", "unit": "米", "quantity": "2.5", "price": "33.33", "tax_rate": "13"},
]


def test_an_order_is_shipped_from_its_page(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    customer = entity_of(Customer).create(by=staff.ann, name="宁波远洋水产冷冻有限公司", mobile="13812345678")
    order = make_signed_order(staff.ann, customer, *LINES)
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page)
    page.goto(f"/orders/{order.pk}/")
    page.locator("a.btn-primary[href$='/ship']").click()
    pump = page.get_by_label("冷凝机组 的数量")
    expect(pump).to_have_value("3")
    pump.fill("9")
    page.fill("[name=waybill]", "SF1357924680")
    save = page.locator(".drawer").get_by_role("button", name="发货", exact=True)
    save.click()
    expect(page.locator(".shipped-lines")).to_contain_text("最多 3")
    expect(page.locator("[name=waybill]")).to_have_value("SF1357924680")
    page.get_by_label("冷凝机组 的数量").fill("1")
    save.click()
    expect(page.locator("body")).to_contain_text("部分发货")
    shipment = Shipment.objects.get()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/shipments/{shipment.pk}/?tab=goods")
    expect(page.locator("body")).to_contain_text("冷凝机组")
    page.goto("/shipments/lines")
    expect(page.locator("body")).to_contain_text("铜管")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
