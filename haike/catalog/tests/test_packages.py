"""Packages as lines, the product tree of the editor, lines out of an Excel file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.catalog.lines.asked import Asked
from haike.catalog.models import PackageLine, PriceClass, ProductPackage
from haike.catalog.package.offer import package_lines, shares
from haike.catalog.testing import make_category, make_product
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sheets.write import Column, SheetWriter

Browse = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def pump(staff: Staff) -> Any:
    return make_product(staff.boss, "螺杆空压机", model="GA37", price="12800", tax_rate="13")


@pytest.fixture
def dryer(staff: Staff) -> Any:
    category = make_category(staff.boss, "后处理", make_category(staff.boss, "空压站"))
    return make_product(staff.boss, "冷冻式干燥机", model="FD40", price="3600", tax_rate="13", category=category)


def make_package(by: Any, *rows: dict[str, Any], **values: Any) -> ProductPackage:
    entity = entity_of(ProductPackage)
    lines = entity.looks["lines"].from_json(list(rows), by)
    made: ProductPackage = entity.create(by=by, **{"name": "空压站套餐", "lines": lines, **values})
    return made


@pytest.mark.feature("Q4")
def test_a_package_brings_its_lines_at_its_own_price_to_the_coin(
    staff: Staff, pump: Any, dryer: Any, browse: Browse
) -> None:
    package = make_package(
        staff.boss, {"product": pump.pk, "quantity": "1"}, {"product": dryer.pk, "quantity": "2"},
        {"name": "培训", "gift": True}, by_hand=Decimal("17777.77"),
    )  # fmt: skip
    ann = browse(staff.ann)
    shelf = ann.get("/lines/shelf").json()
    assert [(each["name"], each["price"]) for each in shelf["packages"]] == [("空压站套餐", "¥17,777.77")]
    answer = ann.get("/lines/package", {"package": package.pk, "times": "3", "taxed": "1"})
    lines = answer.json()["lines"]
    assert [(each["name"], each["quantity"]) for each in lines] == [
        ("螺杆空压机 GA37", "3"), ("冷冻式干燥机 FD40", "6"), ("培训", "3"),
    ]  # fmt: skip
    assert sum(Decimal(each.get("amount", 0)) for each in lines) == Decimal("53333.31")
    assert lines[2]["gift"] is True
    customer = make_customer(staff.ann, "苏州锐诚精密机械有限公司")
    made = ann.post(
        "/api/v1/quotes/", {"subject": "套餐", "customer": customer.pk, "lines": lines}, content_type="application/json"
    )
    assert made.status_code == 201, made.content.decode()
    assert made.json()["total"] == "53333.31"


@pytest.mark.feature("Q4")
def test_a_package_without_a_price_follows_the_price_class(staff: Staff, pump: Any, dryer: Any, browse: Browse) -> None:
    vip = PriceClass.objects.get(name="VIP 价")
    customer = make_customer(staff.ann, "无锡远航机械有限公司", price_class=vip)
    package = make_package(staff.boss, {"product": pump.pk, "quantity": "1"}, {"name": "运费", "price": "300"})
    asked = {"package": package.pk, "customer": customer.pk, "taxed": "1"}
    first, second = browse(staff.ann).get("/lines/package", asked).json()["lines"]
    assert (first["list_price"], first["fixed"]) == ("11520", "discount")
    assert (second["amount"], second["fixed"]) == ("300", "amount")


@pytest.mark.feature("I1", "Q4")
def test_what_is_not_sold_is_not_offered(staff: Staff, pump: Any, dryer: Any, browse: Browse) -> None:
    package = make_package(staff.boss, {"product": pump.pk, "quantity": "1"}, {"product": dryer.pk, "quantity": "1"})
    ann = browse(staff.ann)
    tree = ann.get("/lines/shelf").json()
    assert [(each["name"], each["depth"]) for each in tree["categories"]] == [("空压站", 0), ("后处理", 1)]
    assert tree["create_url"] == "/products/new"
    below = {"category": tree["categories"][0]["id"]}
    assert [each["name"] for each in ann.get("/lines/products", below).json()["items"]] == ["冷冻式干燥机 FD40"]
    assert [each["id"] for each in ann.get("/lines/products", {**below, "q": "ldsgzj"}).json()["items"]] == [dryer.pk]
    assert ann.get("/lines/products", {**below, "q": "GA37"}).json()["items"] == []
    entity_of(dryer).change(dryer, by=staff.boss, on_sale=False)
    assert ann.get("/lines/products", below).json()["items"] == []
    assert ann.get("/lines/shelf").json()["packages"] == []
    refused = ann.get("/lines/package", {"package": package.pk})
    assert (refused.status_code, "FD40" in refused.json()["message"]) == (422, True)
    with pytest.raises(Refused):
        make_package(staff.boss, {"product": pump.pk, "quantity": "1"})


@pytest.mark.feature("Q4", "M7")
@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.decimals("0.01", "99999", places=2), min_size=1, max_size=8),
    times=st.decimals("0.0001", "9999", places=4),
)
def test_shares_of_a_package_are_exact(parts: list[Decimal], times: Decimal) -> None:
    package = ProductPackage(currency="CNY")
    document = ProductPackage(currency="CNY", taxed=True)
    found = shares(package, document, [PackageLine(total=part) for part in parts], times)
    assert abs(sum(found) - sum(parts) * times) <= Decimal("0.005")
    assert all(
        abs(one - part * times) <= Decimal("0.01") + Decimal("0.005") for one, part in zip(found, parts, strict=True)
    )


def sheet(*rows: list[Any], heads: tuple[str, ...]) -> SimpleUploadedFile:
    file = BytesIO()
    with SheetWriter(file) as writer:
        writer.add_sheet("清单", [Column(head) for head in heads])
        for row in rows:
            writer.write_row([str(cell) for cell in row])
    return SimpleUploadedFile("清单.xlsx", file.getvalue())


@pytest.mark.feature("Q4")
def test_lines_out_of_a_file_with_their_faults(staff: Staff, pump: Any, dryer: Any, browse: Browse) -> None:
    file = sheet(
        ["GA37", "台", "2", "12,500.00", "含运费"], ["FD40", "台", "两台", "3600", ""],
        ["管道安装", "项", "1", "980.5", ""],
        ["FD40", "台", "4", "", ""], ["合计", "", "", "33000", ""],
        heads=("型号", "单位", "数量", "单价（元）", "备注"),
    )  # fmt: skip
    found = browse(staff.ann).post("/lines/file", {"file": file, "taxed": "1"}).json()
    assert found["fields"] == ["model", "unit", "quantity", "price", "remark"]
    first, second, third, fourth = found["rows"]
    assert (first["line"]["product"], first["line"]["price"], first["line"]["fixed"]) == (pump.pk, "12500", "price")
    assert (first["line"]["remark"], first["place"]) == ("含运费", 2)
    assert second["line"] is None
    assert "两台" in second["fault"]
    assert "product" not in third["line"]
    assert third["note"]
    assert (fourth["line"]["list_price"], fourth["line"]["fixed"]) == ("3600", "discount")
    file.seek(0)
    again = browse(staff.ann).post("/lines/file", {"file": file, "fields": "model,unit,quantity,,remark"}).json()
    assert again["rows"][0]["line"]["price"] == "12800" or again["rows"][0]["line"]["fixed"] == "discount"
    bad = browse(staff.ann).post("/lines/file", {"file": SimpleUploadedFile("x.xlsx", b"\x89PNG....")})
    assert bad.status_code == 422
    assert bad.json()["message"]


def test_asked_reads_only_customers_that_are_seen(staff: Staff, pump: Any) -> None:
    customer = make_customer(staff.cat, "别家的客户有限公司")
    assert Asked(staff.ann, {"customer": str(customer.pk)}).customer is None
    package = make_package(staff.boss, {"product": pump.pk, "quantity": "1"})
    assert package_lines(package, Asked(staff.ann, {"taxed": "1"}), times=Decimal(1), by=staff.ann)
