"""What a company demands holds for every writer, and nobody is stopped from other changes of what was there before."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.tests.test_bulk import edit
from haike.customers.models import Contact, Customer
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.fields.layout.actions import save_layout
from haike.fields.layout.held import shipped_of
from haike.fields.layout.plan import Plan
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.lead.convert import convert
from haike.sales.models import Lead
from haike.work.models import FollowUp

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19")]
ENTITY = entity_of(Customer)
SHORT = "short_name"


def demand(staff: Staff, names: list[str], entity: Any = ENTITY, line: str = "") -> None:
    """A layout that demands these."""
    plan = Plan.shipped(shipped_of(entity))
    plan.required = names
    save_layout(entity, line, plan, version=0, by=staff.boss)


@pytest.fixture
def old(staff: Staff) -> Customer:
    """A customer from before anything was demanded."""
    return ENTITY.create(by=staff.ann, name="旧客户有限公司")  # type: ignore[no-any-return]


@pytest.fixture
def own(staff: Staff, browse: Browse, old: Customer) -> OwnField:
    """An own field that must be filled in, and a layout that demands a field of the program."""
    field = add(browse(staff.boss), "text", required="1")
    demand(staff, [SHORT])
    return field


def send(client: Client, path: str, **body: Any) -> Any:
    method = client.patch if path.rstrip("/").rsplit("/", 1)[-1].isdigit() else client.post
    return method(path, body, content_type="application/json")


def test_the_api_demands_them(staff: Staff, browse: Browse, own: OwnField, old: Customer) -> None:
    ann, full = browse(staff.ann), {own.key: "海客", SHORT: "新"}
    for missing in full:
        body = {name: value for name, value in full.items() if name != missing}
        for empty in ({}, {missing: ""}):
            answer = send(ann, "/api/v1/customers/", name="新客户有限公司", **body, **empty)
            assert answer.status_code == 422, (missing, empty)
            assert list(answer.json()["fields"]) == [missing]
    assert Customer.objects.count() == 1
    assert send(ann, "/api/v1/customers/", name="新客户有限公司", **full).status_code == 201
    made = f"/api/v1/customers/{Customer.objects.latest('id').pk}"
    for name in full:
        assert send(ann, made, **{name: ""}).status_code == 422
        assert send(ann, made, **{name: "另"}).status_code == 200
    # One from before is not stopped from anything else, only from nothing being made of something.
    path = f"/api/v1/customers/{old.pk}"
    assert send(ann, path, remark="一").status_code == 200
    assert send(ann, path, **{SHORT: "旧"}).status_code == 200
    assert send(ann, path, **{SHORT: ""}).status_code == 422


def test_an_import_demands_them(staff: Staff, browse: Browse, own: OwnField, old: Customer) -> None:
    boss = browse(staff.boss)
    head = ["公司名称", own.label, "简称"]
    rows = [["甲有限公司", "海客", "甲"], ["乙有限公司", "海客", ""], ["丙有限公司", "", "丙"]]
    run = bring_in(boss, upload(boss, sheet(rows, head=head)))
    assert (run.created, run.faulty) == (1, 2)
    reasons = [" ".join(fault.reasons) for fault in run.faults.order_by("row")]
    assert "简称" in reasons[0]
    assert own.label in reasons[1]
    # A sheet without the column names each row, or says beforehand that the column is needed.
    run = bring_in(boss, upload(boss, sheet([["丁有限公司", "海客"]], head=head[:2])))
    assert (run.created, run.faulty) == (0, 1)
    # An update of one from before may leave it empty.
    update = sheet([[old.name, "海客", "", "补充说明"]], head=[*head, "备注"])
    run = bring_in(boss, upload(boss, update), rule="update")
    assert (run.updated, run.faulty) == (1, 0)


def test_bulk_and_cell_do_not_empty_them(staff: Staff, browse: Browse, own: OwnField) -> None:
    ann = browse(staff.ann)
    record = ENTITY.create(by=staff.ann, name="甲有限公司", **{own.key: "海客", SHORT: "甲"})
    for name in (own.key, SHORT):
        edit(ann, [record], name, "", how="empty")
        answer = ann.post(f"/customers/{record.pk}/field/{name}", {name: "", "version": "1"})
        assert answer.status_code == 422
    record.refresh_from_db()
    assert (record.custom[own.key], record.short_name, record.version) == ("海客", "甲", 1)


def test_a_bulk_edit_tells_for_each_record_what_its_line_demands(staff: Staff, browse: Browse) -> None:
    first, second = list(ENTITY.looks["business_line"].options())[:2]  # type: ignore[attr-defined]
    demand(staff, [SHORT], line=first)
    strict = ENTITY.create(by=staff.ann, name="甲有限公司", short_name="甲", business_line=first)
    loose = ENTITY.create(by=staff.ann, name="乙有限公司", short_name="乙", business_line=second)
    with pytest.raises(Refused) as no:
        ENTITY.create(by=staff.ann, name="丙有限公司", business_line=first)
    assert list(no.value.fields) == [SHORT]
    answer = edit(browse(staff.ann), [strict, loose], SHORT, "", how="empty")
    assert answer.status_code == 302, answer.content.decode()
    batch = Batch.objects.latest("id")
    assert (batch.changed, batch.refused) == (1, 1)
    strict.refresh_from_db()
    loose.refresh_from_db()
    assert (strict.short_name, loose.short_name) == ("甲", "")


def test_who_may_not_fill_it_in_is_not_asked(staff: Staff, own: OwnField) -> None:
    for role in staff.ann.roles.all():
        entity_of(Role).change(role, by=SETUP, field_rights={ENTITY.label: {own.key: "hidden", SHORT: "read"}})
    ann = User.objects.get(pk=staff.ann.pk)
    assert ENTITY.create(by=ann, name="甲有限公司").pk
    assert ENTITY.create(by=SETUP, name="乙有限公司").pk


def test_short_forms_ask_for_them_too(staff: Staff, browse: Browse, own: OwnField, old: Customer) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    talk = add(boss, "text", "follow-ups", label="谈话地点", required="1")
    person = add(boss, "text", "contacts", label="兴趣", required="1")
    form = ann.get("/customers/new?quick=1").content.decode()
    assert all(f'name="{name}"' in form for name in (own.key, SHORT, f"contact-{person.key}"))
    assert own.label in ann.get("/customers/grid").content.decode()
    box = ann.get(f"/follow-ups/new?customer={old.pk}").content.decode()
    assert f'name="{talk.key}"' in box
    said = {"manner": "call", "content": "谈了报价"}
    answer = ann.post(f"/follow-ups/new?customer={old.pk}&place=form", said)
    assert answer.status_code == 422
    assert "谈话地点" in answer.content.decode()
    assert ann.post(f"/follow-ups/new?customer={old.pk}&place=form", {**said, talk.key: "工厂"}).status_code == 302
    assert FollowUp.objects.get().custom[talk.key] == "工厂"
    quick = {"name": "新客户有限公司", own.key: "海客", SHORT: "新", "contact-name": "罗敏"}
    assert ann.post("/customers/new?quick=1", quick).status_code == 422
    assert not Contact.objects.exists()
    assert ann.post("/customers/new?quick=1", {**quick, f"contact-{person.key}": "钓鱼"}).status_code == 302
    assert Contact.objects.get().custom[person.key] == "钓鱼"


def test_what_follows_from_another_act_is_made(staff: Staff, own: OwnField) -> None:
    """A lead is converted: nobody is there who could be asked for the customer's fields."""
    lead = entity_of(Lead).create(by=staff.ann, company="线索有限公司", person="罗敏", mobile="13900002222")
    made = convert(Lead.objects.get(pk=lead.pk), by=staff.ann)
    assert made.customer.short_name == ""
    with pytest.raises(Refused):
        ENTITY.create(by=staff.ann, name="直接新建有限公司")


texts = st.sampled_from(["", "值"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.tuples(texts, texts), after=st.lists(st.tuples(st.sampled_from([0, 1]), texts), max_size=4))
def test_nothing_demanded_is_ever_emptied(
    staff: Staff, own: OwnField, before: tuple[str, str], after: list[tuple[int, str]]
) -> None:
    """Whatever is changed in whatever order: what had a value has one, and only emptying is refused."""
    names = [own.key, SHORT]
    kept = dict(zip(names, before, strict=True))
    record = ENTITY.create(by=SETUP, name="甲", **{name: value for name, value in kept.items() if value})
    for place, value in after:
        name = names[place]
        refused = bool(kept[name]) and not value
        try:
            record = ENTITY.change(record, by=staff.boss, **{name: value or (None if name == own.key else "")})
        except Refused:
            assert refused
        else:
            assert not refused
            kept[name] = value
    record.refresh_from_db()
    assert {own.key: record.custom.get(own.key, ""), SHORT: record.short_name} == kept
    assert json.dumps(record.custom)
