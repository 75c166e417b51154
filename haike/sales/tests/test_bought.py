"""What customers have bought, and their groups A to E."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from haike.catalog.testing import make_product
from haike.customers.customer.record import Customer
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.people.testing import Staff
from haike.sales.order.record import CANCELLED, CLOSED, SIGNED, Order
from haike.sales.testing import make_order
from haike.sales.value.grouping import LETTERS, Bought, by_orders, by_profit, letter_of, mark
from haike.sales.value.record import ORDERS, PROFIT, GroupStep
from haike.sales.value.settle import SHARES, group_customers

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("C7")


def signed(by: Any, customer: Any, amount: int, **values: Any) -> Order:
    made = make_order(by, customer, {"name": "冷凝机组", "quantity": "2", "price": str(amount / 2)}, **values)
    found: Order = entity_of(Order).change(made, by=by, state=SIGNED)
    return found


def read(customer: Any) -> Customer:
    found: Customer = Customer._base_manager.get(pk=customer.pk)
    return found


@pytest.mark.feature("C1")
def test_what_a_customer_has_bought_follows_from_the_orders(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "宁波远洋水产冷冻有限公司")
    draft = make_order(staff.ann, customer)
    assert (read(customer).bought_on, read(customer).bought_total) == (None, 0)
    entity_of(Order).change(draft, by=staff.ann, state=SIGNED)
    last_year = date(today().year - 1, 5, 4)
    signed(staff.ann, customer, 300, signed_on=last_year)
    now = read(customer)
    assert (now.bought_on, now.bought_year, now.bought_total) == (today(), Decimal(200), Decimal(500))
    page = browse(staff.ann).get(f"/customers/{customer.pk}/panel/bought").content.decode()
    assert "冷凝机组" in page
    assert "安装调试" in page
    assert "¥300.00" in page
    assert browse(staff.cat).get(f"/customers/{customer.pk}/panel/bought").status_code == 404
    entity_of(Order).change(draft, by=staff.ann, state=CANCELLED, end_reason="客户改期")
    assert (read(customer).bought_on, read(customer).bought_total) == (last_year, Decimal(300))


def test_of_an_order_closed_early_counts_what_was_delivered(staff: Staff) -> None:
    customer = make_customer(staff.ann, "宁波远洋水产冷冻有限公司")
    order = signed(staff.ann, customer, 300)
    entity_of(Order).change(order, by=staff.ann, state=CLOSED, end_reason="不要了")
    assert read(customer).bought_total == 0


def test_every_night_groups_are_made_and_their_history_is_kept(staff: Staff, browse: Browse) -> None:
    names = ["宁波远洋水产冷冻有限公司", "青岛海川制冷设备有限公司", "大连北岸食品有限公司", "厦门鹭岛冷链有限公司"]
    customers = [make_customer(staff.ann, name) for name in names]
    goods = make_product(staff.boss, "压缩机", cost_price=95, price=100, tax_rate=0)
    for customer, amount in zip(customers[:2], (10_000, 100), strict=True):
        signed(staff.ann, customer, amount)
    # Much is sold to the third, and nothing earned: it costs what is paid for it.
    order = make_order(staff.ann, customers[2], {"product": goods.pk, "quantity": "50", "price": "95"})
    entity_of(Order).change(order, by=staff.ann, state=SIGNED)
    old = signed(staff.ann, customers[3], 900, signed_on=today() - timedelta(days=500))
    assert group_customers.func() == {"customers": 4, "changed": 3}
    assert [read(customer).profit_group for customer in customers] == ["A", "D", "E", ""]
    assert read(customers[0]).order_group == "A"
    assert read(customers[3]).order_group == ""
    assert group_customers.func()["changed"] == 0
    entity_of(Order).change(Order.objects.get(customer=customers[0]), by=staff.ann, state=CANCELLED, end_reason="退单")
    assert group_customers.func()["changed"] >= 1
    steps = list(
        GroupStep.objects.filter(customer=customers[0], kind=PROFIT).order_by("id").values_list("group", flat=True)
    )
    assert steps == ["A", ""]
    assert GroupStep.objects.filter(kind=ORDERS, customer=old.customer).count() == 0
    page = browse(staff.ann).get(f"/customers/{customers[0].pk}/panel/bought").content.decode()
    assert "期内无订单" in page
    listed = (
        browse(staff.ann)
        .get(
            "/customers/",
            {"f": orjson.dumps({"all": [{"field": "profit_group", "op": "one_of", "value": ["A"]}]}).decode()},
        )
        .content.decode()
    )
    assert names[1] in listed
    assert names[2] not in listed


def test_the_shares_are_settings(staff: Staff, browse: Browse) -> None:
    assert [share() for share in SHARES] == [50, 80, 95]
    page = browse(staff.boss).get("/settings/").content.decode()
    assert "A 类贡献利润的占比" in page


FEW = st.integers(-3, 9)
ROWS = st.builds(
    lambda day, orders, amount, profit: Bought(date.fromordinal(730_000 + day), orders + 4, amount + 3.0, profit * 7.0),
    FEW, FEW, FEW, FEW,
)  # fmt: skip
SOME = st.lists(ROWS, min_size=1, max_size=12).map(lambda rows: dict(enumerate(rows)))


@given(SOME)
def test_who_brings_more_is_never_in_a_lower_group(bought: dict[int, Bought]) -> None:
    letters = by_profit(bought, [0.5, 0.8, 0.95])
    assert letters.keys() == bought.keys()
    ranked = sorted(bought, key=lambda key: -bought[key].profit)
    assert [letters[key] for key in ranked] == sorted(letters[key] for key in ranked)
    assert all((letters[key] == "E") == (bought[key].profit <= 0) for key in bought)
    whole = sum(row.profit for row in bought.values() if row.profit > 0)
    if whole:
        assert letters[ranked[0]] == "A"
        best = sum(bought[key].profit for key in bought if letters[key] == "A")
        assert best >= whole / 2 * (1 - 1e-9)


@given(SOME)
def test_who_is_better_in_all_three_is_never_in_a_lower_group(bought: dict[int, Bought]) -> None:
    letters = by_orders(bought)
    for (one, a), (other, b) in product(bought.items(), repeat=2):
        if a.last >= b.last and a.orders >= b.orders and a.amount >= b.amount:
            assert letters[one] <= letters[other]


def test_marks_are_fifths() -> None:
    assert [mark(value, range(10)) for value in range(10)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert mark(3, [3]) == 5
    assert [letter_of(marks) for marks in (15, 13, 12, 11, 10, 8, 7, 5, 4, 3)] == list("AABBCCDDEE")
    assert LETTERS == "ABCDE"
