"""Orders: from a quote, signed and locked, amended by number; what follows from deliveries and payments; rights."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from haike.catalog.testing import make_product
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.order import actions
from haike.sales.order.actions import amend, order_from, payments_changed, set_delivered
from haike.sales.order.progress import payable, payment_of, shipping_of
from haike.sales.order.record import CANCELLED, CLOSED, DRAFT, SIGNED, Order
from haike.sales.quote.record import ACCEPTED, Quote
from haike.sales.testing import make_opportunity, make_order

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("K3")
LINES = [
    {"name": "冷凝机组", "quantity": "3", "price": "100", "tax_rate": "13"},
    {"name": "安装调试", "quantity": "1", "price": "33.33", "tax_rate": "6"},
]


@pytest.fixture
def customer(staff: Staff) -> Any:
    return entity_of(Customer).create(by=staff.ann, name="宁波远洋水产冷冻有限公司")


def read(order: Order) -> Order:
    found: Order = Order.objects.get(pk=order.pk)
    return found


def quote_of(by: Any, customer: Any, **values: Any) -> Quote:
    lines = entity_of(Quote).looks["lines"].from_json(LINES, by)
    made: Quote = entity_of(Quote).create(by=by, subject="冷库报价", customer=customer, lines=lines, **values)
    return made


def signed(by: Any, customer: Any, *lines: dict[str, Any], **values: Any) -> Order:
    made = make_order(by, customer, *(lines or LINES), **values)
    found: Order = entity_of(Order).change(made, by=by, state=SIGNED)
    return found


@pytest.mark.feature("Q4", "O1")
def test_opportunity_quote_order_each_by_one_click(staff: Staff, customer: Any, browse: Browse) -> None:
    client = browse(staff.ann)
    chance = make_opportunity(staff.ann, customer, amount=Decimal(300))
    page = client.get(f"/opportunities/{chance.pk}/").content.decode()
    assert f"/quotes/new?opportunity={chance.pk}&amp;customer={customer.pk}" in page
    quote = quote_of(staff.ann, customer, opportunity=chance, by_hand=Decimal(330), terms="月结 30 天")
    assert f"/quotes/{quote.pk}/order" in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert browse(staff.cat).post(f"/quotes/{quote.pk}/order").status_code == 404
    assert client.post(f"/quotes/{quote.pk}/order").status_code in (204, 302)
    order = Order.objects.get()
    assert (order.state, order.customer_id, order.opportunity_id, order.quote_id) == (
        DRAFT, customer.pk, chance.pk, quote.pk,
    )  # fmt: skip
    assert (order.total, order.by_hand, order.net + order.tax, order.terms) == (330, 330, 330, "月结 30 天")
    assert [(each.name, each.total) for each in order.lines] == [(each.name, each.total) for each in quote.lines]
    assert Quote.objects.get().state == ACCEPTED
    assert f"/quotes/{quote.pk}/order" not in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert order.number in client.get(f"/customers/{customer.pk}/panel/orders-customer").content.decode()
    twice = client.post(f"/quotes/{quote.pk}/order")
    assert twice.status_code == 422
    assert order.number in twice.content.decode()
    entity_of(Order).change(order, by=staff.ann, state=CANCELLED, end_reason="客户改主意")
    assert order_from(quote, by=staff.ann).pk != order.pk


@pytest.mark.feature("Q4")
def test_an_expired_quote_is_ordered_by_right_only(staff: Staff, customer: Any) -> None:
    quote = quote_of(staff.ann, customer, quoted_on=today() - timedelta(9), valid_until=today() - timedelta(1))
    with pytest.raises(Refused) as no:
        order_from(quote, by=staff.ann)
    assert "过期" in str(no.value)
    assert order_from(quote, by=staff.boss).owner == staff.ann


def test_who_and_what_may_not_be_ordered(staff: Staff, customer: Any, browse: Browse) -> None:
    with pytest.raises(Refused) as zero:
        make_order(staff.ann, customer, {"name": "运费", "quantity": "0", "price": "1"})
    assert "数量" in str(zero.value)
    pump = make_product(staff.boss, "冷凝机组", price="100")
    entity_of(type(pump)).change(pump, by=staff.boss, on_sale=False)
    with pytest.raises(Refused) as stopped:
        make_order(staff.ann, customer, {"product": pump.pk, "quantity": "1"})
    assert "停售" in str(stopped.value.fields["lines"])
    with pytest.raises(Refused) as rate:
        make_order(staff.ann, customer, currency="CHF")
    assert "currency" in rate.value.fields
    client = browse(staff.ann)
    empty = client.post("/orders/new", {"subject": "空单", "customer": customer.pk, "currency": "CNY"})
    assert empty.status_code == 302
    order = Order.objects.get()
    assert client.post(f"/orders/{order.pk}/do/sign").status_code == 422
    drawn = make_order(staff.ann, customer, *LINES)
    entity_of(Customer).change(customer, by=staff.ann, stage="stopped")
    late = client.post(f"/orders/{drawn.pk}/do/sign")
    assert (late.status_code, "已关闭" in late.content.decode()) == (422, True)
    closed = client.post("/orders/new", {"subject": "x", "customer": customer.pk, "lines": json.dumps(LINES)})
    assert closed.status_code == 422
    assert "已关闭" in closed.content.decode()


@pytest.mark.feature("K7", "K10")
def test_what_is_signed_changes_by_amendments_only(staff: Staff, customer: Any, browse: Browse) -> None:
    client, order = browse(staff.ann), make_order(staff.ann, customer, *LINES)
    assert client.post(f"/orders/{order.pk}/do/sign").status_code in (204, 302)
    order = read(order)
    assert (order.state, order.signed_on) == (SIGNED, today())
    locked = client.patch(f"/api/v1/orders/{order.pk}", {"discount": "90"}, content_type="application/json")
    assert locked.status_code in (400, 409, 422)
    free = client.patch(f"/api/v1/orders/{order.pk}", {"remark": "送货前电话"}, content_type="application/json")
    assert free.status_code == 200
    smuggled = client.patch(
        f"/api/v1/orders/{order.pk}", {"discount": "90", "amended": 1}, content_type="application/json"
    )
    assert smuggled.status_code >= 400
    assert client.post(f"/orders/{order.pk}/delete").status_code != 204
    assert read(order).deleted_at is None
    url = f"/orders/{order.pk}/amend"
    assert "冷凝机组" in client.get(url).content.decode()
    kept = client.get(f"/api/v1/orders/{order.pk}").json()["lines"]
    more = [{**kept[0], "quantity": "5", "amount": None}, kept[1]]
    sent = {"lines": json.dumps(more), "taxed": "1", "version": str(read(order).version)}
    silent = client.post(url, {**sent, "amend_reason": " "})
    assert silent.status_code == 422
    assert read(order).total == Decimal("333.33")
    assert client.post(url, {**sent, "amend_reason": "客户加两台"}).status_code in (204, 302)
    after = read(order)
    assert (after.total, after.amended) == (Decimal("533.33"), 1)
    stale = client.post(url, {**sent, "lines": json.dumps(kept), "amend_reason": "又改", "discount": "50"})
    assert stale.status_code == 422
    # Who comes second sees whose change is there, and what his own would do to it.
    assert "客户加两台" in stale.content.decode()
    assert re.search(r"<del[^>]*>5 ?</del> <ins>3", stale.content.decode())
    assert amend(after, reason="改月结", by=staff.ben, pay_manner="monthly").amended == 2
    numbers = [(each.number, each.by, each.before, each.after) for each in after.amendments.order_by("number")]
    assert numbers == [
        (1, staff.ann, Decimal("333.33"), Decimal("533.33")), (2, staff.ben, Decimal("533.33"), Decimal("533.33")),
    ]  # fmt: skip
    with pytest.raises(Refused):
        amend(after, reason="没有改", by=staff.ann, pay_manner="monthly")
    page = client.get(f"/orders/{order.pk}/panel/amendments").content.decode()
    assert "客户加两台" in page
    rows = re.findall(r'<tr class="line-(\w+)">(.*?)</tr>', page, re.S)
    # What has changed, and nothing of what stays: the old beside the new.
    assert [kind for kind, _row in rows] == ["changed"]
    assert all(part in rows[0][1] for part in ("<del", "<ins>5", "冷凝机组"))
    assert browse(staff.cat).get(url).status_code == 404


def test_closing_early_cancelling_and_what_was_delivered(staff: Staff, customer: Any, browse: Browse) -> None:
    # The manager: once something has been shipped, a salesperson changes the order no more.
    client, order = browse(staff.ben), signed(staff.ann, customer)
    assert client.post(f"/orders/{order.pk}/do/close", {"end_reason": ""}).status_code == 422
    order = set_delivered(order, {1: Decimal(2)})
    assert (order.shipping, order.payment, order.due) == ("part", "none", order.total)
    assert client.post(f"/orders/{order.pk}/do/cancel", {"end_reason": "不要了"}).status_code == 422
    for wrong in ({1: Decimal(4)}, {1: Decimal(-1)}, {9: Decimal(1)}):
        with pytest.raises(Refused):
            set_delivered(order, wrong)
    kept = entity_of(Order).looks["lines"].to_json(order.lines)
    for lines in ([{**kept[0], "quantity": "1"}, kept[1]], [kept[1]]):
        with pytest.raises(Refused) as less:
            amend(order, reason="减", by=staff.ben, lines=entity_of(Order).looks["lines"].from_json(lines, staff.ben))
        assert "冷凝机组" in str(less.value.fields["lines"])
    two = entity_of(Order).looks["lines"].from_json([{**kept[0], "quantity": "2", "amount": None}], staff.ben)
    assert amend(order, reason="余下不要", by=staff.ben, lines=two).shipping == "done"
    other = set_delivered(signed(staff.ann, customer), {1: Decimal(1)})
    page = client.get(f"/orders/{other.pk}/panel/delivery").content.decode()
    assert "未发" in page
    assert client.post(f"/orders/{other.pk}/do/close", {"end_reason": "停产"}).status_code in (204, 302)
    assert (read(other).state, read(other).due, read(other).payment) == (CLOSED, 100, "none")
    assert client.post(f"/orders/{other.pk}/do/reopen").status_code in (204, 302)
    assert read(other).due == read(other).total


@pytest.mark.feature("K8")
def test_payments_move_the_order_through_its_lists(
    staff: Staff, customer: Any, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: dict[int, Decimal] = {}
    monkeypatch.setattr(actions, "RECEIVED", [])
    actions.declare_received(lambda keys: {key: came[key] for key in keys if key in came})
    client, order = browse(staff.ann), signed(staff.ann, customer)

    def lists() -> list[str]:
        tabs = ("unpaid", "ship", "month", "year", "done")
        return [tab for tab in tabs if order.number in client.get(f"/orders/?tab={tab}").content.decode()]

    assert lists() == ["unpaid", "ship", "month", "year"]
    came[order.pk] = Decimal(100)
    payments_changed([order.pk])
    assert (read(order).payment, read(order).received) == ("part", 100)
    came[order.pk] = order.total
    payments_changed([order.pk])
    set_delivered(order, {line.key: line.quantity for line in order.lines})
    assert read(order).payment == "paid"
    assert lists() == ["month", "year", "done"]
    assert browse(staff.ben).post(f"/orders/{order.pk}/do/cancel", {"end_reason": "x"}).status_code == 422
    came.clear()
    payments_changed([order.pk])
    assert lists() == ["unpaid", "month", "year"]
    assert browse(staff.cat).get("/orders/").status_code in (200, 404)
    assert order.number not in browse(staff.cat).get("/orders/").content.decode()


COINS = st.integers(0, 10_000_00).map(lambda cents: Decimal(cents) / 100)
QUANTITIES = st.lists(
    st.integers(1, 50).flatmap(lambda n: st.tuples(st.just(Decimal(n)), st.integers(0, n).map(Decimal))), min_size=1
)


@given(lines=QUANTITIES, due=COINS, received=COINS)
def test_states_agree_with_what_happened(lines: list[tuple[Decimal, Decimal]], due: Decimal, received: Decimal) -> None:
    left = sum(ordered - delivered for ordered, delivered in lines)
    out = sum(delivered for _ordered, delivered in lines)
    assert shipping_of(lines) == ("done" if not left else "part" if out else "none")
    paid = "over" if received > due else "paid" if received == due else "part" if received else "none"
    assert payment_of(due, received) == paid
    full = [(due, ordered, ordered) for ordered, _delivered in lines]
    assert payable(full, 2) == due * len(lines)
    part = payable([(due, ordered, delivered) for ordered, delivered in lines], 2)
    assert 0 <= part <= due * len(lines)
    assert part.as_tuple().exponent >= -2  # type: ignore[operator]


@pytest.mark.feature("K1")
def test_a_cancelled_order_is_neither_paid_nor_unpaid(staff: Staff, customer: Customer, browse: Browse) -> None:
    order = make_order(staff.ann, customer)
    entity_of(Order).change(order, by=staff.ann, state=CANCELLED, end_reason="客户改主意")
    after = Order.objects.get(pk=order.pk)
    assert (after.due, after.payment) == (0, "")
    page = browse(staff.ann).get(f"/orders/{order.pk}/").content.decode()
    assert "已付清" not in page
    assert "未付" not in page
    assert order.number not in browse(staff.ann).get("/orders/?tab=done").content.decode().partition("<main")[2]
