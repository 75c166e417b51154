"""Products, their tree, rights by product group, prices in bulk, imports."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.run import BulkRun
from haike.catalog.category.merge import merge
from haike.catalog.models import Product, ProductAccess, ProductCategory, ProductPrice
from haike.catalog.product.cost import new_cost, purchased
from haike.catalog.product.reprice import ROUNDINGS, new_price
from haike.catalog.testing import make_category, make_price, make_product, make_unit
from haike.customers.models import PriceClass
from haike.customers.testing import make_customer
from haike.exchange.run import ImportRun
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.models import User
from haike.people.role.record import Role
from haike.people.testing import Staff
from haike.refused import Refused

pytestmark = [pytest.mark.feature("I1"), pytest.mark.django_db]
Browse = Callable[[User], Client]


def spoken(answer: Any) -> str:
    """What an answer says, JSON without its escapes."""
    return (
        json.dumps(answer.json(), ensure_ascii=False) if "json" in answer["Content-Type"] else answer.content.decode()
    )


def test_name_and_model_together_are_unique(staff: Staff, browse: Browse) -> None:
    make_product(staff.boss, "螺杆空压机", model="LG-22")
    make_product(staff.boss, "螺杆空压机", model="LG-37")
    answer = browse(staff.boss).post("/products/new", {"name": "螺杆 空压机", "model": "lg-22", "unit": "piece"})
    assert answer.status_code == 422
    assert "已有同名同型号的产品：CP00001" in answer.content.decode()
    assert Product.objects.count() == 2


def test_a_category_is_moved_with_all_below_it_and_never_into_itself(staff: Staff, browse: Browse) -> None:
    top, other = make_category(staff.boss, "设备"), make_category(staff.boss, "配件")
    middle = make_category(staff.boss, "空压机", top)
    low = make_category(staff.boss, "螺杆机", middle)
    boss = browse(staff.boss)
    assert boss.post(f"/product-categories/{middle.pk}/move", {"parent": other.pk}).status_code == 302
    low.refresh_from_db()
    assert low.path == f"/{other.pk}/{middle.pk}/{low.pk}/"
    answer = boss.post(f"/product-categories/{middle.pk}/move", {"parent": low.pk})
    assert "分类不能放在自己或自己的下级之下" in answer.content.decode()
    assert browse(staff.ann).post(f"/product-categories/{middle.pk}/move", {"parent": ""}).status_code == 404
    middle.refresh_from_db()
    assert middle.parent == other


def test_a_merge_takes_products_and_namesakes_along_and_can_be_undone(staff: Staff, browse: Browse) -> None:
    old, new = make_category(staff.boss, "旧目录"), make_category(staff.boss, "新目录")
    old_pumps, new_pumps = make_category(staff.boss, "泵", old), make_category(staff.boss, "泵", new)
    valves = make_category(staff.boss, "阀", old)
    pump, valve = make_product(staff.boss, "泵", category=old_pumps), make_product(staff.boss, "阀", category=valves)
    boss = browse(staff.boss)
    assert boss.post(f"/product-categories/{old.pk}/merge", {"into": new.pk}).status_code == 302
    for record in (pump, valve, valves, old, old_pumps):
        record.refresh_from_db()
    assert (pump.category, valve.category, valves.parent) == (new_pumps, valves, new)
    assert valves.path == f"/{new.pk}/{valves.pk}/"
    assert old.deleted_at is not None
    assert old_pumps.deleted_at is not None
    batch = Batch.objects.get(kind="merge-tree")
    boss.post(f"/batches/{batch.pk}/undo")
    for record in (pump, valves, old):
        record.refresh_from_db()
    assert (pump.category, valves.parent, old.deleted_at) == (old_pumps, old, None)
    assert valves.path == f"/{old.pk}/{valves.pk}/"
    with pytest.raises(Refused):
        merge(old, valves, by=staff.boss)


def test_the_tree_beside_the_list_finds_what_lies_below(staff: Staff, browse: Browse) -> None:
    top = make_category(staff.boss, "设备")
    low = make_category(staff.boss, "空压机", top)
    make_product(staff.boss, "深处的产品", category=low)
    make_product(staff.boss, "别处的产品")
    ann = browse(staff.ann)
    page = ann.get("/products/").content.decode()
    assert "空压机" in page
    found = ann.get("/products/", {"f": f'{{"all":[{{"field":"category","op":"one_of","value":["{top.pk}"]}}]}}'})
    assert "深处的产品" in found.content.decode()
    assert "别处的产品" not in found.content.decode()


def limited(staff: Staff, *, sees: list[Any], edits: list[Any] | None = None) -> None:
    entity_of(ProductAccess).create(
        by=staff.boss, name="只管空压机", users=[staff.ann], roles=[], sees=sees, edits=edits or []
    )


def test_rights_by_product_group_hold_on_every_surface(staff: Staff, browse: Browse) -> None:
    mine, others = make_category(staff.boss, "空压机"), make_category(staff.boss, "机密新品")
    below = make_category(staff.boss, "螺杆机", mine)
    shown = make_product(staff.boss, "看得见的", category=below, price=1)
    secret = make_product(staff.boss, "看不见的", category=others, price=2)
    box = make_unit(staff.boss, secret, "大箱", "24")
    limited(staff, sees=[mine])
    ann = browse(staff.ann)
    for path in ("/products/", "/products/?q=看", "/api/v1/products/", "/products/pick?q=看"):
        text = spoken(ann.get(path))
        assert "看得见的" in text, path
        assert "看不见的" not in text, path
    assert "机密新品" not in ann.get("/products/").content.decode() + ann.get("/product-categories/").content.decode()
    for path in (f"/products/{secret.pk}/", f"/api/v1/products/{secret.pk}", f"/product-units/{box.pk}/"):
        assert ann.get(path).status_code == 404, path
    assert ann.get(f"/products/{shown.pk}/").status_code == 200
    assert browse(staff.cat).get(f"/products/{secret.pk}/").status_code == 200


def test_who_keeps_one_branch_changes_nothing_elsewhere(staff: Staff, browse: Browse) -> None:
    keeper = Role.objects.get(key="purchaser")
    staff.ann.roles.add(keeper)
    mine, others = make_category(staff.boss, "空压机"), make_category(staff.boss, "配件")
    own, foreign = make_product(staff.boss, "甲", category=mine), make_product(staff.boss, "乙", category=others)
    limited(staff, sees=[mine, others], edits=[mine])
    ann = browse(staff.ann)
    plain: dict[str, Any] = {"content_type": "application/json"}
    assert ann.patch(f"/api/v1/products/{own.pk}", {"brand": "海客"}, **plain).status_code == 200
    assert ann.patch(f"/api/v1/products/{foreign.pk}", {"brand": "海客"}, **plain).status_code in (403, 404, 422)
    answer = ann.patch(f"/api/v1/products/{own.pk}", {"category": others.pk}, **plain)
    assert answer.status_code == 422
    assert "请选择由您负责的分类" in answer.content.decode()
    assert ann.post("/api/v1/products/", {"name": "新", "category": others.pk}, **plain).status_code == 422
    for product in (own, foreign):
        product.refresh_from_db()
    assert (own.brand, own.category, foreign.brand) == ("海客", mine, "")


@pytest.mark.feature("P11")
def test_the_cost_is_for_those_who_may_see_it(staff: Staff, browse: Browse) -> None:
    product = make_product(staff.boss, price="100", cost_price="61.37", cost_to_check=True)
    ann, boss = browse(staff.ann), browse(staff.boss)
    for path in (f"/products/{product.pk}/", f"/api/v1/products/{product.pk}", "/products/?tab=cost_to_check"):
        assert "61.37" not in ann.get(path).content.decode(), path
        assert "成本" not in ann.get(path).content.decode(), path
    assert "61.37" in boss.get(f"/products/{product.pk}/").content.decode()
    assert ann.post(f"/products/{product.pk}/cost-checked").status_code == 404
    assert boss.post(f"/products/{product.pk}/cost-checked").status_code == 302
    product.refresh_from_db()
    assert not product.cost_to_check


@pytest.mark.feature("I3")
def test_a_purchase_moves_the_cost_and_asks_for_a_look(staff: Staff) -> None:
    product = make_product(staff.boss, cost_price="10")
    after = purchased(product, quantity=Decimal(10), price=Decimal(13), on_hand=Decimal(20))
    assert (after.cost_price, after.cost_to_check) == (11, True)


AMOUNTS = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents) / 100)
STEPS = st.integers(-990, 2000).map(lambda tenths: Decimal(tenths) / 10)
QUIETLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.feature("I3")
@QUIETLY
@given(cost=AMOUNTS, price=AMOUNTS, quantity=AMOUNTS.filter(bool), on_hand=AMOUNTS)
def test_the_moving_average_lies_between_old_and_new(
    cost: Decimal, price: Decimal, quantity: Decimal, on_hand: Decimal
) -> None:
    found = new_cost("average", cost, quantity, price, on_hand)
    assert found is not None
    assert min(cost, price) <= found <= max(cost, price)
    assert new_cost("last", cost, quantity, price, on_hand) == price
    assert new_cost("hand", cost, quantity, price, on_hand) is None


@pytest.mark.feature("I3")
@QUIETLY
@given(
    price=AMOUNTS,
    step=STEPS,
    rounding=st.sampled_from(sorted(ROUNDINGS)),
)
def test_a_rounded_price_is_near_and_never_negative(price: Decimal, step: Decimal, rounding: str) -> None:
    exact = price * (1 + step / 100)
    found = new_price(price, "percent", step, rounding)
    assert found >= 0
    if rounding == "nine":
        assert found % 10 == 9
        assert exact <= found < exact + 10
    else:
        assert found % Decimal(rounding) == 0
        assert abs(found - exact) <= Decimal(rounding) / 2


@pytest.mark.feature("I3")
def test_prices_of_chosen_products_change_at_once_and_back(staff: Staff, browse: Browse) -> None:
    vip = PriceClass.objects.get(name_en="VIP price")
    first, second = make_product(staff.boss, "甲", price="103"), make_product(staff.boss, "乙")
    listed = make_price(staff.boss, first, vip, "88")
    boss, keys = browse(staff.boss), f"{first.pk},{second.pk}"
    typed = {"ids": keys, "how": "percent", "step": "10", "rounding": "1", "sure": "1"}
    assert browse(staff.ann).post("/products/bulk/reprice", {**typed, "which": "price"}).status_code in (403, 404, 422)
    boss.post("/products/bulk/reprice", {**typed, "which": "price"})
    boss.post("/products/bulk/reprice", {**typed, "which": f"class-{vip.pk}"})
    first.refresh_from_db()
    listed.refresh_from_db()
    assert (first.price, listed.price) == (113, 97)
    runs = list(BulkRun.objects.order_by("id"))
    assert [run.refusals.count() for run in runs] == [1, 1]
    # A class of prices may be called as a price of the product is.
    assert f"价格等级：{vip}" in boss.get(f"/products/bulk/reprice?ids={keys}").content.decode()
    history = boss.get(f"/products/{first.pk}/panel/prices").content.decode()
    assert "¥103.00" in history
    assert "¥97.00" in history
    for run in reversed(runs):
        answer = boss.post(f"/batches/{run.batch_id}/undo")
        assert answer.status_code == 302, answer.content.decode()
    first.refresh_from_db()
    listed.refresh_from_db()
    assert (first.price, listed.price) == (103, 88)


@pytest.mark.feature("I2")
def test_an_import_makes_the_categories_of_its_paths(staff: Staff, browse: Browse) -> None:
    make_category(staff.boss, "设备")
    sheet = "产品名称,型号,产品分类,标准价\n螺杆机,A1,设备/空压机,1000\n活塞机,B2,设备>空压机,500\n滤芯,,耗材/滤芯,20\n"
    boss = browse(staff.boss)
    boss.post("/products/import/", {"file": SimpleUploadedFile("产品.csv", sheet.encode(), "text/csv")})
    run = ImportRun.objects.get()
    page = boss.get(f"/imports/{run.pk}/")
    columns = {f"column-{each['index']}": each["field"] for each in page.context["columns"]}
    assert set(columns.values()) == {"name", "model", "category", "price"}
    assert not ProductCategory.objects.filter(name="空压机").exists()
    boss.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", **columns})
    run_ready_jobs()
    run.refresh_from_db()
    assert (run.created, run.faulty) == (3, 0)
    assert {str(p.category): p.category.path.count("/") for p in Product.objects.all()} == {"空压机": 3, "滤芯": 3}
    assert ProductCategory.objects.count() == 4
    boss.post(f"/imports/{run.pk}/undo")
    assert [c.name for c in ProductCategory.objects.live()] == ["设备"]


def test_the_customer_page_names_the_price_class(staff: Staff, browse: Browse) -> None:
    vip = PriceClass.objects.get(name_en="VIP price")
    customer = make_customer(staff.ann, price_class=vip)
    assert "VIP 价" in browse(staff.ann).get(f"/customers/{customer.pk}/").content.decode()
    assert not ProductPrice.objects.exists()
