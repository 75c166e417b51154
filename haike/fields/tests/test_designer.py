"""Settings → own fields: who may, what is refused, what is kept."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from haike.customers.models import Customer
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import OPTIONS, add
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entities, entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19")]
URL = "/settings/fields/customers/"


def test_only_who_may_set_finds_the_pages(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "text")
    for user in (staff.ann, staff.ben, staff.cat):
        client = browse(user)
        for path in ("/settings/fields/", URL, f"{URL}new", f"{URL}new?kind=text", f"{URL}{own.key}/edit"):
            assert client.get(path).status_code == 404, path
        for act in ("edit", "delete", "restore", "purge", "move"):
            assert client.post(f"{URL}{own.key}/{act}", {"label": "x"}).status_code == 404, act
        assert client.post(f"{URL}new?kind=text", {"label": "偷加"}).status_code == 404
    own.refresh_from_db()
    assert own.deleted_at is None
    assert OwnField.objects.count() == 1


def test_every_entity_can_have_fields(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    page = client.get("/settings/fields/").content.decode()
    assert 'href="/help/fields/"' in page
    assert "自定义字段" in client.get("/help/fields/").content.decode()
    for entity in entities():
        assert f"/settings/fields/{entity.slug}/" in page
        assert client.get(f"/settings/fields/{entity.slug}/").status_code == 200
        own = add(client, "text", entity.slug, label=f"附加{entity.slug}")
        assert own.label in client.get(f"{entity.url}filter").content.decode(), entity.label


def test_what_cannot_be_is_said_beside_it(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    add(client, "text", label="品牌")
    bad: list[tuple[str, dict[str, Any], str]] = [
        ("text", {"label": ""}, "label"),
        ("text", {"label": "品牌"}, "label"),
        ("text", {"label": "备注"}, "label"),
        ("text", {"label": "长" * 61}, "label"),
        ("text", {"label": "甲", "length": "0"}, "length"),
        ("text", {"label": "甲", "length": "9999"}, "length"),
        ("text", {"label": "甲", "length": "3", "default": "四个字呢"}, "default"),
        ("number", {"label": "甲", "places": "9"}, "places"),
        ("number", {"label": "甲", "default": "abc"}, "default"),
        ("choice", {"label": "甲"}, "options"),
        ("choice", {"label": "甲", "options": ["一", "一"]}, "options"),
        ("choice", {"label": "甲", "options": [f"第{n}项" for n in range(201)]}, "options"),
        ("choice", {"label": "甲", **OPTIONS, "default": "没有的"}, "default"),
        ("reference", {"label": "甲"}, "target"),
        ("reference", {"label": "甲", "target": "customers.nothing"}, "target"),
        ("text", {"label": "甲", "when": ["level=A", "stage=x"]}, "when"),
        ("text", {"label": "甲", "when": ["level=没有的"]}, "when"),
    ]
    for kind, data, name in bad:
        answer = client.post(f"{URL}new?kind={kind}", data)
        assert answer.status_code == 422, (kind, data)
        assert f'id="error-{name}"' in answer.content.decode(), (kind, name)
    assert OwnField.objects.count() == 1
    assert client.get(f"{URL}new?kind=nothing").status_code == 200
    assert client.post(f"{URL}preview?kind=nothing").status_code == 404


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("{门店数} / {年采购", "“年采购”前的花括号没有关上"),
        ("{门店数} + 1 2", "从第 11 个字起看不懂：“2”"),
        ("{门店教} * 2", "是不是想写“门店数”"),
        ("{首要联系人} & 1", "公式不能引用字段“首要联系人”"),
        ("如果({门店数} > 3, 1)", "“如果”需要 3 个值"),
        ("{门店数} / 0", "除数是零"),
    ],
)
def test_a_wrong_formula_is_answered_in_the_words_in_which_it_was_typed(
    formula: str, sentence: str, staff: Staff, browse: Browse
) -> None:
    client = browse(staff.boss)
    add(client, "number", label="门店数")
    answer = client.post(f"{URL}new?kind=formula", {"label": "甲", "formula": formula})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_formula_may_begin_as_in_a_spreadsheet(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    shops = add(client, "number", label="门店数")
    own = add(client, "formula", label="甲", formula=" ={门店数} * 2")
    customer = entity_of(Customer).create(by=staff.ann, name="甲有限公司", **{shops.key: 21})
    assert customer.custom[own.key] == "42.00"


def test_each_act_stands_in_the_log(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    own = add(client, "text", label="品牌")
    client.post(f"{URL}{own.key}/edit", {"label": "经营品牌", "required": "1", "version": "1"})
    client.post(f"{URL}{own.key}/delete")
    client.post(f"{URL}{own.key}/restore")
    rows = Change.objects.filter(entity="fields.ownfield", record_id=own.pk).order_by("id")
    assert [row.action for row in rows] == ["create", "change", "delete", "restore"]
    assert rows[1].diff["label"] == ["品牌", "经营品牌"]
    assert rows[1].diff["required"] == [False, True]
    assert {row.by_id for row in rows} == {staff.boss.pk}
    assert "经营品牌" in client.get("/settings/operations/?kind=fields.ownfield").content.decode()


def test_two_administrators_do_not_overwrite_each_other(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    own = add(client, "text", label="品牌")
    assert client.post(f"{URL}{own.key}/edit", {"label": "甲", "version": "1"}).status_code == 302
    second = client.post(f"{URL}{own.key}/edit", {"label": "乙", "version": "1"})
    assert second.status_code == 422
    assert 'value="乙"' in second.content.decode()
    own.refresh_from_db()
    assert own.label == "甲"


def test_renamed_while_somebody_types_loses_nothing(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "text", label="品牌")
    form = browse(staff.ann).get("/customers/new").content.decode()
    assert f'name="{own.key}"' in form
    browse(staff.boss).post(f"{URL}{own.key}/edit", {"label": "主营品牌", "version": "1"})
    assert browse(staff.ann).post("/customers/new", {"name": "甲有限公司", own.key: "海客"}).status_code == 302
    record = Customer.objects.get()
    assert record.custom == {own.key: "海客"}
    assert "主营品牌" in browse(staff.ann).get(f"/customers/{record.pk}/").content.decode()


def test_deleted_while_somebody_types_the_words_are_shown_once_more(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "text")
    ann = browse(staff.ann)
    customer = entity_of(Customer).create(by=staff.ann, name="甲公司", **{own.key: "旧话"})
    browse(staff.boss).post(f"{URL}{own.key}/delete")
    path, sent = f"/customers/{customer.pk}/edit", {"name": "乙公司", "version": customer.version, own.key: "新写的话"}
    first = ann.post(path, sent)
    assert first.status_code == 422
    assert "经营品牌" in first.content.decode()
    assert "新写的话" in first.content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', first.content.decode())
    assert seen is not None
    assert ann.post(path, {**sent, "seen": html.unescape(seen[1])}).status_code == 302
    customer.refresh_from_db()
    assert customer.name == "乙公司"
    browse(staff.boss).post(f"{URL}{own.key}/restore")
    assert entity_of(Customer).looks[own.key].get(Customer.objects.get()) == "旧话"
    browse(staff.boss).post(f"{URL}{own.key}/delete")
    unchanged = {**sent, own.key: "旧话", "version": customer.version, "name": "丙公司"}
    assert ann.post(path, unchanged).status_code == 302


def test_a_deleted_field_keeps_its_values_until_it_is_purged(staff: Staff, browse: Browse) -> None:
    client, entity = browse(staff.boss), entity_of(Customer)
    own = add(client, "text", label="品牌")
    record = entity.create(by=staff.ann, name="甲有限公司", **{own.key: "海客"})
    entity.change(record, by=staff.ann, **{own.key: "海客二代"})
    page = f"/customers/{record.pk}/"
    client.post(f"{URL}{own.key}/delete")
    client.get("/today/")  # shows the message, which can undo it
    for path in (page, f"{page}edit", "/customers/filter", "/customers/columns"):
        assert own.key not in client.get(path).content.decode(), path
    assert "海客二代" not in client.get(page).content.decode().split('id="panel"')[0]
    log = client.get(f"{page}log").content.decode()
    assert "品牌" in log
    assert "海客二代" in log
    text = json.dumps({"all": [{"field": own.key, "op": "is", "value": "海客二代"}]})
    assert client.get("/customers/", {"f": text}).status_code == 200
    client.post(f"{URL}{own.key}/restore")
    assert "海客二代" in client.get(page).content.decode()
    client.post(f"{URL}{own.key}/delete")
    add(client, "text", label="品牌")
    assert client.post(f"{URL}{own.key}/restore").status_code == 422
    client.post(f"{URL}{own.key}/purge")
    run_ready_jobs()
    record.refresh_from_db()
    assert record.custom == {}
    assert "品牌" in client.get(f"{page}log").content.decode()
    client.post(f"{URL}{own.key}/restore")
    own.refresh_from_db()
    assert own.deleted_at is not None
    assert Customer.objects.get().version == 2


def test_an_option_taken_out_stays_where_it_is_in_use(staff: Staff, browse: Browse) -> None:
    client, entity = browse(staff.boss), entity_of(Customer)
    own = add(client, "choice")
    record = entity.create(by=staff.ann, name="甲有限公司", **{own.key: "o2"})
    form = client.get(f"{URL}{own.key}/edit").content.decode()
    assert 'value="加盟"' in form
    data = {"label": own.label, "version": "1", "options": ["直营店", "代理"], "options-code": ["o1", "o3"]}
    assert client.post(f"{URL}{own.key}/edit", data).status_code == 302
    page, new = client.get(f"/customers/{record.pk}/").content.decode(), client.get("/customers/new").content.decode()
    assert "加盟" in page
    assert "加盟" not in new
    assert "直营店" in new
    assert "加盟" in client.get(f"/customers/{record.pk}/edit").content.decode()
    assert client.post(f"/customers/{record.pk}/edit", {own.key: "o2", "version": "1"}).status_code == 302
    assert client.get(f"{URL}{own.key}/edit").content.decode().count('value="o2"') == 1


def test_lines_of_a_pick_list_move_without_scripts(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    data = {"label": "模式", "options": ["一", "二", "三"], "options-do": "up-2"}
    answer = client.post(f"{URL}new?kind=choice", data)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.index('value="一"') < text.index('value="三"') < text.index('value="二"')
    assert not OwnField.objects.exists()


def test_order_by_buttons(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    keys = [add(client, "text", label=label).key for label in ("甲", "乙", "丙")]
    client.post(f"{URL}{keys[2]}/move", {"to": "up"})
    client.post(f"{URL}{keys[0]}/move", {"to": "up"})
    form = client.get("/customers/new").content.decode()
    assert form.index(keys[0]) < form.index(keys[2]) < form.index(keys[1])


def test_html_in_names_and_options_stays_text(staff: Staff, browse: Browse) -> None:
    evil = "<script>alert(1)</script>"
    client, entity = browse(staff.boss), entity_of(Customer)
    own = add(client, "choice", label=evil, help=f'"{evil}', options=[evil, "乙"], required="1")
    add(client, "text", label="只在", when=[f"{own.key}=o1"])
    record = entity.create(by=staff.boss, name="甲有限公司", **{own.key: "o1"})
    client.post("/customers/columns", {"column": ["name", own.key]})
    line = json.dumps({"all": [{"field": own.key, "op": "one_of", "value": ["o1"]}]})
    entity.change(record, by=staff.boss, **{own.key: "o2"})
    paths = ["", f"?f={line}", f"{record.pk}/", f"{record.pk}/edit", f"{record.pk}/log", "new", "filter", "columns"]
    paths += ["export", f"filter?f={line}", f"{record.pk}/panel/timeline"]
    for path in (*(f"/customers/{path}" for path in paths), URL, "/settings/fields/", f"{URL}{own.key}/edit"):
        assert evil not in client.get(path).content.decode(), path
    assert evil not in client.post("/customers/new", {"name": "乙"}).content.decode()


def test_default_help_and_required(staff: Staff, browse: Browse) -> None:
    client, ann = browse(staff.boss), browse(staff.ann)
    own = add(client, "choice", default="加盟", required="1", help="门店怎么开")
    add(client, "date", default="今天")
    form = ann.get("/customers/new").content.decode()
    assert '<option value="o2" selected>' in form
    assert "门店怎么开" in form
    assert own.key in ann.get("/customers/new?quick=1").content.decode()
    refused = ann.post("/customers/new", {"name": "甲有限公司", own.key: ""})
    assert refused.status_code == 422
    assert f'id="error-{own.key}"' in refused.content.decode()
    api = ann.post("/api/v1/customers/", {"name": "甲有限公司"}, content_type="application/json")
    assert api.status_code == 422
    assert list(api.json()["fields"]) == [own.key]
    assert not Customer.objects.exists()


def test_asked_only_under_its_condition(staff: Staff, browse: Browse) -> None:
    client, ann = browse(staff.boss), browse(staff.ann)
    model = add(client, "choice")
    own = add(client, "number", when=[f"{model.key}=o2"], required="1")
    assert "data-when=" in ann.get("/customers/new").content.decode()
    assert ann.post("/customers/new", {"name": "甲有限公司", model.key: "o1"}).status_code == 302
    refused = ann.post("/customers/new", {"name": "乙有限公司", model.key: "o2"})
    assert refused.status_code == 422
    assert f'id="error-{own.key}"' in refused.content.decode()
    assert ann.post("/customers/new", {"name": "乙有限公司", model.key: "o2", own.key: "3"}).status_code == 302
    record = Customer.objects.get(name="甲有限公司")
    in_place = ann.post(f"/customers/{record.pk}/field/{model.key}", {model.key: "o2", "version": "1"})
    assert in_place.status_code == 422
    assert own.label not in ann.get(f"/customers/{record.pk}/").content.decode()
    assert own.label in ann.get(f"/customers/{Customer.objects.get(name='乙有限公司').pk}/").content.decode()


@pytest.mark.parametrize(
    ("kind", "first", "same"), [("text", "A-1", "A-1"), ("number", "5", "5.0"), ("date", "2026-03-09", "2026/3/9")]
)
def test_no_two_records_have_a_unique_value(kind: str, first: str, same: str, staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), kind, unique="1")
    ann = browse(staff.ann)
    assert ann.post("/customers/new", {"name": "甲有限公司", own.key: first}).status_code == 302
    refused = ann.post("/customers/new", {"name": "乙有限公司", own.key: same})
    assert refused.status_code == 422
    assert f'id="error-{own.key}"' in refused.content.decode()
    assert ann.post("/customers/new", {"name": "乙有限公司"}).status_code == 302
    assert ann.post("/customers/new", {"name": "丙有限公司"}).status_code == 302
    first_record = Customer.objects.get(name="甲有限公司")
    assert ann.post(f"/customers/{first_record.pk}/edit", {own.key: same, "version": "1"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_get_a_unique_value(staff: Staff, browse: Browse) -> None:
    own, clients = add(browse(staff.boss), "text", unique="1"), [browse(staff.ann) for __ in range(4)]

    def ask(client: Client) -> int:
        try:
            body = {"name": "同时公司", own.key: "A-1"}
            return client.post("/api/v1/customers/", body, content_type="application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(ask, clients))
    assert answers == [201, 422, 422, 422]
    assert Customer.objects.count() == 1


def test_a_conflict_shows_both_versions(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "text")
    record = entity_of(Customer).create(by=staff.ann, name="甲有限公司", **{own.key: "旧"})
    entity_of(Customer).change(record, by=staff.ann, **{own.key: "别人写的"})
    answer = browse(staff.ann).post(f"/customers/{record.pk}/edit", {own.key: "我写的", "version": "1"})
    assert answer.status_code == 409
    assert "别人写的" in answer.content.decode()
    assert "我写的" in answer.content.decode()
