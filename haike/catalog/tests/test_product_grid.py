"""Many products in a table: pasted from Excel with headings, changed together, all saved or nothing."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from haike.catalog.models import Product, ProductCategory
from haike.catalog.testing import make_product
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import System
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("I2")]
GRID = "/products/grid"


def form_of(page: str) -> dict[str, list[str]]:
    """What a browser would send of the table."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = (re.search(rf'{each}="([^"]*)"', tag) for each in ("name", "value"))
        if name is not None and value is not None:
            found.setdefault(name[1], []).append(html.unescape(value[1]))
    return found


def sent(client: Client, data: dict[str, Any], do: str = "save") -> tuple[int, str]:
    answer = client.post(GRID, {**data, "do": do})
    return answer.status_code, answer.content.decode()


def test_rows_from_excel_with_headings_and_categories_by_path(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    pump = make_product(staff.boss, "螺杆泵", model="P1", price="100")
    rows = "产品分类\t品名\t型号\t售价\t颜色\n泵/离心泵\t清水泵\tQ1\t1,280.5\t红\n泵\t螺杆泵\tP1\t120\t蓝\n"
    status, page = sent(boss, {"pasted": rows}, "paste")
    assert status == 200
    table = form_of(page)
    assert table["name"][:2] == ["清水泵", "螺杆泵"]
    assert table["key"][:2] == ["", str(pump.pk)]
    assert Product.objects.count() == 1
    status, __ = sent(boss, table)
    assert status == 302
    new = Product.objects.exclude(pk=pump.pk).get()
    assert (new.price, str(new.category), str(new.category.parent)) == (Decimal("1280.5"), "离心泵", "泵")
    pump.refresh_from_db()
    assert (pump.price, str(pump.category), pump.unit) == (Decimal(120), "泵", "piece")
    # One undo takes all of it back, also the categories that were made on the way.
    batch = Batch.objects.get(kind="grid")
    assert (batch.created, batch.changed) == (1, 1)
    assert boss.post(f"/batches/{batch.pk}/undo").status_code in (200, 302)
    pump.refresh_from_db()
    assert (pump.price, pump.category) == (Decimal(100), None)
    assert not Product.objects.live().exclude(pk=pump.pk).exists()
    assert not ProductCategory.objects.live().exists()


def test_a_bad_cell_is_told_and_nothing_is_half_saved(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    pump = make_product(staff.boss, "螺杆泵", price="100")
    table = form_of(boss.get(f"{GRID}?ids={pump.pk}").content.decode())
    table["price"][0] = "90"
    table["name"][1:5] = ["好的", "坏价格", "螺杆泵", ""]
    table["price"][1:5] = ["5", "五块", "7", "8"]
    table["category"][1] = "新分类/下级"
    status, page = sent(boss, table)
    assert status == 422
    again = form_of(page)
    assert again["name"][:4] == ["螺杆泵", "好的", "坏价格", "螺杆泵"]
    assert again["price"][:5] == ["90", "5", "五块", "7", "8"]
    assert page.count("sheet-bad") == 3
    assert pump.number in page.split("sheet-bad", 1)[1]
    pump.refresh_from_db()
    assert (pump.price, Product.objects.count(), ProductCategory.objects.count()) == (Decimal(100), 1, 0)
    assert not Batch.objects.filter(kind="grid").exists()
    # Evil texts come back as texts.
    __, page = sent(boss, {**{name: [""] for name in table}, "name": ["<script>1</script>"], "price": ["x"]})
    assert "<script>1" not in page


def test_what_somebody_else_wrote_meanwhile_is_told(staff: Staff, browse: Browse) -> None:
    boss, pump = browse(staff.boss), make_product(staff.boss, "螺杆泵", price="100")
    table = form_of(boss.get(f"{GRID}?ids={pump.pk}").content.decode())
    entity_of(Product).change(pump, by=staff.boss, price=Decimal(110), brand="格兰富")
    table["price"][0] = "90"
    status, page = sent(boss, table)
    assert (status, "110" in page) == (422, True)
    assert sent(boss, form_of(page))[0] == 302
    pump.refresh_from_db()
    assert (pump.price, pump.brand) == (Decimal(90), "格兰富")


def test_rights_to_records_and_fields(staff: Staff, browse: Browse) -> None:
    pump = make_product(staff.boss, "螺杆泵", price="100", cost_price="60")
    for role in Role.objects.all():
        rights = {"catalog.product": {"cost_price": "hidden", "price": "read"}}
        entity_of(Role).change(role, by=System("test"), field_rights=rights)
    ann = browse(staff.ann)
    may = entity_of(Product).policy.may(User.objects.get(pk=staff.ann.pk), "edit")
    data = {
        "key": [str(pump.pk)],
        "was": [json.dumps({"name": "螺杆泵"})],
        "name": ["改名"],
        "price": ["1"],
        "cost_price": ["1"],
    }
    answer = ann.post(GRID, {**data, "do": "save"})
    if not may:
        assert answer.status_code in (404, 422)
    pump.refresh_from_db()
    assert (pump.price, pump.cost_price) == (Decimal(100), Decimal(60))
    assert may or pump.name == "螺杆泵"
    assert "60" not in form_of(ann.get(f"{GRID}?ids={pump.pk}").content.decode()).get("cost_price", []) if may else True
    assert browse(staff.boss).get("/orders/grid").status_code == 404


def test_chosen_rows_open_in_the_table_and_too_many_stay_in_the_field(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    some = [make_product(staff.boss, f"泵{number}") for number in range(2)]
    # As the list does it: posted, and opened in a drawer unless the answer leads elsewhere.
    answer = boss.post(GRID, {"ids": f"{some[1].pk},{some[0].pk}"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{GRID}?ids={some[1].pk}%2C{some[0].pk}"
    assert form_of(boss.get(answer["HX-Redirect"]).content.decode())["name"][:2] == ["泵1", "泵0"]
    assert "/products/grid" in boss.get("/products/").content.decode()
    rows = "品名\t型号\n" + "\n".join(f"多{number}\tM{number}" for number in range(203))
    status, page = sent(boss, {"pasted": rows})
    assert status == 200
    assert "多202\tM202" in page.split("<textarea")[1]
    assert "品名\t型号" in page.split("<textarea")[1]
    assert Product.objects.count() == 2
