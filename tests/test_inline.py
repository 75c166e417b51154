"""A field edited in its place: every field of every entity, every kind of field, rights, and two people at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localtime

from haike.customers.models import Customer
from haike.kernel.change import archive, change, create
from haike.kernel.entity import Entity, entities, entity_of
from haike.kernel.log import Change
from haike.kernel.policy import System
from haike.people.models import ExchangeRate, Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.models import FollowUp
from tests.samples import make, value_for

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6368686800000304018129e5a1c3"
    "0000000049454e44ae426082"
)
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P16")]
OWN_FORMS = {"edit", "field"}
TYPED = {
    "qq": "10001234",
    "work.followup.next_at": "2199-03-09T14:05",
    "tax_number": "91350100M000100Y43",
    "rate": "1.5",
    "floor_price": "1.00",
}
TYPED |= {"shares": "50/30/20", "money.plantemplate.days": "0/30/60", "upper_limit": "1000"}
TIED = {
    "by_hand": "明细金额为零",
    "reports_to": "同一客户",
    "longitude": "一起填写",
    "latitude": "一起填写",
    "contact": "联系人",
    "customer": "不能换客户",
    "next_at": "要晚于",
    "recycles": "多少天后回收",
    "managers": "需要成员",
    "lead": "线索",
    "runs": "先设置条件",
    "people": "人员或部门",
    "sellers": "请填写负责销售",
    "is_standard": "不用填百分比",
    "unit": "别的产品",
    "contract": "别的客户",
    "order": "别的客户",
    "quote": "别的客户",
    "opportunity": "客户",
    "plan": "别的客户",
    "payment": "别的客户",
    "sales.shipment.order": "不能换订单",
    "outcome": "项目结束时",
    "superior": "别的项目",
    "solution": "另一个商机",
    "sales.opportunitydecider.superior": "另一个商机",
    "sales.saleexpense.contract": "选其中一个",
    "sales.saleexpense.order": "选其中一个",
}
"""Fields that make sense only together with another; alone they are refused beside the field.

A sample of another record belongs to another customer or product than the record it is typed into.
"""
CLEARED = {"heat_reason", "heat_until", "next_what", "next_manner", "invalid_reason"}
"""Fields that stay empty while another one says that there is nothing to tell: not hot, no next contact, not invalid."""


WALKED = [entity for entity in entities() if entity.creatable and not OWN_FORMS & set(entity.views)]


def fields_of(entity: Entity) -> list[str]:
    """The fields that somebody may fill in on a record that is there; its owner changes by handing it over."""
    shut = {*entity.settled, *entity.once, "owner"}
    return [name for name, look in entity.looks.items() if look.editable and name not in shut]


@pytest.mark.parametrize("entity", WALKED, ids=lambda entity: entity.label)
def test_every_field_opens_saves_and_shows(entity: Entity, staff: Staff, browse: Browse) -> None:
    # A document may be turned to another currency as long as that has a rate.
    create(ExchangeRate, by=System("test"), currency="USD", on=date(2000, 1, 1), rate=Decimal("7.2"))
    record, client = make(entity, by=staff.boss), browse(staff.boss)
    assert fields_of(entity) or entity.once
    for name in fields_of(entity):
        look, url = entity.looks[name], f"{entity.url_of(record)}field/{name}"
        opened = client.get(url, headers=HTMX)
        assert opened.status_code == 200, name
        page = opened.content.decode()
        for needed in (f'id="field-{name}"', f'name="version" value="{record.version}"', f'name="{name}"'):
            assert needed in page, name
        if look.kind == "picture":
            sent: Any = {name: SimpleUploadedFile("a.png", PICTURE, "image/png")}
        else:
            sent = {
                name: TYPED.get(f"{entity.label}.{name}") or TYPED.get(name) or look.raw(value_for(look, staff.boss))
            }
        saved = client.post(url, {"version": record.version, **sent}, headers=HTMX)
        if "仍然保存" in saved.content.decode():
            # Allowed, but strange enough to be asked about; the answer carries what says yes.
            sure = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', saved.content.decode()))
            saved = client.post(url, {**sure, **sent}, headers=HTMX)
        said = TIED.get(f"{entity.label}.{name}") or TIED.get(name)
        if said and saved.status_code == 422:
            assert f'id="error-{name}"' in saved.content.decode()
            assert said in saved.content.decode()
            continue
        assert saved.status_code == 200, (name, saved.content.decode()[-1500:])
        assert "data-field-form" not in saved.content.decode()
        assert saved.content == client.get(url, {"show": "1"}, headers=HTMX).content
        record = entity.model.objects.get(pk=record.pk)
        if look.kind != "picture" and name not in CLEARED:
            assert look.raw(look.get(record)) == sent[name], name


@pytest.fixture
def customer(staff: Staff) -> Customer:
    made: Customer = entity_of(Customer).create(
        by=staff.ann, name="海客科技有限公司", short_name="海客", remark="原来", phone="0755-8888888", tax_number=""
    )
    return made


KINDS = [
    ("name", "新的名字", "新的名字", "", "请填写"),
    ("remark", "第一行\r\n第二行", "第一行\n第二行", "字" * 20_001, "20000"),
    ("longitude", "", None, "many", ""),
    ("credit_limit", "1,280.50", "1280.50", "1.2.3", ""),
    ("heat_until", "", None, "2026-02-30", ""),
    ("birthday", "", "", "99-99", ""),
    ("level", "", "", "zzz", ""),
    ("phone", "138 1234 5678", "13812345678", "no phone", ""),
    ("email", "a@example.com", "a@example.com", "a@b@c", ""),
    ("website", "https://example.com/", "https://example.com/", "javascript:alert(1)", ""),
    ("region", "440305", "440305", "000000", ""),
    ("parent", "", None, "99999999", "没有"),
]


@pytest.mark.parametrize(("name", "typed", "kept", "wrong", "said"), KINDS, ids=[kind[0] for kind in KINDS])
def test_each_kind_keeps_what_is_wrong_and_says_why(
    name: str, typed: str, kept: Any, wrong: str, said: str, customer: Customer, staff: Staff, browse: Browse
) -> None:
    entity = entity_of(Customer)
    if name not in entity.editable_by(staff.ann):
        pytest.fail(f"{name} is no field that Ann fills in")
    client, url = browse(staff.ann), f"/customers/{customer.pk}/field/{name}"
    refused = client.post(url, {"version": "1", name: wrong}, headers=HTMX)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert f'id="error-{name}"' in page
    assert said in page
    assert 'aria-invalid="true"' in page
    if entity.looks[name].kind not in ("reference", "choice", "region"):
        assert wrong[:100] in page, "what was typed is lost"
    assert client.post(url, {"version": "1", name: typed}, headers=HTMX).status_code == 200
    customer.refresh_from_db()
    shown = entity.looks[name].to_json(entity.looks[name].get(customer))
    assert str(shown)[: len(str(kept))] == str(kept)


def test_a_moment_is_typed_as_people_write_it(customer: Customer, staff: Staff, browse: Browse) -> None:
    talk = entity_of(FollowUp).create(by=staff.ann, customer=customer, content="谈过", manner="phone")
    day = f"{localtime() + timedelta(days=3):%Y-%m-%d}"
    client, url = browse(staff.ann), f"/follow-ups/{talk.pk}/field/next_at"
    refused = client.post(url, {"version": "1", "next_at": f"{day} 25:99"}, headers=HTMX)
    assert refused.status_code == 422
    assert f'value="{day} 25:99"' in refused.content.decode()
    assert client.post(url, {"version": "1", "next_at": f"{day} 09:30"}, headers=HTMX).status_code == 200
    talk.refresh_from_db()
    assert f"{localtime(talk.next_at):%Y-%m-%d %H:%M}" == f"{day} 09:30"


def test_what_one_may_not_change_does_not_open(customer: Customer, staff: Staff, browse: Browse) -> None:
    role = Role.objects.get(key="sales")
    entity_of(Role).change(
        role,
        by=staff.boss,
        field_rights={"customers.customer": {"remark": "read", "phone": "masked", "email": "hidden"}},
    )
    client, before = browse(staff.ann), Change.objects.count()
    for name in ("remark", "phone", "email", "created_at", "number", "owner", "nothing"):
        url = f"/customers/{customer.pk}/field/{name}"
        for answer in (client.get(url, headers=HTMX), client.post(url, {"version": "1", name: "1"}, headers=HTMX)):
            assert answer.status_code == 422, name
            assert "data-field-form" not in answer.content.decode()
    assert Change.objects.count() == before
    list_page = client.get("/customers/?columns=x").content.decode()
    assert re.search(r'data-column="name" data-edit="field"', list_page)
    assert not re.search(r'data-column="phone" data-edit', list_page), "a masked column opens"
    assert not re.search(r'data-column="created_at" data-edit', list_page)
    record_page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert f"/customers/{customer.pk}/field/name" in record_page
    assert f"/customers/{customer.pk}/field/remark" not in record_page


def test_who_only_reads_finds_no_field_to_open(customer: Customer, staff: Staff, browse: Browse) -> None:
    assert browse(staff.cat).get(f"/customers/{customer.pk}/field/name", headers=HTMX).status_code == 404
    assert browse(staff.cat).post(f"/customers/{customer.pk}/field/name", {"name": "x"}).status_code == 404


def test_the_second_sees_who_saved_what_and_when(customer: Customer, staff: Staff, browse: Browse) -> None:
    change(customer, by=staff.ben, short_name="贲的简称")
    client, url = browse(staff.ann), f"/customers/{customer.pk}/field/short_name"
    answer = client.post(url, {"version": "1", "short_name": "安的简称"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    for told in ("贲志强", "贲的简称", "海客", "安的简称", "保留我的", "用对方的", 'name="version" value="2"'):
        assert told in page, told
    customer.refresh_from_db()
    assert customer.short_name == "贲的简称"
    assert "贲的简称" in client.get(url, {"show": "1"}, headers=HTMX).content.decode()
    assert client.post(url, {"version": "2", "short_name": "安的简称"}, headers=HTMX).status_code == 200
    customer.refresh_from_db()
    assert (customer.short_name, customer.version) == ("安的简称", 3)


def test_two_fields_of_one_record_stand_side_by_side(customer: Customer, staff: Staff, browse: Browse) -> None:
    change(customer, by=staff.ben, phone="0755-9999999")
    archive(customer, by=staff.ben)
    client = browse(staff.ann)
    answer = client.post(f"/customers/{customer.pk}/field/remark", {"version": "1", "remark": "neu"}, headers=HTMX)
    assert answer.status_code == 200
    customer.refresh_from_db()
    assert (customer.remark, customer.phone) == ("neu", "0755-9999999")


def test_a_complaint_does_not_hide_what_others_saved(customer: Customer, staff: Staff, browse: Browse) -> None:
    """The form that comes back with an error still knows which version its reader has seen."""
    client, url = browse(staff.ann), f"/customers/{customer.pk}/field/name"
    change(customer, by=staff.ben, name="贲的名字")
    refused = client.post(url, {"version": "1", "name": ""}, headers=HTMX).content.decode()
    assert 'name="version" value="1"' in refused
    assert client.post(url, {"version": "1", "name": "安的名字"}, headers=HTMX).status_code == 409
    form = {"form": "business", "kind": "potential", "stage": "prospect", "version": "1", "name": ""}
    page = client.post(f"/customers/{customer.pk}/edit", form, headers=HTMX).content.decode()
    assert 'name="version" value="1"' in page


def test_the_form_shows_field_by_field_and_takes_each_choice(customer: Customer, staff: Staff, browse: Browse) -> None:
    change(customer, by=staff.ben, short_name="贲的简称")
    change(customer, by=staff.boss, phone="13812345678")
    client, url = browse(staff.ann), f"/customers/{customer.pk}/edit"
    form = {"form": "business", "kind": "potential", "stage": "prospect", "name": "安的名字"}
    typed = {**form, "short_name": "安的简称", "phone": "0755-8888888", "remark": "原来", "version": "1"}
    answer = client.post(url, typed, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    # Ann did not touch the telephone: theirs is offered; both changed the short name: hers is.
    assert re.search(r'name="keep-short_name" value="yours" checked', page)
    assert re.search(r'name="keep-phone" value="theirs" checked', page)
    assert "keep-name" not in page, "nobody else changed the name"
    for told in ("贲志强", "白石", "贲的简称", "138 1234 5678"):
        assert told in page, told
    choice = {"version": "3", "keep-short_name": "theirs", "keep-phone": "theirs"}
    assert client.post(url, {**typed, **choice}, headers=HTMX).status_code == 204
    customer.refresh_from_db()
    assert (customer.name, customer.short_name) == ("安的名字", "贲的简称")
    assert customer.phone == "13812345678"


def test_a_form_passes_where_others_changed_what_it_does_not_hold(
    customer: Customer, staff: Staff, browse: Browse
) -> None:
    entity_of(Customer).change(customer, by=staff.boss, owner=staff.ben)
    form = {"form": "business", "kind": "potential", "stage": "prospect", "name": "新的名字", "version": "1"}
    answer = browse(staff.ben).post(f"/customers/{customer.pk}/edit", form, headers=HTMX)
    assert answer.status_code == 204, answer.content.decode()[:500]
    customer.refresh_from_db()
    assert (customer.name, customer.owner) == ("新的名字", staff.ben)


def test_without_a_log_every_difference_is_shown(customer: Customer, staff: Staff, browse: Browse) -> None:
    change(customer, by=staff.ben, short_name="贲的简称", phone="0755-7777777")
    Change.objects.filter(record_id=customer.pk, version=2)._raw_delete("default")
    url = f"/customers/{customer.pk}/field/short_name"
    answer = browse(staff.ann).post(url, {"version": "1", "short_name": "安的简称"}, headers=HTMX)
    assert answer.status_code == 409
    assert "贲的简称" in answer.content.decode()


def test_a_warning_is_seen_before_it_is_saved(customer: Customer, staff: Staff, browse: Browse) -> None:
    other = entity_of(Customer).create(by=staff.ann, name="深圳另一家有限公司")
    client, url = browse(staff.ann), f"/customers/{other.pk}/field/name"
    answer = client.post(url, {"version": "1", "name": customer.name}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "仍然保存" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    other.refresh_from_db()
    assert other.name == "深圳另一家有限公司"
