"""The duplicate guard: on forms, import and API, by one rule, across rights."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from haike.api.token import make_token
from haike.bulk.undo import undo_batch
from haike.customers.contact.record import Contact
from haike.customers.customer.duplicates import CUSTOMER
from haike.customers.customer.record import INDIVIDUAL, Customer
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.identity import identities
from haike.dedupe.index import IdentityKey, ensure_index, keys_ahead, keys_of_record, rebuild, sure_keys_of
from haike.dedupe.keys import keys_of, sure_keys
from haike.dedupe.likeness import compare
from haike.kernel.bulk import start_batch
from haike.kernel.change import purge, remove
from haike.kernel.entity import entity_of
from haike.kernel.option import choose, options
from haike.people.testing import Staff
from haike.refused import Refused

CODE = "91440300708461136T"
NAME = "深圳市海蓝科技有限公司"


def rule(kind: str, value: str) -> None:
    choose(next(each for each in options() if each.key == f"dedupe.{kind}"), value)


def index_now() -> set[tuple[int, int, int]]:
    return set(IdentityKey.objects.values_list("key", "entity", "record_id"))


def ask(client: Any, field: str, **typed: str) -> str:
    answer = client.post(f"/customers/likeness?field={field}", typed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


# -- the index ---------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C3", "X3")
def test_every_writer_keeps_the_index(staff: Staff) -> None:
    """Make, change, import, bulk edit, undo: afterwards the index is what a rebuild would make of it."""
    entity = entity_of(Customer)
    one = make_customer(staff.ann, NAME, phone="0755-26001234", short_name="海蓝", tax_number=CODE)
    contact = make_contact(staff.ann, one, mobile="13800138000")
    entity.change(one, by=staff.ann, name="广州红山贸易有限公司", phone="020-38001234")
    entity_of(Contact).change(contact, by=staff.ann, mobile="13900139000")
    batch = start_batch(entity, "import", "x.xlsx", by=staff.ann)
    rows = [{"name": f"上海青石{n}号商行", "mobile": f"1370013{n:04}"} for n in range(30)]
    entity.create_many(rows, by=staff.ann, batch=batch)
    edit = start_batch(entity, "edit", "", by=staff.ann)
    entity.change(one, by=staff.ann, batch=edit, short_name="红山")
    undo_batch(entity, edit, by=staff.ann)
    undo_batch(entity, batch, by=staff.ann)
    one.refresh_from_db()
    kept = index_now()
    rebuild()
    assert index_now() == kept
    assert {key for key, __, pk in kept if pk == one.pk} >= set(keys_of(CUSTOMER, CUSTOMER.values_of(one)))


@pytest.mark.feature("C3")
@pytest.mark.parametrize("name", ["深圳市海客科技有限公司（南山分公司）", "王小明", ""])
def test_keys_worked_out_ahead_hold_for_the_same_values_only(name: str) -> None:
    record = Customer(name=name, short_name="海客", mobile="13800138000", wechat="hai_ke", tax_number=CODE)
    if name == "王小明":
        record.form = INDIVIDUAL
    row = {key: value for key, value in CUSTOMER.values_of(record).items() if value}
    keys_ahead(entity_of(Customer), [record])
    assert sure_keys_of(CUSTOMER, row, record) == sure_keys(CUSTOMER, row) != {}
    other = {**row, "mobile": "13900139000"}
    assert sure_keys_of(CUSTOMER, other, record) == sure_keys(CUSTOMER, other)
    record.mobile = "13900139000"
    assert keys_of_record(CUSTOMER, record) == keys_of(CUSTOMER, CUSTOMER.values_of(record))


def test_what_is_gone_for_good_leaves_no_key(staff: Staff, django_capture_on_commit_callbacks: Any) -> None:
    one = make_customer(staff.ann, NAME)
    remove(one, by=staff.ann)
    assert entity_of(Customer).check_values({"name": NAME}, None, staff.ann) == []
    with django_capture_on_commit_callbacks(execute=True):
        purge(one, by=staff.boss)
    assert not IdentityKey.objects.exists()


@pytest.mark.feature("C3")
def test_an_older_company_gets_its_index_once(staff: Staff) -> None:
    make_customer(staff.ann, NAME, mobile="13800138000")
    kept = index_now()
    IdentityKey.objects.all().delete()
    ensure_index()
    assert index_now() == kept


@pytest.mark.feature("C3")
def test_a_new_record_costs_few_statements(staff: Staff) -> None:
    make_customer(staff.ann, "甲乙公司")
    with CaptureQueriesContext(connection) as caught:
        make_customer(staff.ann, NAME, mobile="13800138000", tax_number=CODE)
    asked = [q for q in caught if not any(word in q["sql"] for word in ("SAVEPOINT", "BEGIN", "COMMIT"))]
    assert len(asked) <= 12


# -- what is alike -----------------------------------------------------------------------------------------------------


@pytest.mark.feature("C3", "X3")
@pytest.mark.parametrize(
    "typed",
    [
        "海蓝科技（深圳）有限责任公司",
        "深圳 海蓝科技",
        "广东深圳海蓝科技股份有限公司",
        "深圳市海兰科技有限公司",
        "深圳海蓝信息科技有限公司",
    ],
)
def test_the_same_name_in_another_dress_is_found(staff: Staff, typed: str) -> None:
    make_customer(staff.ann, NAME)
    (said,) = entity_of(Customer).check_values({"name": typed}, None, staff.ann)
    assert NAME in str(said)


@pytest.mark.feature("C3")
@pytest.mark.parametrize("typed", ["深圳市海王药业有限公司", "海口蓝天旅行社", "科技有限公司", "蓝", ""])
def test_another_name_is_left_alone(staff: Staff, typed: str) -> None:
    make_customer(staff.ann, NAME)
    assert entity_of(Customer).check_values({"name": typed}, None, staff.ann) == []


@pytest.mark.feature("C3")
def test_short_name_and_mnemonic_are_looked_at(staff: Staff) -> None:
    make_customer(staff.ann, NAME, short_name="海蓝", mnemonic="hlkj")
    for values in ({"short_name": "海蓝"}, {"mnemonic": "HLKJ"}, {"name": "海蓝"}):
        assert entity_of(Customer).check_values({"name": "", **values}, None, staff.ann), values


@pytest.mark.feature("X3")
def test_reasons_add_up_to_the_score(staff: Staff) -> None:
    mine = {"name": NAME, "phone": "075526001234", "tax_number": CODE}
    found = compare(CUSTOMER, mine, CUSTOMER, {"name": "海蓝科技", "phone": "0755-26001234 转 8", "tax_number": CODE})
    assert {"code", "phone", "name"} <= found.kinds
    assert abs(sum(reason.share for reason in found.reasons) - found.score) <= len(found.reasons)
    other = compare(CUSTOMER, mine, CUSTOMER, {"name": NAME, "tax_number": "91440300192381129A"})
    if other.reasons[-1].share < 0:
        assert other.score < 60


@given(st.text(max_size=40), st.text(max_size=40))
@pytest.mark.feature("X3")
def test_likeness_is_the_same_from_both_sides(one: str, other: str) -> None:
    there = compare(CUSTOMER, {"name": one}, CUSTOMER, {"name": other})
    back = compare(CUSTOMER, {"name": other}, CUSTOMER, {"name": one})
    assert there.score == back.score
    assert 0 <= there.score <= 100


# -- forms -------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C3", "X3")
def test_while_typing_the_owner_sees_name_score_and_reasons(staff: Staff, browse: Any) -> None:
    one = make_customer(staff.ann, NAME)
    said = ask(browse(staff.ann), "name", name="深圳市海兰科技有限公司")
    assert NAME in said
    assert f"/customers/{one.pk}/" in said
    assert " %" in said
    assert "alike-share" in said
    assert ask(browse(staff.ann), "name", name="别的公司").strip() == ""


@pytest.mark.feature("C3", "X2")
@pytest.mark.parametrize("field", ["name", "phone", "mobile", "tax_number"])
def test_a_stranger_hears_only_whose_it_is(staff: Staff, browse: Any, field: str) -> None:
    """Everything else that the record and its contact hold is absent from every answer."""
    facts = {
        "name": NAME, "phone": "075526001234", "mobile": "13800138000", "tax_number": CODE, "short_name": "海蓝牌",
        "address": "南山路十八号", "email": "secret@example.com", "remark": "大客户",
    }  # fmt: skip
    one = make_customer(staff.ann, **facts)
    make_contact(staff.ann, one, "钱多多", mobile="13900139000")
    cat = browse(staff.cat)
    typed = "海蓝科技" if field == "name" else facts[field]
    answers = [ask(cat, field, **{field: typed})]
    data = {"name": "全新的公司名字", "form": "business", field: typed}
    posted = cat.post("/customers/new", data)
    assert posted.status_code == 422
    answers.append(str(posted.context["form"].top))
    for said in answers:
        assert staff.ann.name in said
        assert str(staff.south) in said
        secrets = {*facts.values(), one.number, f"/customers/{one.pk}", "钱多多", "13900139000"} - {typed}
        assert not [secret for secret in secrets if secret in said]
        assert "%" not in said
    assert not Customer.objects.filter(owner=staff.cat).exists()


@pytest.mark.feature("X2")
def test_a_stranger_hears_nothing_of_mere_resemblance(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    assert ask(browse(staff.cat), "name", name="深圳海蓝信息技术有限公司").strip() == ""


@pytest.mark.feature("C3")
def test_a_setting_keeps_others_records_out_of_the_look_while_typing(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    cat = browse(staff.cat)
    assert staff.ann.name in ask(cat, "name", name=NAME)
    rule("across", False)  # type: ignore[arg-type]
    assert ask(cat, "name", name=NAME).strip() == ""
    assert cat.post("/customers/new", {"name": NAME, "form": "business"}).status_code == 422


@pytest.mark.feature("C3")
def test_a_form_warns_once_and_then_saves(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    ann, data = browse(staff.ann), {"name": "海蓝科技", "form": "business"}
    first = ann.post("/customers/new", data)
    assert first.status_code == 422
    assert Customer.objects.count() == 1
    data["seen"] = first.context["form"].hidden["seen"]
    assert ann.post("/customers/new", data).status_code == 302
    assert Customer.objects.count() == 2


@pytest.mark.feature("C3")
def test_the_form_carries_the_place_of_the_note(staff: Staff, browse: Any) -> None:
    page = browse(staff.ann).get("/customers/new").content.decode()
    for field in ("name", "phone", "tax_number"):
        assert f'hx-post="/customers/likeness?field={field}"' in page
    one = make_customer(staff.ann, NAME)
    assert f"field=name&key={one.pk}" in browse(staff.ann).get(f"/customers/{one.pk}/edit").content.decode()


@pytest.mark.feature("C3")
def test_bad_questions_find_no_page(staff: Staff, browse: Any) -> None:
    ann = browse(staff.ann)
    assert ann.get("/customers/likeness?field=name").status_code == 404
    assert ann.post("/customers/likeness?field=remark", {"remark": "x"}).status_code == 404
    assert ann.post("/customers/likeness?field=name&key=99999", {"name": NAME}).status_code == 404
    assert ann.post("/users/likeness?field=name", {"name": NAME}).status_code == 404
    assert ask(ann, "phone", phone="no number").strip() == ""


# -- strict rules ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C3")
def test_a_forbidden_duplicate_is_refused_everywhere_by_one_sentence(staff: Staff, browse: Any) -> None:
    rule("name", "forbid")
    make_customer(staff.ann, NAME)
    with pytest.raises(Refused) as no:
        make_customer(staff.cat, "海蓝科技（深圳）公司")
    sentence = str(no.value.fields["name"])
    assert NAME not in sentence
    page = browse(staff.cat).post("/customers/new", {"name": "海蓝科技（深圳）公司", "form": "business"})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    entity = entity_of(Customer)
    batch = start_batch(entity, "import", "x", by=staff.cat)
    rows = [{"name": n} for n in ("海蓝科技", "红山贸易有限公司", "广州红山贸易公司")]
    made = entity.create_many(rows, by=staff.cat, batch=batch)
    assert [isinstance(each, Refused) for each in made] == [True, False, True]
    assert str(made[0].fields["name"]) == sentence
    token = make_token(name="程序", days=1, read_only=False, by=staff.cat)[1]
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh-hans"}
    data = json.dumps({"name": "海蓝科技"})
    api = Client().post("/api/v1/customers/", data, content_type="application/json", headers=headers)
    assert api.status_code == 422
    assert api.json()["fields"]["name"] == sentence
    assert Customer.objects.count() == 2


@pytest.mark.feature("C3")
def test_a_forbidden_phone_is_refused_on_change_too(staff: Staff) -> None:
    rule("phone", "forbid")
    make_contact(staff.ann, make_customer(staff.ann, NAME), mobile="13800138000")
    other = make_customer(staff.ann, "红山贸易")
    with pytest.raises(Refused) as no:
        entity_of(Customer).change(other, by=staff.ann, phone="13800138000")
    assert "phone" in no.value.fields
    other.refresh_from_db()
    assert other.phone == ""
    entity_of(Customer).change(other, by=staff.ann, remark="still possible")


@pytest.mark.feature("C3")
def test_a_rule_that_is_off_says_nothing(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    for kind in ("name", "similar", "short"):
        rule(kind, "off")
    assert entity_of(Customer).check_values({"name": NAME}, None, staff.ann) == []
    assert ask(browse(staff.ann), "name", name=NAME).strip() == ""


@pytest.mark.feature("C3")
def test_people_are_told_apart_by_more_than_a_name(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, "王伟", form=INDIVIDUAL)
    assert ask(browse(staff.ann), "name", name="王伟", form=INDIVIDUAL).strip() == ""


def test_all_declared_fields_exist() -> None:
    for identity in identities():
        for name in identity.columns:
            assert name in identity.entity.declared_looks, (identity.label, name)
