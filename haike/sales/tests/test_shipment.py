"""Shipments: an order's lines say delivered what its live shipments hold, whatever happens to those; rights; cost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.catalog.testing import make_product
from haike.customers.customer.record import Customer
from haike.exchange.models import Export
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.order.actions import amend
from haike.sales.order.record import CANCELLED, CLOSED, DRAFT, Order
from haike.sales.shipment.record import SIGNED_FOR, CostCorrection, Shipment, ShipmentLine
from haike.sales.testing import make_order, make_shipment, make_signed_order
from haike.talk.models import Notice

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("K4")
LINES = [
    {"name": "冷凝机组", "unit": "台", "quantity": "3", "price": "100", "tax_rate": "13"},
    {"name": "铜管", "unit": "米", "quantity": "2.5", "price": "33.33", "tax_rate": "13"},
]


@pytest.fixture
def customer(staff: Staff) -> Any:
    return entity_of(Customer).create(
        by=staff.ann, name="宁波远洋水产冷冻有限公司", mobile="13812345678", address="浙江省宁波市北仑区港城路 8 号"
    )


def read(order: Order) -> Order:
    found: Order = Order.objects.get(pk=order.pk)
    return found


def delivered(order: Order) -> list[Decimal]:
    return [line.delivered for line in read(order).lines]


@pytest.mark.feature("K3")
def test_an_order_is_shipped_in_two_parcels_and_signed_for(staff: Staff, customer: Any, browse: Browse) -> None:
    client = browse(staff.ann)
    order = make_signed_order(staff.ann, customer, *LINES)
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert f"/orders/{order.pk}/ship" in page
    form = client.get(f"/orders/{order.pk}/ship").content.decode()
    assert "冷凝机组" in form
    assert 'value="2.5"' in form
    assert "港城路 8 号" in form
    sent = {"lines": ["1", "冷凝机组", "台", "3", "1", "2", "铜管", "米", "2.5", ""], "carrier": "sf",
            "shipped_on": "2026-01-05", "waybill": "SF123", "receiver": "张工"}  # fmt: skip
    assert client.post(f"/orders/{order.pk}/ship", sent).status_code == 302
    first = Shipment.objects.get()
    assert (first.customer_id, first.waybill, first.receiver) == (customer.pk, "SF123", "张工")
    assert (delivered(order), read(order).shipping) == ([1, 0], "part")
    assert "SF123" in client.get(f"/orders/{order.pk}/panel/shipments-order").content.decode()
    assert first.number in client.get(f"/customers/{customer.pk}/panel/shipments-customer").content.decode()

    sent["lines"] = ["1", "冷凝机组", "台", "2", "9", "2", "铜管", "米", "2.5", "2.5"]
    over = client.post(f"/orders/{order.pk}/ship", sent)
    assert over.status_code == 422
    assert "最多 2" in over.content.decode()
    assert "还剩 2" in over.content.decode()
    assert delivered(order) == [1, 0]
    sent["lines"] = ["1", "冷凝机组", "台", "2", "0", "2", "铜管", "米", "2.5", ""]
    nothing = client.post(f"/orders/{order.pk}/ship", sent)
    assert nothing.status_code == 422
    assert Shipment.objects.count() == 1

    rest = make_shipment(staff.ann, order)
    assert (rest.receiver, rest.phone) == (customer.name, "13812345678")
    assert (delivered(order), read(order).shipping) == ([3, Decimal("2.5")], "done")
    assert f"/orders/{order.pk}/ship" not in client.get(f"/orders/{order.pk}/").content.decode()
    assert client.get(f"/orders/{order.pk}/ship").status_code == 422
    signed = client.post(f"/shipments/{rest.pk}/do/sign_for", {"signed_for_by": "李库管"})
    assert signed.status_code in (204, 302)
    rest = Shipment.objects.get(pk=rest.pk)
    assert (rest.state, rest.signed_for_by) == (SIGNED_FOR, "李库管")
    assert rest.signed_for_on is not None


def test_only_what_is_signed_and_seen_is_shipped(staff: Staff, customer: Any, browse: Browse) -> None:
    draft = make_order(staff.ann, customer, *LINES)
    with pytest.raises(Refused):
        make_shipment(staff.ann, draft)
    order = make_signed_order(staff.ann, customer, *LINES)
    assert browse(staff.cat).get(f"/orders/{order.pk}/ship").status_code == 404
    assert browse(staff.cat).post(f"/orders/{order.pk}/ship", {"lines": []}).status_code == 404
    with pytest.raises(Refused):
        make_shipment(staff.cat, order)
    shipment = make_shipment(staff.ann, order, {1: 1})
    for url in (f"/shipments/{shipment.pk}/", f"/shipments/{shipment.pk}/note"):
        assert browse(staff.cat).get(url).status_code == 404
        assert browse(staff.ben).get(url).status_code == 200
    assert Shipment.objects.count() == 1
    with pytest.raises(Refused) as other:
        entity_of(Shipment).change(shipment, by=staff.ann, order=make_signed_order(staff.ann, customer, *LINES))
    assert "order" in other.value.fields
    with pytest.raises(Refused):
        entity_of(Order).change(order, by=staff.ann, state=CANCELLED, end_reason="不要了")
    with pytest.raises(Refused):
        entity_of(Order).change(order, by=staff.ann, state=DRAFT)
    with pytest.raises(Refused):
        amend(order, reason="少要", by=staff.ben, lines=[])


@pytest.mark.feature("K3")
def test_a_closed_order_keeps_what_was_shipped(staff: Staff, customer: Any) -> None:
    order = make_signed_order(staff.ann, customer, *LINES)
    shipment = make_shipment(staff.ann, order, {1: 2})
    entity_of(Order).change(read(order), by=staff.ben, state=CLOSED, end_reason="余下取消")
    assert read(order).due == 200
    for act in (
        lambda: entity_of(Shipment).remove(shipment, by=staff.ann),
        lambda: make_shipment(staff.ann, order, {1: 1}),
    ):
        with pytest.raises(Refused):
            act()
    assert (delivered(order), read(order).due) == ([2, 0], 200)
    assert Shipment.objects.live().count() == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ship", "all", "change", "remove", "restore", "amend"]),
        st.integers(0, 3), st.integers(0, 40), st.integers(0, 40),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_an_order_agrees_with_its_shipments_at_any_time(
    staff: Staff, customer: Any, acts: list[tuple[str, int, int, int]]
) -> None:
    with transaction.atomic():
        order, entity, made = make_signed_order(staff.boss, customer, *LINES), entity_of(Shipment), []
        for act, which, one, other in acts:
            tenths = {1: Decimal(one) / 10, 2: Decimal(other) / 10}
            lines = {key: many for key, many in tenths.items() if many}
            some = Shipment.objects.get(pk=made[which % len(made)]) if made else None
            try:
                if act == "ship":
                    made.append(make_shipment(staff.boss, order, lines).pk)
                elif act == "all":
                    made.append(make_shipment(staff.boss, order).pk)
                elif act == "amend":
                    typed = [{"key": 1, **LINES[0], "quantity": f"{3 + tenths[1]}"}, {"key": 2, **LINES[1]}]
                    typed = entity_of(Order).looks["lines"].from_json(typed, staff.boss)
                    amend(order, reason="加量", by=staff.boss, lines=typed)
                elif some is None:
                    continue
                elif act == "change":
                    rows = [ShipmentLine(key=key, quantity=many) for key, many in lines.items()]
                    entity.change(some, by=staff.boss, lines=rows)
                elif act == "remove":
                    entity.remove(some, by=staff.boss)
                else:
                    entity.restore(some, by=staff.boss)
            except Refused:
                pass
            _agree(order)
        transaction.set_rollback(True)


def _agree(order: Order) -> None:
    sums: dict[int, Decimal] = {}
    for row in ShipmentLine.objects.filter(document__in=Shipment.objects.live().filter(order=order.pk)):
        sums[row.key] = sums.get(row.key, Decimal(0)) + row.quantity
    now = read(order)
    for line in now.lines:
        assert line.delivered == sums.get(line.key, 0) <= line.quantity
    whole = all(line.delivered == line.quantity for line in now.lines)
    assert now.shipping == ("done" if whole else "part" if sums else "none")


@pytest.mark.feature("P13")
def test_what_was_deleted_together_comes_back_with_its_quantities(staff: Staff, customer: Any, browse: Browse) -> None:
    order = make_signed_order(staff.boss, customer, *LINES)
    both = [make_shipment(staff.boss, order, {1: 1}), make_shipment(staff.boss, order, {1: 2})]
    client = browse(staff.boss)
    ids = ",".join(str(each.pk) for each in both)
    assert client.post("/shipments/bulk/delete", {"ids": ids, "sure": "1"}).status_code == 302
    assert (delivered(order), read(order).shipping) == ([0, 0], "none")
    make_shipment(staff.boss, order, {2: 1})
    client.post(f"/batches/{Batch.objects.latest('id').pk}/undo", {"conflicts": "skip"})
    assert (delivered(order), read(order).shipping) == ([3, 1], "part")


def test_what_somebody_else_has_shipped_meanwhile_is_not_shipped_again(staff: Staff, customer: Any) -> None:
    order = make_signed_order(staff.ann, customer, *LINES)
    stale = read(order)
    assert stale.lines[0].delivered == 0
    make_shipment(staff.ann, order, {1: 2})
    with pytest.raises(Refused) as no:
        make_shipment(staff.ben, stale, {1: 2})
    assert "还剩 1" in no.value.fields["lines"]
    assert delivered(order) == [2, 0]


def test_the_delivery_note_has_amounts_only_where_they_are_asked_for(
    staff: Staff, customer: Any, browse: Browse
) -> None:
    shipment = make_shipment(staff.ann, make_signed_order(staff.ann, customer, *LINES), {1: 2})
    client = browse(staff.ann)
    plain = client.get(f"/shipments/{shipment.pk}/note").content.decode()
    assert "送货单" in plain
    assert "冷凝机组" in plain
    assert "200.00" not in plain
    assert "200.00" in client.get(f"/shipments/{shipment.pk}/note?amounts=1").content.decode()
    # Looking is no export; printing is one, and has a number.
    assert not Export.objects.exists()
    printed = client.post(f"/shipments/{shipment.pk}/note?amounts=1").content.decode()
    assert Export.objects.get().number in printed


@pytest.mark.feature("K9")
def test_the_cost_is_that_of_the_day_of_shipping(staff: Staff, customer: Any, browse: Browse) -> None:
    pump = make_product(staff.boss, "冷凝机组", price="100", cost_price="60", tax_rate="0")
    order = make_signed_order(staff.ann, customer, {"product": pump.pk, "quantity": "3", "price": "100"})
    first = make_shipment(staff.ann, order, {1: 1})
    entity_of(type(pump)).change(pump, by=staff.boss, cost_price=Decimal(70))
    second = make_shipment(staff.ann, order, {1: 1})
    cost = {line.document_id: line.cost for line in ShipmentLine.objects.all()}
    assert cost == {first.pk: 60, second.pk: 70}
    entity_of(Shipment).change(first, by=staff.ann, lines=[ShipmentLine(key=1, quantity=Decimal(2))])
    line = ShipmentLine.objects.get(document=first.pk)
    assert (line.quantity, line.cost) == (2, 60)

    page, url = f"/shipments/{first.pk}/panel/goods", f"/shipments/{first.pk}/cost/{line.pk}"
    ann, boss = browse(staff.ann), browse(staff.boss)
    assert "60.00" not in ann.get(page).content.decode()
    assert "80.00" in boss.get(page).content.decode()
    assert ann.post(url, {"cost": "1", "reason": "试"}).status_code == 404
    assert boss.post(url, {"cost": "65", "reason": ""}).status_code == 422
    assert ShipmentLine.objects.get(pk=line.pk).cost == 60
    assert boss.post(url, {"cost": "65", "reason": "到岸价有误"}).status_code == 302
    row = CostCorrection.objects.get()
    assert (row.before, row.after, row.by, row.reason) == (60, 65, staff.boss, "到岸价有误")
    now = boss.get(page).content.decode()
    assert "70.00" in now
    assert "到岸价有误" in now
    assert "到岸价有误" not in ann.get(page).content.decode()


@pytest.mark.feature("K9")
def test_the_margin_of_an_order_and_of_a_customer(staff: Staff, customer: Any, browse: Browse) -> None:
    pump = make_product(staff.boss, "冷凝机组", price="100", cost_price="60", tax_rate="0")
    line = {"product": pump.pk, "quantity": "3", "price": "100", "tax_rate": "0"}
    first = make_signed_order(staff.ann, customer, line, {"name": "安装", "quantity": "1", "price": "9"})
    second = make_signed_order(staff.ann, customer, line)
    make_shipment(staff.ann, first)
    make_shipment(staff.ann, second, {1: 2})
    entity_of(Shipment).remove(make_shipment(staff.ann, second, {1: 1}), by=staff.ann)
    ann, boss = browse(staff.ann), browse(staff.boss)
    # 3 × (100 − 60); the line without a cost is not in it.
    assert "¥120.00 40.0%" in boss.get(f"/orders/{first.pk}/").content.decode()
    assert "¥80.00 40.0%" in boss.get(f"/orders/{second.pk}/").content.decode()
    told = boss.get(f"/customers/{customer.pk}/panel/bought").content.decode()
    assert '<b>¥200.00</b><small class="muted net-rate">40.0%' in told
    assert "1 行已发货明细没有成本" in told
    for path in (f"/orders/{first.pk}/", f"/customers/{customer.pk}/panel/bought"):
        page = ann.get(path).content.decode()
        assert "40.0%" not in page
        assert "已发货毛利" not in page


@pytest.mark.feature("P28")
def test_the_owner_of_the_order_hears_of_the_receipt(
    staff: Staff, customer: Any, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    order = make_signed_order(staff.ann, customer, *LINES)
    shipment = make_shipment(staff.ann, order)
    ben, ann = browse(staff.ben), browse(staff.ann)
    with django_capture_on_commit_callbacks(execute=True):
        ben.post(f"/shipments/{shipment.pk}/do/sign_for", {"signed_for_on": "", "signed_for_by": "收货员小钱"})
    page = ann.get("/notices/").content.decode()
    assert f"订单 {order.number} 的货物已由 收货员小钱" in page
    assert Notice.objects.filter(kind="receipt_signed").count() == 1


@pytest.mark.feature("P11")
def test_after_shipping_an_order_is_changed_by_those_only_who_have_the_switch(
    staff: Staff, customer: Any, browse: Browse
) -> None:
    order = make_signed_order(staff.ann, customer, *LINES)
    ann, ben, entity = browse(staff.ann), browse(staff.ben), entity_of(Order)
    assert f"/orders/{order.pk}/amend" in ann.get(f"/orders/{order.pk}/").content.decode()
    make_shipment(staff.ann, order, {1: 1})
    order = read(order)
    page = ann.get(f"/orders/{order.pk}/").content.decode()
    assert f"/orders/{order.pk}/amend" not in page
    assert f"/orders/{order.pk}/edit" not in page
    assert "管理已发货的订单" in ann.get(f"/orders/{order.pk}/panel/delivery").content.decode()
    assert not entity.model.objects.visible_to(staff.ann, "edit").filter(pk=order.pk).exists()
    with pytest.raises(Refused):
        entity.change(order, by=staff.ann, remark="改")
    with pytest.raises(Refused):
        amend(order, reason="改", by=staff.ann, terms="改")
    for path in ("edit", "amend", "do/close"):
        typed = {"version": order.version, "amend_reason": "改", "end_reason": "改"}
        answer = ann.post(f"/orders/{order.pk}/{path}", typed)
        assert answer.status_code in (403, 404, 422), path
    assert read(order).version == order.version
    # What is left is shipped on by the seller; the manager, who has the switch, changes the order.
    make_shipment(staff.ann, order)
    assert f"/orders/{order.pk}/amend" in ben.get(f"/orders/{order.pk}/").content.decode()
    assert amend(read(order), reason="客户要求", by=staff.ben, terms="月结").amended == 1
