"""Every surface of the field and the entity of the recipes; run by test_recipes.py where they have been added."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.customers.customer.record import Customer
from haike.exchange.run import ImportRun
from haike.exchange.tests.test_export import rows_of
from haike.exchange.tests.test_import import bring_in
from haike.kernel.entity import entity_named, entity_of
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
LABELS = {"zh-hans": ("在用车辆数", "车辆", "车牌号"), "en": ("Vehicles in use", "Vehicle", "Number plate")}
in_both_languages = pytest.mark.parametrize("language", LABELS)


def in_language(client: Client, language: str) -> Client:
    """The same client with all functions in the menu."""
    client.post("/account/display", {"language": language, "menu": "full"})
    return client


def customer(by: User, name: str = "深圳市海客科技有限公司", **values: Any) -> Customer:
    return entity_of(Customer).create(by=by, name=name, **values)  # type: ignore[no-any-return]


def vehicle(by: User, plate: str = "粤B12345") -> Any:
    return entity_named("vehicles").create(by=by, plate=plate, customer=customer(by))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def sheet(*rows: list[Any]) -> SimpleUploadedFile:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet()
    for line, row in enumerate(rows):
        page.write_row(line, 0, row)
    book.close()
    return SimpleUploadedFile("数据.xlsx", stream.getvalue())


def bring_in_by_template(client: Client, slug: str, values: dict[str, Any], folder: Path) -> ImportRun:
    """Fill in the template that the import offers, and import it."""
    [heads] = rows_of(client.get(f"/{slug}/import/template").content, folder)
    # What must be filled in carries a star.
    names = [head.removesuffix(" *") for head in heads]
    assert set(values) <= set(names)
    file = sheet(heads, [values.get(name, "") for name in names])
    assert client.post(f"/{slug}/import/", {"file": file}).status_code == 302
    return bring_in(client, ImportRun.objects.latest("id"))


def export(client: Client, slug: str, columns: list[str], folder: Path) -> list[list[Any]]:
    answer = client.post(f"/{slug}/export", {"write": "1", "what": "all", "column": columns})
    assert answer.status_code == 200
    return rows_of(answer.content, folder)


# The field


@in_both_languages
def test_the_field_is_in_form_page_list_filter_and_log(language: str, staff: Staff, browse: Browse) -> None:
    label, client = LABELS[language][0], in_language(browse(staff.ann), language)
    form = text(client, "/customers/new")
    assert 'name="fleet"' in form
    assert label in form
    assert client.post("/customers/new", {"name": "海客", "fleet": "zwölf"}).status_code == 422
    assert not Customer.objects.exists()
    answer = client.post("/customers/new", {"name": "海客", "fleet": "12"})
    assert answer.status_code == 302
    made = Customer.objects.get()
    assert made.fleet == 12
    page = text(client, f"/customers/{made.pk}/")
    assert label in page
    assert f"/customers/{made.pk}/field/fleet" in page
    assert client.post(f"/customers/{made.pk}/field/fleet", {"fleet": "13", "version": made.version}).status_code == 200
    assert label not in text(client, "/customers/")
    client.post("/customers/columns", {"column": ["name", "fleet"]})
    assert label in text(client, "/customers/?sort=-fleet")
    log = text(client, f"/customers/{made.pk}/log")
    assert label in log
    assert "13" in log
    assert f">{label}</option>" in text(client, "/customers/filter")


def test_the_field_filters(staff: Staff, browse: Browse) -> None:
    small, large = customer(staff.ann, "小车队", fleet=3), customer(staff.ann, "大车队", fleet=300)
    line = {"field": "fleet", "op": "least", "value": "300"}
    found = text(browse(staff.ann), "/customers/?f=" + orjson.dumps({"all": [line]}).decode())
    assert f"/customers/{large.pk}/" in found
    assert small.name not in found


def test_the_field_comes_in_and_goes_out_by_sheet(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    run = bring_in_by_template(browse(staff.ann), "customers", {"客户名称": "海客", "在用车辆数": 12}, tmp_path)
    assert (run.created, run.faulty) == (1, 0), [fault.reasons for fault in run.faults.all()]
    assert Customer.objects.get().fleet == 12
    assert export(browse(staff.boss), "customers", ["name", "fleet"], tmp_path) == [
        ["客户名称", "在用车辆数"],
        ["海客", 12],
    ]


def test_the_field_is_in_the_api(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    made = client.post("/api/v1/customers/", {"name": "海客", "fleet": 12}, content_type="application/json")
    assert made.status_code == 201, made.content
    path = f"/api/v1/customers/{made.json()['id']}"
    assert client.get(path).json()["fleet"] == 12
    changed = client.patch(path, {"fleet": 13, "version": 1}, content_type="application/json")
    assert changed.json()["fleet"] == 13
    assert client.patch(path, {"fleet": "x", "version": 2}, content_type="application/json").status_code == 422
    assert "fleet" in client.get("/api/v1/openapi.json").content.decode()


# The entity


@in_both_languages
def test_the_entity_is_in_the_menu_and_on_all_screens(language: str, staff: Staff, browse: Browse) -> None:
    client, made = in_language(browse(staff.ann), language), vehicle(staff.ann)
    _, name, plate = LABELS[language]
    frame = text(client, "/today/")
    assert 'href="/vehicles/"' in frame
    assert 'href="/vehicles/new"' in frame
    for path in ("", "new", "filter", "columns", "bin/", "import/", f"{made.pk}/", f"{made.pk}/edit"):
        assert name in text(client, f"/vehicles/{path}"), path
    for path in ("", "new", "filter", "columns", f"{made.pk}/", f"{made.pk}/edit"):
        assert plate in text(client, f"/vehicles/{path}"), path
    changed = client.post(f"/vehicles/{made.pk}/edit", {"plate": "粤B67890", "version": made.version})
    assert changed.status_code == 302
    assert "粤B67890" in text(client, f"/vehicles/{made.pk}/")
    assert plate in text(client, f"/vehicles/{made.pk}/log")


def test_the_entity_is_made_by_its_form_and_found(staff: Staff, browse: Browse) -> None:
    client, owner = browse(staff.ann), customer(staff.ann)
    answer = client.post("/vehicles/new", {"plate": "粤B12345", "customer": str(owner.pk)})
    assert answer.status_code == 302
    for words in ("粤B12345", "b123", "海客", "szshk"):
        assert "粤B12345" in text(client, f"/vehicles/?q={words}"), words
    assert "粤B12345" in text(client, "/palette?q=b1234")
    assert "粤B12345" not in text(browse(staff.cat), "/palette?q=b1234")
    assert client.get("/vehicles/pick?q=b1234").json()["items"][0]["label"] == "粤B12345"


def test_the_entity_comes_in_and_goes_out_by_sheet(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    customer(staff.ann, "海客")
    run = bring_in_by_template(browse(staff.ann), "vehicles", {"车牌号": "粤B12345", "客户": "海客"}, tmp_path)
    assert (run.created, run.faulty) == (1, 0), [fault.reasons for fault in run.faults.all()]
    assert export(browse(staff.boss), "vehicles", ["plate", "customer"], tmp_path) == [
        ["车牌号", "客户"],
        ["粤B12345", "海客"],
    ]


def test_the_entity_is_in_the_api(staff: Staff, browse: Browse) -> None:
    client, owner = browse(staff.ann), customer(staff.ann)
    body = {"plate": "粤B12345", "customer": owner.pk}
    made = client.post("/api/v1/vehicles/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.get("/api/v1/vehicles/").json()["items"][0]["plate"] == "粤B12345"
    assert "/api/v1/vehicles/" in client.get("/api/v1/openapi.json").content.decode()
