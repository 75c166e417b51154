"""Products in a real browser: one made below its category, found by the tree, the tree arranged by a drag."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.catalog.models import Product
from haike.catalog.testing import make_category, make_product
from haike.people.testing import make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("I1")]


def test_a_product_in_its_tree(browser_page: Any, live_server: Any) -> None:
    page = browser_page
    staff = make_staff()
    top, other = make_category(staff.boss, "标签"), make_category(staff.boss, "碳带")
    make_product(staff.boss, "蜡基碳带", category=other)
    sign_in(page, name="boss")
    page.goto(f"/products/new?category={top.pk}")
    page.fill("input[name=name]", "铜版纸标签")
    page.fill("input[name=price]", "15")
    page.locator("form.form button.btn-primary").first.click()
    page.wait_for_function("() => !location.pathname.endsWith('/new')")
    product = Product.objects.get(name="铜版纸标签")
    assert product.category == top
    page.goto("/products/")
    page.goto(page.locator(".list-side a", has_text="标签").first.get_attribute("href"))
    expect(page.locator("table")).to_contain_text("铜版纸标签")
    expect(page.locator("table")).not_to_contain_text("蜡基碳带")
    page.goto(f"/products/{product.pk}/")
    expect(page.locator("body")).to_contain_text("¥15.00")
    page.goto("/product-categories/")
    page.locator("[data-tree-node] .tree-line", has_text="标签").drag_to(page.locator(".tree-line", has_text="碳带"))
    expect(page.locator(f"[data-tree-node='{other.pk}'] ul")).to_contain_text("标签")
    top.refresh_from_db()
    assert top.parent == other
