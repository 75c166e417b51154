"""The tabs of the list of products by what became of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from haike.catalog.product.record import Product
from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.sales.testing import make_order, make_signed_order

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("I4")


def tab(client: Client, key: str) -> set[str]:
    page = client.get(f"/products/?tab={key}").content.decode()
    page = page[page.index("<main") :]
    return {product.name for product in Product.objects.all() if product.name in page}


def test_what_was_never_sold(staff: Staff, browse: Browse) -> None:
    sold, drafted, stopped = (
        make_product(staff.boss, name, on_sale=on_sale)
        for name, on_sale in (("已售产品", True), ("草稿产品", True), ("停售产品", False))
    )
    customer = make_customer(staff.ann)
    make_signed_order(staff.ann, customer, {"product": sold.pk, "name": "a", "quantity": "1", "price": "1"})
    make_signed_order(staff.ann, customer, {"name": "没有产品", "quantity": "1", "price": "1"})
    make_order(staff.ann, customer, {"product": drafted.pk, "name": "b", "quantity": "1", "price": "1"})
    assert tab(browse(staff.ann), "never_sold") == {"草稿产品"}
    assert tab(browse(staff.ann), "stopped") == {stopped.name}


def test_costs_that_should_be_looked_at(staff: Staff, browse: Browse) -> None:
    make_product(staff.boss, "没有成本", price="100")
    make_product(staff.boss, "成本倒挂", price="100", cost_price="120")
    make_product(staff.boss, "成本正常", price="100", cost_price="60")
    old = make_product(staff.boss, "成本过期", price="100", cost_price="60")
    make_product(staff.boss, "采购变动", price="100", cost_price="60", cost_to_check=True)
    with writer():
        Product._base_manager.filter(pk=old.pk).update(cost_on=today() - timedelta(days=400))
    boss = browse(staff.boss)
    assert tab(boss, "cost_to_check") == {"没有成本", "成本倒挂", "成本过期", "采购变动"}
    entity_of(Product).change(Product.objects.get(pk=old.pk), by=staff.boss, cost_price=61)
    assert Product.objects.get(pk=old.pk).cost_on == today()
    assert "成本过期" not in tab(boss, "cost_to_check")
    assert "cost_to_check" not in browse(staff.ann).get("/products/").content.decode()
