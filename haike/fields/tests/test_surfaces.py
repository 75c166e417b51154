"""An own field is known to every surface as a built-in one is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from haike.customers.models import Customer
from haike.exchange.tests.test_export import rows_of
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import ALL_KINDS, add, add_all
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19")]


@pytest.fixture
def fields(staff: Staff, browse: Browse) -> dict[str, OwnField]:
    return add_all(browse(staff.boss))


@pytest.fixture
def typed(staff: Staff, fields: dict[str, OwnField]) -> dict[str, Any]:
    """What one types into the form, by the field's name."""
    other = entity_of(Customer).create(by=staff.ann, name="介绍人有限公司")
    raw: dict[str, Any] = {
        "text": "海客",
        "longtext": "第一行\n第二行",
        "number": "1,200",
        "money": "98765.50",
        "date": "2026-03-09",
        "datetime": "2026-03-09T14:05",
        "yesno": "1",
        "choice": "o2",
        "choices": ["o1", "o3"],
        "person": str(staff.ben.pk),
        "department": str(staff.ann.department_id),
        "reference": str(other.pk),
        "phone": "0755-23456789",
        "email": "account@example.com",
        "url": "shop.example.com",
        "time": "下午3点半",
        "address": ["440305", "科技园 1 栋"],
    }
    return {fields[kind].key: value for kind, value in raw.items()}


def open_form(client: Client, record: Customer) -> str:
    return client.get(f"/customers/{record.pk}/edit").content.decode()


def test_the_form_makes_the_page_and_the_list_show_and_the_log_tells(
    staff: Staff, browse: Browse, fields: dict[str, OwnField], typed: dict[str, Any]
) -> None:
    client = browse(staff.ann)
    form = client.get("/customers/new").content.decode()
    assert all(f'name="{own.key}"' in form and own.label in form for own in fields.values())
    assert client.post("/customers/new", {"name": "甲有限公司", **typed}).status_code == 302
    record = Customer.objects.get(name="甲有限公司")
    shown = {
        "text": "海客",
        "longtext": "第一行",
        "number": "1,200",
        "money": "98,765.50",
        "date": "2026-03-09",
        "datetime": "03-09 14:05",
        "choice": '<span class="tag tag-blue">加盟</span>',
        "choices": '<span class="tag tag-green">直营</span> 代理',
        "person": staff.ben.name,
        "department": str(staff.ann.department),
        "reference": "介绍人有限公司",
        "phone": 'href="tel:075523456789"',
        "email": "mailto:account@example.com",
        "url": "https://shop.example.com",
        "time": "15:30",
        "address": "广东省深圳市南山区 科技园 1 栋",
    }
    page = client.get(f"/customers/{record.pk}/").content.decode()
    columns = ["name", *(own.key for own in fields.values())]
    client.post("/customers/columns", {"column": columns})
    listed = client.get("/customers/").content.decode()
    for kind, text in shown.items():
        assert text in page, kind
        assert text in listed, kind
    assert all(own.label in page and own.label in listed for own in fields.values())
    again = open_form(client, record)
    assert 'value="98765.50"' in again
    changed = {**typed, fields["text"].key: "新品牌", "version": "1"}
    assert client.post(f"/customers/{record.pk}/edit", changed).status_code == 302
    diff = Change.objects.filter(entity="customers.customer", record_id=record.pk).latest("id").diff
    assert diff == {fields["text"].key: ["海客", "新品牌"]}
    log = client.get(f"/customers/{record.pk}/log").content.decode()
    assert "经营品牌" in log
    assert "新品牌" in log


def test_one_field_in_place(staff: Staff, browse: Browse, fields: dict[str, OwnField], typed: dict[str, Any]) -> None:
    client = browse(staff.ann)
    record = entity_of(Customer).create(by=staff.ann, name="甲有限公司")
    for version, (key, raw) in enumerate(typed.items(), 1):
        url = f"/customers/{record.pk}/field/{key}"
        assert f'name="{key}"' in client.get(url, headers={"HX-Request": "true"}).content.decode()
        assert client.post(url, {key: raw, "version": str(version)}).status_code in (200, 302), key
    record.refresh_from_db()
    assert set(record.custom) == set(typed)


BAD = {
    "number": ["12a", "1.5", "9" * 20],
    "money": ["1e99", "1.234", "NaN"],
    "date": ["32.13.2026", "0001-01-01"],
    "choice": ["没有的"],
    "choices": [["o1", "没有的"]],
    "person": ["999999"],
    "reference": ["999999", "'; drop table"],
    "phone": ["abc"],
    "email": ["abc"],
    "url": ["javascript:alert(1)"],
    "text": ["长" * 501],
    "time": ["25:00", "9:75", "早"],
    "address": [["440305", "长" * 201]],
}


def test_what_cannot_be_read_is_said_beside_the_field_and_kept(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    client = browse(staff.ann)
    for kind, raws in BAD.items():
        for raw in raws:
            answer = client.post("/customers/new", {"name": "乙有限公司", fields[kind].key: raw})
            assert answer.status_code == 422, (kind, raw)
            assert f'id="error-{fields[kind].key}"' in answer.content.decode(), (kind, raw)
    assert not Customer.objects.filter(name="乙有限公司").exists()


def find(client: Client, own: OwnField, op: str, value: Any, sort: str = "") -> list[str]:
    text = json.dumps({"all": [{"field": own.key, "op": op, "value": value}]})
    answer = client.get("/api/v1/customers/", {"f": text, "sort": sort or "name"})
    assert answer.status_code == 200, answer.content
    names = [each["name"] for each in answer.json()["items"]]
    page = client.get("/customers/", {"f": text, "sort": sort or "name"}).content.decode()
    assert all(name in page for name in names)
    return names


def test_filters_and_sorting_on_every_kind(
    staff: Staff, browse: Browse, fields: dict[str, OwnField], typed: dict[str, Any]
) -> None:
    client, entity = browse(staff.ann), entity_of(Customer)
    full = {key: entity.looks[key].parse(raw, staff.ann) for key, raw in typed.items()}
    entity.create(by=staff.ann, name="A满", **full)
    entity.create(by=staff.ann, name="B空")
    nine = {fields["number"].key: 9, fields["money"].key: 100_000, fields["date"].key: full[fields["date"].key]}
    nine[fields["choice"].key] = "o1"
    nine[fields["text"].key] = "贝壳"
    entity.create(by=staff.ann, name="C另", **nine)
    both, rest = ["A满", "C另"], ["B空", "介绍人有限公司"]
    expected: dict[str, list[tuple[str, Any, list[str]]]] = {
        "text": [("contains", "海", ["A满"]), ("lacks", "海", ["B空", "C另", rest[1]]), ("filled", "", both)],
        "longtext": [("contains", "第二", ["A满"]), ("empty", "", ["B空", "C另", rest[1]])],
        "number": [("is", "1200", ["A满"]), ("less", "10", ["C另"]), ("between", ["9", "1200"], both)],
        "money": [("more", "98765.49", both), ("not", "98765.50", ["B空", "C另", rest[1]]), ("empty", "", rest)],
        "date": [("on", "2026-03-09", both), ("before", "2026-03-09", []), ("after", "2026-03-08", both)],
        "datetime": [("on", "2026-03-09", ["A满"]), ("before", "2026-03-09", [])],
        "yesno": [("yes", "", ["A满"]), ("no", "", ["B空", "C另", rest[1]])],
        "choice": [("one_of", ["o2"], ["A满"]), ("none_of", ["o2"], ["B空", "C另", rest[1]])],
        "choices": [("one_of", ["o3"], ["A满"]), ("none_of", ["o3"], ["B空", "C另", rest[1]])],
        "person": [("one_of", [str(staff.ben.pk)], ["A满"]), ("empty", "", ["B空", "C另", rest[1]])],
        "department": [("one_of", [str(staff.ann.department_id)], ["A满"])],
        "reference": [("one_of", [typed[fields["reference"].key]], ["A满"]), ("filled", "", ["A满"])],
        "phone": [("contains", "2345", ["A满"])],
        "email": [("contains", "account", ["A满"])],
        "url": [("contains", "shop", ["A满"])],
        "time": [("is", "15:30", ["A满"]), ("before", "15:30", []), ("between", ["9:00", "16:00"], ["A满"])],
        "address": [("contains", "南山", ["A满"]), ("lacks", "南山", ["B空", "C另", rest[1]]), ("filled", "", ["A满"])],
    }
    for kind, lines in expected.items():
        for op, value, names in lines:
            assert sorted(find(client, fields[kind], op, value)) == sorted(names), (kind, op)
    for kind in ALL_KINDS.keys() - {"choices"}:
        for sign in ("", "-"):
            assert find(client, fields["text"], "filled", "", f"{sign}{fields[kind].key}"), kind
    # 9 comes before 1 200 and 98 765.50 before 100 000: as numbers, not as text; nothing comes last either way.
    number, money = fields["number"].key, fields["money"].key
    assert find(client, fields["text"], "filled", "", number) == ["C另", "A满"]
    assert find(client, fields["text"], "filled", "", f"-{number}") == both
    assert find(client, fields["text"], "filled", "", money) == both
    names = [each["name"] for each in client.get("/api/v1/customers/", {"sort": f"-{money}"}).json()["items"]]
    assert names[:2] == ["C另", "A满"]


def test_the_filter_builder_and_saved_views_know_it(staff: Staff, browse: Browse, fields: dict[str, OwnField]) -> None:
    client, own = browse(staff.ann), fields["choice"]
    assert own.key in client.get("/customers/filter").content.decode()
    line = {"row-0-group": "0", "row-0-field": own.key, "row-0-operator": "one_of", "row-0-value": "o2", "apply": "1"}
    answer = client.post("/customers/filter", line)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "经营模式" in page
    assert "加盟" in page


def test_the_api_makes_reads_changes_and_describes_it(
    staff: Staff, browse: Browse, fields: dict[str, OwnField], typed: dict[str, Any]
) -> None:
    client, key = browse(staff.ann), {kind: own.key for kind, own in fields.items()}
    body = {
        "name": "甲有限公司",
        key["text"]: "海客",
        key["number"]: 12,
        key["money"]: "3.50",
        key["date"]: "2026-03-09",
        key["datetime"]: "2026-03-09T06:05:00Z",
        key["yesno"]: True,
        key["choice"]: "o2",
        key["choices"]: ["o1"],
        key["person"]: staff.ben.pk,
        key["reference"]: int(typed[key["reference"]]),
        key["time"]: "15:30",
        key["address"]: {"region": "440305", "street": "科技园 1 栋"},
    }
    made = client.post("/api/v1/customers/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/customers/{made.json()['id']}"
    read = client.get(url).json()
    assert {name: read[name] for name in body} == body
    assert read[key["phone"]] is None
    assert client.patch(url, {key["number"]: 13, "version": 1}, content_type="application/json").status_code == 200
    assert client.get(url).json()[key["number"]] == 13
    for wrong in ({key["number"]: "x"}, {key["choice"]: "无"}, {"own_nothing": 1}):
        answer = client.patch(url, wrong, content_type="application/json")
        assert answer.status_code == 422
        assert list(answer.json()["fields"]) == list(wrong)
    shapes = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    for shape in ("CustomerOut", "CustomerNew", "CustomerChange"):
        assert shapes[shape]["properties"][key["money"]]["title"] == "年采购额"


def test_export_then_import_gives_the_same_values(
    staff: Staff, browse: Browse, fields: dict[str, OwnField], typed: dict[str, Any], tmp_path: Path
) -> None:
    entity, boss = entity_of(Customer), browse(staff.boss)
    values = {key: entity.looks[key].parse(raw, staff.boss) for key, raw in typed.items()}
    record = entity.create(by=staff.boss, name="甲有限公司", **values)
    columns = ["name", *typed]
    out = boss.post("/customers/export", {"write": "1", "what": "ids", "ids": str(record.pk), "column": columns})
    head, row = rows_of(out.content, tmp_path)
    assert head[1:] == [fields[kind].label for kind in ALL_KINDS]
    assert isinstance(row[5], date)
    before = dict(record.custom)
    run = bring_in(boss, upload(boss, sheet([["乙有限公司", *row[1:]]], head=head)))
    assert (run.created, run.faulty) == (1, 0), [fault.reasons for fault in run.faults.all()]
    assert Customer.objects.get(name="乙有限公司").custom == before


def test_a_row_with_an_unknown_choice_comes_back_with_the_reason(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    client = browse(staff.boss)
    run = bring_in(
        client, upload(client, sheet([["甲公司", "加盟"], ["乙公司", "没有的"]], head=["公司名称", "经营模式"]))
    )
    assert (run.created, run.faulty) == (1, 1)
    assert "经营模式" in run.faults.get().reasons[0]
    assert "没有的" in run.faults.get().reasons[0]
    assert Customer.objects.get(name="甲公司").custom[fields["choice"].key] == "o2"


def test_rights_on_fields_hold_on_every_surface(
    staff: Staff, browse: Browse, fields: dict[str, OwnField], tmp_path: Path
) -> None:
    own, entity = fields["money"], entity_of(Customer)
    record = entity.create(by=staff.ann, name="甲有限公司", **{own.key: 4321})
    for role in staff.ann.roles.all():
        entity_of(Role).change(role, by=SETUP, field_rights={"customers.customer": {own.key: "hidden"}})
    assert (
        own.label
        in browse(staff.boss).get(f"/roles/{Role.objects.first().pk}/fields?entity=customers").content.decode()
    )
    client, line = browse(staff.ann), json.dumps({"all": [{"field": own.key, "op": "more", "value": "1"}]})
    client.post("/customers/columns", {"column": ["name", own.key]})
    entity.change(record, by=staff.ann, name="甲集团有限公司")
    for path in ("", f"{record.pk}/", f"{record.pk}/edit", f"{record.pk}/log", "new", "filter", "columns", "export"):
        text = client.get(f"/customers/{path}").content.decode()
        assert own.label not in text, path
        assert "4,321" not in text, path
    assert own.key not in client.get(f"/api/v1/customers/{record.pk}").json()
    assert client.get("/api/v1/customers/", {"f": line}).status_code == 422
    assert client.post(f"/customers/{record.pk}/field/{own.key}", {own.key: "1", "version": "2"}).status_code == 422
    api = client.patch(f"/api/v1/customers/{record.pk}", {own.key: "1"}, content_type="application/json")
    assert api.status_code == 422
    record.refresh_from_db()
    assert record.custom[own.key] == "4321.00"


def test_who_sees_no_record_finds_nothing_by_an_own_field(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    own = add(browse(staff.boss), "text", label="暗号", searched="1")
    entity_of(Customer).create(by=staff.ann, name="甲有限公司", **{own.key: "芝麻开门"})
    assert find(browse(staff.ann), own, "contains", "芝麻") == ["甲有限公司"]
    assert find(browse(staff.cat), own, "contains", "芝麻") == []
    assert "甲有限公司" in browse(staff.ann).get("/customers/?q=芝麻").content.decode()
    assert "甲有限公司" in browse(staff.ann).get("/customers/?q=zmkm").content.decode()
    assert "甲有限公司" not in browse(staff.cat).get("/customers/?q=芝麻").content.decode()
