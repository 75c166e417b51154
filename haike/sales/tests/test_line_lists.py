"""Lists of lines over all orders and shipments: who sees which, how they are narrowed, sums, the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from haike.catalog.testing import make_product
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.sales.testing import make_order, make_shipment, make_signed_order
from haike.sheets.read import open_sheet

Browse = Callable[[Any], Client]


@pytest.mark.feature("K8")
def test_lines_are_listed_over_all_documents_one_sees(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    customers = [entity_of(Customer).create(by=staff.ann, name=name) for name in ("宁波远洋水产", "台州新港冷链")]
    pump = make_product(staff.boss, "冷凝机组", price="100", cost_price="60", tax_rate="0")
    order = make_signed_order(staff.ann, customers[0], {"product": pump.pk, "quantity": "3", "price": "100"})
    other = make_signed_order(staff.ann, customers[1], {"name": "安装调试", "quantity": "1", "price": "80"})
    make_order(staff.ann, customers[1], {"name": "还没签的", "quantity": "1", "price": "7"})
    shipment = make_shipment(staff.ann, order, {1: 1})
    make_shipment(staff.ann, other)

    ann, cat = browse(staff.ann), browse(staff.cat)
    page = ann.get("/orders/lines").content.decode()
    assert order.number in page
    assert "安装调试" in page
    assert "还没签的" not in page
    assert "380.00" in page
    assert "margin" not in page.lower()
    assert f'href="/orders/{order.pk}/"' in page
    narrowed = ann.get(f"/orders/lines?product={pump.pk}&what=open").content.decode()
    assert order.number in narrowed
    assert other.number not in narrowed
    assert other.number not in ann.get(f"/orders/lines?customer={customers[0].pk}").content.decode()
    assert order.number not in ann.get("/orders/lines?until=2020-01-01").content.decode()
    assert order.number not in cat.get("/orders/lines").content.decode()

    listed = ann.get("/shipments/lines?q=冷凝").content.decode()
    assert shipment.number in listed
    assert "安装调试" not in listed
    assert "毛利" not in listed
    assert "40.0%" in browse(staff.boss).get("/shipments/lines?q=冷凝").content.decode()
    assert shipment.number not in cat.get("/shipments/lines").content.decode()

    answer = browse(staff.boss).get("/orders/lines?q=冷凝&format=xlsx")
    file = tmp_path / "lines.xlsx"
    file.write_bytes(b"".join(answer))
    with open_sheet(file, filename=file.name) as book:
        rows = list(book.rows())
    assert len(rows) == 2
    assert rows[1][0] == order.number
    assert 300 in rows[1]
    assert ann.get("/orders/lines?format=xlsx").status_code == 404


@pytest.mark.feature("K8")
def test_an_order_that_should_have_been_shipped_is_listed(staff: Staff, browse: Browse) -> None:
    customer = entity_of(Customer).create(by=staff.ann, name="宁波远洋水产")
    late = make_signed_order(staff.ann, customer, ships_by=date(2026, 1, 5))
    assert late.number in browse(staff.ann).get("/orders/?tab=late").content.decode()
    make_shipment(staff.ann, late)
    assert late.number not in browse(staff.ann).get("/orders/?tab=late").content.decode()
