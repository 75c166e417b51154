"""Orders of many lines: the number of queries of page and form does not grow with them, that of a save hardly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.order.record import Order
from haike.sales.testing import make_order

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("Q1")]
FEW, MANY = 5, 200
SAVE = 26
"""Of an order all of whose lines are changed, everything included; SQLite takes some 50 lines in one statement."""


def counted(act: Callable[..., Any], *about: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert act(*about).status_code in (200, 302)
    return len(caught)


def test_queries_do_not_grow_with_the_lines(staff: Staff, browse: Browse) -> None:
    customer, client = make_customer(staff.ann, "苏州锐诚精密机械有限公司"), browse(staff.ann)
    products = [make_product(staff.boss, f"密封圈 {n}", price=str(10 + n)).pk for n in range(3)]
    found = []
    for size in (FEW, MANY):
        order = make_order(staff.ann, customer, *({"product": products[n % 3], "quantity": "2"} for n in range(size)))
        url, lines = f"/orders/{order.pk}/", client.get(f"/api/v1/orders/{order.pk}").json()["lines"]
        for line in lines:
            line["quantity"], line["fixed"] = "3", "discount"
            del line["amount"], line["price"]
        form = {"version": str(order.version), "lines": json.dumps(lines)}
        client.get(url)
        counts = [counted(client.get, url), counted(client.get, f"{url}edit")]
        found.append([*counts, counted(client.post, f"{url}edit", form)])
        after = Order.objects.get(pk=order.pk)
        assert [line.quantity for line in after.lines] == [3] * size
        assert after.total == sum(line.total for line in after.lines)
    assert found[0][:2] == found[1][:2]
    assert found[1][2] <= SAVE
