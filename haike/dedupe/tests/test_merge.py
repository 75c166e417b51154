"""Merging: what is chosen, what moves, who may, and that an undo leaves no trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.undo import undo_batch
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.relation import CustomerRelation
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.merge.act import merge
from haike.dedupe.merge.record import Merged
from haike.dedupe.merge.references import STAYS, references_to
from haike.files.models import Attachment
from haike.find.index.table import table
from haike.find.share import Share
from haike.kernel.change import purge
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.people.testing import Staff
from haike.refused import Refused
from haike.talk.models import Comment, Star, Tag, Tagged
from haike.work.follow_up.actions import write_follow_up
from haike.work.models import FollowUp

NAME, OTHER = "深圳市海蓝科技有限公司", "海蓝科技（深圳）有限公司"
ENTITY = "customers.customer"


def talk(customer: Customer, by: Any, days: int = 1, **more: Any) -> FollowUp:
    at = timezone.now() - timedelta(days=days)
    return write_follow_up(customer=customer, by=by, at=at, content="谈了价格", manner="phone", **more)


def hang(customer: Customer, staff: Staff, mark: str) -> None:
    """One of everything that can hang on a customer."""
    contact = make_contact(staff.ann, customer, f"王{mark}", mobile=f"1380013800{len(mark)}")
    talk(customer, staff.ann, days=3 + len(mark), contact=contact)
    now = timezone.now()
    Comment.objects.create(entity=ENTITY, record_id=customer.pk, by=staff.ann, text=mark, at=now)
    tag = Tag.objects.filter(name="重点").first() or Tag.objects.create(name="重点")
    Tagged.objects.create(tag=tag, entity=ENTITY, record_id=customer.pk, at=now, by=staff.ann)
    Star.objects.create(user=staff.boss, entity=ENTITY, record_id=customer.pk, at=now)
    Share.objects.create(entity=ENTITY, record_id=customer.pk, user=staff.cat, can_write=mark == "b")
    Attachment.objects.create(entity=ENTITY, record_id=customer.pk, name=mark, url="https://example.com", by=staff.ann)


def snapshot() -> dict[str, Any]:
    """Every row of every table but logs, in which only what tells of writing itself may differ."""
    passing = {"version", "changed_at", "changed_by_id"}
    left_out = {"kernel.Change", "kernel.Batch", "kernel.Version", "dedupe.Merge", "dedupe.IdentityKey"}
    found: dict[str, Any] = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in left_out or not model._meta.managed or model._meta.proxy:
            continue
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in passing]
        found[model._meta.label] = sorted(map(repr, model._base_manager.values_list(*columns)))
    keys = apps.get_model("dedupe.IdentityKey")._base_manager.values_list("key", "entity", "record_id")
    found["identity"] = sorted(keys)
    with connection.cursor() as cursor:
        for model in (Customer, Contact, FollowUp):
            cursor.execute(f'SELECT id FROM "{table(model)}" ORDER BY id')
            found[f"search {model}"] = cursor.fetchall()
    return found


# -- what moves --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C25")
def test_everything_that_hangs_on_them_moves(staff: Staff) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER, phone="0755-26001234")
    hang(two, staff, "b")
    entity = entity_of(Customer)
    loose = {str(r.model._meta.label): r.rows(ENTITY, [two.pk]).count() for r in references_to(entity)}
    merge(entity, one, [two], by=staff.ann, chosen={"phone": "075526001234"})
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.phone == "075526001234"
    assert two.deleted_at is not None
    for reference in references_to(entity):
        assert not reference.rows(ENTITY, [two.pk]).exists(), reference.model
    assert sum(loose.values()) >= 7
    assert one.contacts.count() == 1
    assert one.main_contact_id == one.contacts.get().pk
    assert one.last_contact_at == FollowUp.objects.get().at
    assert Share.objects.get(record_id=one.pk, user=staff.cat).can_write


@pytest.mark.feature("C25")
def test_every_model_with_a_reference_is_known() -> None:
    """Whatever a room adds: a foreign key to an entity or a row that names one is moved, or is known to stay."""
    for entity in (entity_of(Customer), entity_of(Contact)):
        known = {(reference.model, reference.column) for reference in references_to(entity)}
        for model in apps.get_models(include_auto_created=True):
            names = {field.attname for field in model._meta.concrete_fields}
            for field in model._meta.concrete_fields:
                if field.is_relation and field.related_model is entity.model:
                    assert (model, field.attname) in known
            if {"entity", "record_id"} <= names and model._meta.label not in STAYS:
                assert (model, "record_id") in known


@pytest.mark.feature("C25")
def test_what_both_have_is_there_once_and_the_wider_share_stays(staff: Staff) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER)
    hang(one, staff, "a")
    hang(two, staff, "b")
    merge(entity_of(Customer), one, [two], by=staff.ann)
    assert Star.objects.filter(record_id=one.pk).count() == 1
    assert Tagged.objects.filter(record_id=one.pk).count() == 1
    assert Share.objects.get(record_id=one.pk).can_write
    assert Comment.objects.filter(record_id=one.pk).count() == 2


@pytest.mark.feature("C25")
def test_relations_and_groups_find_their_way(staff: Staff) -> None:
    one, two, three = (make_customer(staff.ann, name) for name in (NAME, OTHER, "红山贸易"))
    entity = entity_of(Customer)
    relate = entity_of(CustomerRelation).create
    relate(by=staff.ann, customer=one, other=two, kind="sister")
    kept = relate(by=staff.ann, customer=two, other=three, kind="sister")
    entity.change(three, by=staff.ann, parent=two)
    entity.change(one, by=staff.ann, parent=two)
    before = snapshot()
    batch = merge(entity, Customer.objects.get(pk=one.pk), [Customer.objects.get(pk=two.pk)], by=staff.ann)
    one.refresh_from_db()
    three.refresh_from_db()
    kept.refresh_from_db()
    assert (one.parent_id, three.parent_id, kept.customer_id) == (None, one.pk, one.pk)
    assert CustomerRelation.objects.live().count() == 1
    undo_batch(entity, batch, by=staff.ann)
    assert snapshot() == before


@pytest.mark.feature("C25")
def test_a_merge_that_would_close_a_circle_is_refused_whole(staff: Staff) -> None:
    top, middle, low = (make_customer(staff.ann, name) for name in ("甲方集团", "中间实业", "下属工厂"))
    entity = entity_of(Customer)
    entity.change(middle, by=staff.ann, parent=top)
    entity.change(low, by=staff.ann, parent=middle)
    before = snapshot()
    low, top = Customer.objects.get(pk=low.pk), Customer.objects.get(pk=top.pk)
    with pytest.raises(Refused):
        merge(entity, low, [top], by=staff.ann)
    assert snapshot() == before


@pytest.mark.feature("C25")
def test_contacts_are_merged_at_one_customer_only(staff: Staff) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, "红山贸易")
    first, second = make_contact(staff.ann, one, "王一"), make_contact(staff.ann, one, "王一一", mobile="13800138000")
    stranger = make_contact(staff.ann, two, "李四")
    report = talk(one, staff.ann, contact=second)
    with pytest.raises(Refused):
        merge(entity_of(Contact), first, [stranger], by=staff.ann)
    merge(entity_of(Contact), first, [second], by=staff.ann, chosen={"mobile": "13800138000"})
    report.refresh_from_db()
    first.refresh_from_db()
    assert (report.contact_id, first.mobile) == (first.pk, "13800138000")


# -- undo --------------------------------------------------------------------------------------------------------------


parts = st.lists(
    st.sampled_from(["contact", "talk", "comment", "star", "tag", "share", "file", "relation"]), max_size=5
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=parts, theirs=parts, chosen=st.sets(st.sampled_from(["phone", "short_name", "remark", "level", "owner"])))
@pytest.mark.feature("C25", "X4")
def test_an_undo_leaves_no_trace(staff: Staff, mine: list[str], theirs: list[str], chosen: set[str]) -> None:
    Tag.objects.get_or_create(name="重点")
    one = make_customer(staff.ann, NAME, remark="一")
    two = make_customer(staff.ben, OTHER, phone="075526001234", short_name="海蓝", remark="二", owner=staff.ben)
    third = make_customer(staff.ann, "红山贸易")
    now = timezone.now()
    for customer, some in ((one, mine), (two, theirs)):
        for place, part in enumerate(some):
            facts = {"entity": ENTITY, "record_id": customer.pk}
            if part == "contact":
                make_contact(staff.ben, customer, f"王{place}", mobile="13800138000")
            elif part == "talk":
                talk(customer, staff.ben, days=1 + place, contact=customer.contacts.first())
            elif part == "comment":
                Comment.objects.create(**facts, by=staff.ann, text="x", at=now)
            elif part == "star":
                Star.objects.get_or_create(**facts, user=staff.boss, defaults={"at": now})
            elif part == "tag":
                Tagged.objects.get_or_create(**facts, tag=Tag.objects.get(name="重点"), defaults={"at": now})
            elif part == "share":
                Share.objects.get_or_create(**facts, user=staff.cat, defaults={"can_write": customer is two})
            elif part == "file":
                Attachment.objects.create(**facts, name="f", url="https://example.com", by=staff.ann)
            elif not CustomerRelation.objects.filter(customer=customer).exists():
                entity_of(CustomerRelation).create(by=staff.ben, customer=customer, other=third, kind="sister")
    before = snapshot()
    one, two = Customer.objects.get(pk=one.pk), Customer.objects.get(pk=two.pk)
    values = {name: getattr(two, name) for name in chosen}
    batch = merge(entity_of(Customer), one, [two], by=staff.ben, chosen=values)
    assert snapshot() != before
    undone = undo_batch(entity_of(Customer), batch, by=staff.ben)
    assert undone.conflicts == 0
    assert snapshot() == before
    with pytest.raises(Refused):
        undo_batch(entity_of(Customer), batch, by=staff.ben)


@pytest.mark.feature("C25", "X4")
def test_what_was_written_since_is_kept_by_an_undo(staff: Staff) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER, phone="075526001234")
    entity = entity_of(Customer)
    batch = merge(entity, one, [two], by=staff.ann, chosen={"phone": two.phone})
    entity.change(Customer.objects.get(pk=one.pk), by=staff.ann, phone="075526009999")
    assert undo_batch(entity, batch, by=staff.ann, dry=True).conflicts == 1
    undo_batch(entity, batch, by=staff.ann)
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.phone == "075526009999"
    assert two.deleted_at is None
    assert Batch.objects.get(pk=batch.pk).kept == 1


@pytest.mark.feature("C25")
def test_one_that_was_deleted_for_good_cannot_come_back(staff: Staff) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER)
    entity = entity_of(Customer)
    batch = merge(entity, one, [two], by=staff.ann)
    purge(Customer._base_manager.get(pk=two.pk), by=staff.boss)
    with pytest.raises(Refused):
        undo_batch(entity, batch, by=staff.ann)
    assert Batch.objects.get(pk=batch.pk).undone_at is None


# -- the screen --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C25")
def test_the_page_shows_both_and_merges_as_chosen(staff: Staff, browse: Any) -> None:
    one, two = make_customer(staff.ann, NAME, remark="一"), make_customer(staff.ann, OTHER, phone="075526001234")
    make_contact(staff.ann, two)
    ann = browse(staff.ann)
    page = ann.get(f"/customers/merge?ids={one.pk},{two.pk}").content.decode()
    for text in (NAME, OTHER, "0755", "联系人"):
        assert text in page
    data = {"ids": f"{one.pk},{two.pk}", "main": str(one.pk), "sure": "1", "field-name": str(two.pk)}
    answer = ann.post("/customers/merge", data)
    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.name, one.phone, one.remark) == (OTHER, "075526001234", "一")
    led = ann.get(f"/customers/{two.pk}/")
    assert (led.status_code, led.url) == (302, f"/customers/{one.pk}/")
    assert browse(staff.cat).get(f"/customers/{two.pk}/").status_code == 404
    batch = Batch.objects.get(kind="merge")
    assert ann.get(f"/batches/{batch.pk}/undo").status_code == 200
    assert ann.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 302
    assert ann.get(f"/customers/{two.pk}/").status_code == 200
    assert not Merged.objects.exists()


@pytest.mark.feature("C25", "P23")
def test_the_log_of_both_is_read_together(staff: Staff, browse: Any) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER)
    entity_of(Customer).change(two, by=staff.ann, remark="看得见的旧事")
    merge(entity_of(Customer), one, [Customer.objects.get(pk=two.pk)], by=staff.ann)
    log = browse(staff.ann).get(f"/customers/{one.pk}/log").content.decode()
    assert "看得见的旧事" in log
    assert OTHER in log
    assert Change.objects.filter(record_id=two.pk, entity=ENTITY).count() >= 3


@pytest.mark.feature("C25")
def test_chains_of_merges_lead_to_the_last(staff: Staff, browse: Any) -> None:
    one, two, three = (make_customer(staff.ann, name) for name in (NAME, OTHER, "海蓝"))
    merge(entity_of(Customer), two, [one], by=staff.ann)
    merge(entity_of(Customer), three, [Customer.objects.get(pk=two.pk)], by=staff.ann)
    assert browse(staff.ann).get(f"/customers/{one.pk}/").url == f"/customers/{three.pk}/"


@pytest.mark.feature("C25")
def test_what_cannot_be_merged_is_refused_with_a_sentence(staff: Staff, browse: Any) -> None:
    mine, other = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER)
    foreign = make_customer(staff.cat, "红山贸易")
    shown = make_customer(staff.cat, "青石商行")
    Share.objects.create(entity=ENTITY, record_id=shown.pk, user=staff.ann, can_write=False)
    before = snapshot()
    ann = browse(staff.ann)
    for ids, sentence in (
        (f"{mine.pk},{mine.pk}", "自己"),
        (f"{mine.pk},{foreign.pk}", "不存在"),
        (f"{mine.pk},{shown.pk}", "无权修改"),
        (f"{mine.pk}", "至少"),
        ("", "至少"),
        (f"{mine.pk},999999", "不存在"),
        ("x,y", "至少"),
    ):
        for answer in (
            ann.get(f"/customers/merge?ids={ids}"),
            ann.post("/customers/merge", {"ids": ids, "sure": "1", "main": str(mine.pk)}),
        ):
            assert answer.status_code == 422, ids
            assert sentence in answer.content.decode(), ids
            assert "红山" not in answer.content.decode()
    after = snapshot()
    after["kernel.Visit"] = before["kernel.Visit"]
    assert {k: v for k, v in after.items() if k.startswith(("customers", "work", "talk"))} == {
        k: v for k, v in before.items() if k.startswith(("customers", "work", "talk"))
    }
    assert ann.post("/customers/merge", {"everything": "1"}).status_code == 422
    assert other.deleted_at is None


@pytest.mark.feature("C25")
def test_a_list_offers_the_merge_of_chosen_rows(staff: Staff, browse: Any) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER)
    ann = browse(staff.ann)
    assert "/customers/merge" in ann.get("/customers/").content.decode()
    answer = ann.post("/customers/merge", {"ids": f"{one.pk},{two.pk}"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert f"/customers/merge?ids={one.pk},{two.pk}" in answer["HX-Trigger"]
