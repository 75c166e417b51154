"""A quote written with nothing but the keyboard, then read on the phone; lines from the tree, a package and a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from haike.catalog.models import ProductPackage
from haike.catalog.testing import make_category, make_product
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.people.testing import make_staff, sign_in
from haike.sales.quote.record import Quote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("Q1", "Q4")]
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const about = { clipboardData: data, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", about));
}"""


def test_a_quote_by_keyboard_alone(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    customer = entity_of(Customer).create(by=staff.ann, name="苏州锐诚精密机械有限公司")
    make_product(staff.boss, "螺杆空压机", model="GA37", price="12800", tax_rate="13")
    make_product(staff.boss, "冷冻式干燥机", model="FD40", price="3600", tax_rate="13")
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page)
    page.goto(f"/quotes/new?customer={customer.pk}")
    page.fill("input[name=subject]", "空压站改造")
    keys = page.keyboard
    first = page.locator("[data-cell=name]").first
    expect(page.locator(".l-place")).to_have_count(1)
    first.focus()
    keys.type("lgkyj")
    expect(page.locator(".lines-found .active")).to_contain_text("GA37")
    keys.press("Enter")
    keys.type("2")
    expect(page.locator("[data-cell=amount]").first).to_have_value("25600")
    for _ in range(4):
        keys.press("Tab")
    keys.press("Control+a")
    keys.type("25000")
    expect(page.locator("[data-cell=price]").first).to_have_value("12500")
    expect(page.locator("[data-cell=discount]").first).to_have_value("97.6563")
    keys.press("Enter")
    page.evaluate(PASTE, "FD40\t3\t3500\r\n运费\t1\t600\r\n多余\t1\t1")
    expect(page.locator("[data-cell=name]").nth(1)).to_have_value("冷冻式干燥机 FD40")
    expect(page.locator("[data-sums]")).to_contain_text("36,101.00")
    page.locator("[data-cell=name]").nth(3).focus()
    keys.press("Control+Delete")
    expect(page.locator("[data-sums]")).to_contain_text("36,100.00")
    page.locator("[name=by_hand]").focus()
    keys.type("36000")
    expect(page.locator("[name=discount]")).to_have_value("99.723")
    keys.press("Control+Enter")
    page.wait_for_function("() => !location.pathname.endsWith('/new')")
    quote = Quote.objects.get()
    assert [(line.name, line.amount) for line in quote.lines] == [
        ("螺杆空压机 GA37", 25000), ("冷冻式干燥机 FD40", 10500), ("运费", 600),
    ]  # fmt: skip
    assert (quote.before, quote.total, quote.discount) == (36100, 36000, Decimal("99.7230"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/quotes/{quote.pk}/edit")
    expect(page.locator("[data-cell=name]").first).to_have_value("螺杆空压机 GA37")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[data-cell=quantity]").first.fill("3")
    page.locator("form.form button.btn-primary").first.click()
    page.wait_for_function("() => !location.pathname.endsWith('/edit')")
    assert Quote.objects.get().lines[0].quantity == 3


def test_lines_from_the_tree_a_package_a_file_and_a_new_product(
    browser_page: Any, live_server: Any, tmp_path: Any
) -> None:
    page, staff = browser_page, make_staff()
    customer = entity_of(Customer).create(by=staff.boss, name="苏州锐诚精密机械有限公司")
    category = make_category(staff.boss, "空压机")
    pump = make_product(staff.boss, "螺杆空压机", model="GA37", price="12800", category=category)
    dryer = make_product(staff.boss, "冷冻式干燥机", model="FD40", price="3600")
    packages = entity_of(ProductPackage)
    rows = [{"product": pump.pk, "quantity": "1"}, {"product": dryer.pk, "quantity": "1"}]
    lines = packages.looks["lines"].from_json(rows, staff.boss)
    packages.create(by=staff.boss, name="空压站套餐", lines=lines, by_hand=Decimal(15000))
    file = tmp_path / "清单.csv"
    file.write_text("产品,数量,单价\nFD40,2,3500\n运费,一车,600\n", encoding="utf-8")
    sign_in(page, name="boss")
    page.goto(f"/quotes/new?customer={customer.pk}")
    page.fill("input[name=subject]", "空压站")
    keys = page.keyboard
    page.locator("[data-cell=name]").first.focus()
    keys.press("F4")
    expect(page.locator(".shelf-found li")).to_have_count(2)
    page.locator(".shelf-tree").focus()
    keys.press("ArrowDown")
    expect(page.locator(".shelf-found .active")).to_contain_text("¥15,000.00")
    keys.press("Enter")
    keys.press("Enter")
    expect(page.locator("[data-sums]")).to_contain_text("15,000.00")
    page.locator(".shelf-node", has_text="空压机").click()
    expect(page.locator(".shelf-found li")).to_have_count(1)
    page.locator(".shelf-found li").click()
    expect(page.locator("[data-sums]")).to_contain_text("27,800.00")
    keys.press("Escape")
    page.locator("[data-sheet]").click()
    page.set_input_files("dialog.shelf input[type=file]", file)
    expect(page.locator(".sheet-preview tbody tr")).to_have_count(2)
    expect(page.locator(".sheet-preview .bad")).to_have_count(1)
    page.locator("dialog.shelf .btn-primary").click()
    expect(page.locator("[data-sums]")).to_contain_text("34,800.00")
    last = page.locator("[data-cell=name]").last
    last.focus()
    keys.type("过滤器 F1")
    page.locator(".lines-found li", has_text="过滤器 F1").click()
    drawer = page.locator("dialog[open]")
    expect(drawer.locator("input[name=name]")).to_have_value("过滤器 F1")
    drawer.locator("input[name=price]").fill("200")
    drawer.locator("button.btn-primary").first.click()
    expect(page.locator("[data-sums]")).to_contain_text("35,000.00")
    keys.press("Control+Enter")
    page.wait_for_function("() => !location.pathname.endsWith('/new')")
    assert [(line.name, line.quantity) for line in Quote.objects.get().lines] == [
        ("螺杆空压机 GA37", 1), ("冷冻式干燥机 FD40", 1), ("螺杆空压机 GA37", 1), ("冷冻式干燥机 FD40", 2),
        ("过滤器 F1", 1),
    ]  # fmt: skip
