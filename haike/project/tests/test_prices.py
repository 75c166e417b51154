"""Prices beside the editor of lines: those of similar projects, and the range of what one does not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.catalog.lines.history import RANGE, past_prices
from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.project.models import Link
from haike.project.testing import make_party, make_project
from haike.sales.testing import make_signed_order

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("Q2")


def line(product: Any, price: str) -> dict[str, Any]:
    return {"product": product.pk, "name": product.name, "unit": "台", "quantity": "1", "price": price, "tax_rate": "0"}


def help_of(client: Client, product: Any, customer: Any) -> str:
    answer = client.get(f"/lines/history?product={product.pk}&customer={customer.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_prices_of_projects_of_the_same_kind_are_told_to_who_sees_them(staff: Staff, browse: Browse) -> None:
    pump = make_product(staff.boss, "冷凝机组", price="100")
    mine, other, third = (
        make_customer(staff.ann, f"{name}工程有限公司") for name in ("厦门海润", "福州江贸", "泉州石狮")
    )
    here = make_project(staff.ann, "厂房空调", kind="industry")
    make_party(staff.ann, here, mine)
    for name, kind, customer, price in (
        ("二期厂房", "industry", other, "8811"), ("市政泵站", "municipal", third, "7722"),
    ):  # fmt: skip
        project = make_project(staff.ann, name, kind=kind)
        order = make_signed_order(staff.ann, customer, line(pump, price))
        Link.objects.create(project=project, order=order)
    told = help_of(browse(staff.ann), pump, mine)
    assert "8,811.00" in told
    assert "类似项目" in told
    assert other.name in told
    assert "7,722.00" not in told
    boss = make_project(staff.boss, "三期厂房", kind="industry")
    Link.objects.create(
        project=boss, order=make_signed_order(staff.cat, make_customer(staff.cat, "宁德时空电气"), line(pump, "6633"))
    )
    assert "6,633.00" not in help_of(browse(staff.ann), pump, mine)


def test_a_range_without_names_only_where_the_setting_allows_it(staff: Staff, browse: Browse) -> None:
    pump = make_product(staff.boss, "冷凝机组", price="100")
    mine = make_customer(staff.ann)
    for name, price in (("漳州海鲜批发", "100"), ("莆田鞋业", "120"), ("龙岩矿山机械", "180")):
        make_signed_order(staff.cat, make_customer(staff.cat, name), line(pump, price))
    ann = browse(staff.ann)
    assert "其他客户" not in help_of(ann, pump, mine)
    choose(RANGE, True)
    told = help_of(ann, pump, mine)
    assert "¥100.00" in told
    assert "¥180.00" in told
    assert "¥120.00" in told
    assert "莆田" not in told
    rare = make_product(staff.boss, "稀有配件", price="1")
    for name in ("漳州茶叶", "莆田木器"):
        make_signed_order(staff.cat, make_customer(staff.cat, name), line(rare, "55"))
    assert "其他客户" not in help_of(ann, rare, mine)


@pytest.mark.parametrize("table", ["sales_quoteline", "sales_orderline"])
def test_earlier_prices_are_found_by_an_index(staff: Staff, table: str) -> None:
    """A table of some lines is read whole unless this is forbidden; one without an index on the product is still."""
    pump, customer = make_product(staff.boss, "冷凝机组", price="100"), make_customer(staff.ann, "厦门海润")
    with CaptureQueriesContext(connection) as asked:
        past_prices(staff.ann, pump.pk, customer)
    asks = [query["sql"] for query in asked.captured_queries if table in query["sql"]]
    assert asks
    sqlite, plans = connection.vendor == "sqlite", []
    with connection.cursor() as cursor:
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for ask in asks:
            cursor.execute(f"{'EXPLAIN QUERY PLAN' if sqlite else 'EXPLAIN'} {ask}".replace("%", "%%"))
            plans += [str(row[-1]) for row in cursor.fetchall()]
    assert not [line for line in plans if f"Seq Scan on {table}" in line or line == f"SCAN {table}"]
    assert any("product" in line for line in plans)
