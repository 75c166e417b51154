"""Own fields that nobody fills in: formulas follow whatever they read, running numbers have no gaps and no doubles."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from haike.bulk.tests.test_bulk import edit
from haike.customers.models import Customer
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add
from haike.jobs.testing import run_ready_jobs
from haike.kernel.change import settle
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19")]
URL = "/settings/fields/customers/"
ENTITY = entity_of(Customer)


@pytest.fixture
def fields(staff: Staff, browse: Browse) -> dict[str, OwnField]:
    """Purchases, shops, and what a shop buys."""
    client = browse(staff.boss)
    return {kind: add(client, kind) for kind in ("money", "number", "formula")}


def values(own: OwnField) -> dict[str, Any]:
    return {row.name: row.custom.get(own.key) for row in Customer._base_manager.all()}


def test_a_formula_follows_form_api_bulk_undo_and_import(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    client, (money, shops, each) = browse(staff.ann), fields.values()
    assert each.facts["formula"] == f"{{{money.key}}} / {{{shops.key}}}", "fields are known by what never changes"
    form = client.get("/customers/new").content.decode()
    assert f'name="{each.key}"' not in form
    client.post("/customers/new", {"name": "甲", money.key: "100", shops.key: "3", each.key: "7"})
    assert values(each) == {"甲": "33.33"}
    record = Customer.objects.get()
    page = client.get(f"/customers/{record.pk}/").content.decode()
    assert each.label in page
    assert "33.33" in page
    client.post(f"/customers/{record.pk}/edit", {shops.key: "8", "version": "1"})
    assert values(each) == {"甲": "12.50"}
    client.post(f"/customers/{record.pk}/field/{shops.key}", {shops.key: "4", "version": "2"})
    assert values(each) == {"甲": "25.00"}
    url = f"/api/v1/customers/{record.pk}"
    answer = client.patch(url, {money.key: "10", "version": 3}, content_type="application/json").json()
    assert answer[each.key] == "2.50"
    assert client.patch(url, {each.key: "9"}, content_type="application/json").status_code == 422
    edit(client, [record], money.key, "80")
    assert values(each) == {"甲": "20.00"}
    client.post(f"/batches/{Batch.objects.latest('id').pk}/undo", {"conflicts": "skip"})
    assert values(each) == {"甲": "2.50"}
    head = ["公司名称", money.label, shops.label, each.label]
    run = bring_in(browse(staff.boss), upload(browse(staff.boss), sheet([["乙", 9, 2, 1]], head=head)))
    assert (run.created, run.faulty) == (1, 0)
    assert values(each) == {"甲": "2.50", "乙": "4.50"}
    line = json.dumps({"all": [{"field": each.key, "op": "more", "value": "3"}]})
    found = browse(staff.boss).get("/api/v1/customers/", {"f": line, "sort": f"-{each.key}"}).json()["items"]
    assert [row["name"] for row in found] == ["乙"]


def test_division_by_zero_is_a_state_that_is_said(staff: Staff, browse: Browse, fields: dict[str, OwnField]) -> None:
    client, (money, shops, each) = browse(staff.ann), fields.values()
    assert client.post("/customers/new", {"name": "甲", money.key: "100", shops.key: "0"}).status_code == 302
    record = Customer.objects.get()
    client.post("/customers/columns", {"column": ["name", each.key]})
    for path in ("", f"{record.pk}/"):
        assert "除数为零" in client.get(f"/customers/{path}").content.decode(), path
    assert client.get(f"/api/v1/customers/{record.pk}").json()[each.key] is None
    out = browse(staff.boss).post(
        "/customers/export", {"write": "1", "what": "ids", "ids": record.pk, "column": ["name", each.key]}
    )
    assert out.status_code == 200
    client.post(f"/customers/{record.pk}/edit", {shops.key: "5", "version": "1"})
    assert values(each) == {"甲": "20.00"}
    assert "除数为零" not in client.get(f"/customers/{record.pk}/").content.decode()


def test_a_formula_reads_formulas_choices_and_what_the_program_finds_out(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    boss, (money, shops, each) = browse(staff.boss), fields.values()
    double = add(boss, "formula", label="两倍", formula=f"{{{each.label}}} * 2", places="1")
    word = add(boss, "formula", label="一句话", formula='IF({两倍} > 50, "大", "小") & {级别}')
    days = add(boss, "formula", label="跟进日", formula="{last_contact_at} + 10")
    record = ENTITY.create(by=staff.ann, name="甲", level="vip", **{money.key: 90, shops.key: 3})
    level = str(ENTITY.looks["level"].text("vip"))
    assert values(double) == {"甲": "60.0"}
    assert values(word) == {"甲": f"大{level}"}
    settle(Customer, record.pk, last_contact_at=datetime(2026, 3, 1, 4, tzinfo=UTC))
    assert values(days) == {"甲": "2026-03-11"}


def test_another_formula_is_worked_out_for_all_records_by_a_job(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    boss, (money, shops, each) = browse(staff.boss), fields.values()
    ENTITY.create(by=staff.ann, name="甲", **{money.key: 90, shops.key: 3})
    data = {"label": each.label, "formula": "{年采购额} - {门店数}", "places": "0", "version": "1"}
    assert "{年采购额} / {门店数}" in boss.get(f"{URL}{each.key}/edit").content.decode()
    assert boss.post(f"{URL}{each.key}/edit", data).status_code == 302
    run_ready_jobs()
    assert values(each) == {"甲": "87"}
    later = add(boss, "formula", label="后来", formula="{年采购额} + 1", places="0")
    run_ready_jobs()
    assert values(later) == {"甲": "91"}
    boss.post(f"{URL}{money.key}/edit", {"label": "年度采购额", "version": "1"})
    assert "{年度采购额} - {门店数}" in boss.get(f"{URL}{each.key}/edit").content.decode()


@pytest.mark.parametrize(
    "formula",
    ["", "{没有} + 1", "1 +", "{店均采购额} + 1", "__import__('os')", "{年采购额} & ", "FOO(1)", "{负责人} + 1"],
)
def test_what_is_no_formula_is_refused_beside_the_field(
    formula: str, staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    own, boss = fields["formula"], browse(staff.boss)
    answer = boss.post(f"{URL}{own.key}/edit", {"label": own.label, "formula": formula, "version": "1"})
    assert answer.status_code == 422
    assert 'id="error-formula"' in answer.content.decode()
    own.refresh_from_db()
    assert own.version == 1


def test_a_circle_is_refused_and_what_is_needed_stays(
    staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    boss, own = browse(staff.boss), fields["formula"]
    add(boss, "formula", label="两倍", formula=f"{{{own.label}}} * 2")
    data = {"label": own.label, "formula": "{两倍} + 1", "version": "1"}
    answer = boss.post(f"{URL}{own.key}/edit", data)
    assert answer.status_code == 422
    assert "两倍 → 店均采购额 → 两倍" in answer.content.decode() or (
        "店均采购额 → 两倍 → 店均采购额" in answer.content.decode()
    )
    refused = boss.post(f"{URL}{fields['money'].key}/delete")
    assert refused.status_code == 422
    fields["money"].refresh_from_db()
    assert fields["money"].deleted_at is None


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_nobody_reads_by_a_formula_what_he_may_not_see(
    right: str, staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    client, (money, shops, each) = browse(staff.ann), fields.values()
    record = ENTITY.create(by=staff.ann, name="甲", **{money.key: 90, shops.key: 3})
    for role in staff.ann.roles.all():
        entity_of(Role).change(role, by=SETUP, field_rights={ENTITY.label: {money.key: right}})
    assert each.key not in client.get(f"/api/v1/customers/{record.pk}").json()
    assert each.label not in client.get(f"/customers/{record.pk}/").content.decode()
    assert each.label not in client.get("/customers/filter").content.decode()
    assert browse(staff.boss).get(f"/api/v1/customers/{record.pk}").json()[each.key] == "30.00"


def test_running_numbers_in_form_import_and_for_what_is_there(staff: Staff, browse: Browse) -> None:
    boss, client = browse(staff.boss), browse(staff.ann)
    ENTITY.create(by=staff.ann, name="早一")
    ENTITY.create(by=staff.ann, name="早二")
    own = add(boss, "serial")
    run_ready_jobs()
    assert values(own) == {"早一": "KH-0001", "早二": "KH-0002"}
    client.post("/customers/new", {"name": "甲", own.key: "KH-9999"})
    run = bring_in(boss, upload(boss, sheet([["乙"], ["丙"], ["甲"]], head=["公司名称"])))
    assert run.created >= 2
    client.post("/customers/new", {"name": ""})
    client.post("/customers/new", {"name": "丁"})
    numbers = sorted(values(own).values())
    assert numbers == [f"KH-{number:04}" for number in range(1, len(numbers) + 1)]
    assert values(own)["甲"] == "KH-0003"
    page = boss.get(f"/customers/?q={values(own)['乙']}").content.decode()
    assert "乙" in page
    record = Customer.objects.get(name="甲")
    assert (
        client.patch(f"/api/v1/customers/{record.pk}", {own.key: "x"}, content_type="application/json").status_code
        == 422
    )
    client.post(f"/customers/{record.pk}/edit", {"name": "甲甲", "version": "1"})
    assert values(own)["甲甲"] == "KH-0003"


@pytest.mark.parametrize("pattern", ["", "KH", "KH-{000}{000}", "KH-{week}-{00}", "{0000}" + "x" * 40])
def test_what_is_no_pattern_is_refused(pattern: str, staff: Staff, browse: Browse) -> None:
    answer = browse(staff.boss).post(f"{URL}new?kind=serial", {"label": "档案号", "pattern": pattern})
    assert answer.status_code == 422
    assert 'id="error-pattern"' in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_no_gap_and_no_double(staff: Staff, browse: Browse) -> None:
    own, clients = add(browse(staff.boss), "serial"), [browse(staff.ann) for __ in range(8)]

    def write(client: Client) -> list[int]:
        try:
            bodies = [{"name": "同时公司"}, {"name": ""}, {"name": "同时公司"}, {"name": "同时公司"}]
            return [
                client.post("/api/v1/customers/", body, content_type="application/json").status_code for body in bodies
            ]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = [code for codes in pool.map(write, clients) for code in codes]
    assert sorted(answers) == [201] * 24 + [422] * 8
    numbers = sorted(row.custom[own.key] for row in Customer._base_manager.all())
    assert numbers == [f"KH-{number:04}" for number in range(1, 25)]
