"""Tags on many records at once: who may, what an undo restores, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from haike.bulk.models import BulkRun
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.find.share import Share
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.talk.models import Tag, Tagged
from haike.talk.tag.actions import make_tag, tag_many

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("P15"), pytest.mark.django_db]


def act(client: Client, act: str, records: list[Any], **more: Any) -> Any:
    chosen = {"ids": ",".join(str(each.pk) for each in records)} if records else {"everything": "1"}
    return client.post(f"/customers/bulk/{act}", {**chosen, "sure": "1", **more})


def tagged() -> list[tuple[Any, ...]]:
    return sorted(Tagged.objects.values_list("tag", "record_id", "at", "by", "rule"))


def undo(client: Client, batch: Batch) -> None:
    assert client.post(f"/batches/{batch.pk}/undo").status_code == 302
    batch.refresh_from_db()
    assert batch.undone_at is not None


def test_everything_found_is_tagged_untagged_and_put_back(staff: Staff, browse: Browse) -> None:
    ann, entity = browse(staff.ann), entity_of(Customer)
    some = [make_customer(staff.ann, f"公司{n}") for n in range(4)]
    shared = make_tag("重点", colour="red", shared=True, by=staff.boss)
    own = make_tag("我的", colour="blue", shared=False, by=staff.ann)
    tag_many(entity, [some[0].pk], add=[shared.pk, own.pk], by=staff.ann)
    before = tagged()
    assert act(ann, "tag", [], tags=[str(shared.pk), str(own.pk)]).status_code == 302
    assert Tagged.objects.count() == 8
    assert Change.objects.filter(action="tag", batch__kind="tag").count() == 3, "one had it, personal tags tell nobody"
    first = Batch.objects.get(kind="tag")
    assert act(ann, "untag", some[:2], tags=[str(shared.pk)]).status_code == 302
    second = Batch.objects.get(kind="untag")
    between = [row for row in tagged() if row[0] == own.pk]
    assert Tagged.objects.filter(tag=shared).count() == 2
    undo(ann, second)
    assert [row for row in tagged() if row[0] == own.pk] == between
    assert Tagged.objects.filter(tag=shared).count() == 4
    undo(ann, first)
    assert tagged() == before, "with moment and author"


def test_an_undo_leaves_what_was_done_since(staff: Staff, browse: Browse) -> None:
    ann, entity = browse(staff.ann), entity_of(Customer)
    some = [make_customer(staff.ann, f"公司{n}") for n in range(3)]
    tag = make_tag("重点", colour="red", shared=True, by=staff.boss)
    act(ann, "tag", some, tags=[str(tag.pk)])
    tag_many(entity, [some[0].pk], remove=[tag.pk], by=staff.ben)
    tag_many(entity, [some[1].pk], remove=[tag.pk], by=staff.ben)
    tag_many(entity, [some[1].pk], add=[tag.pk], by=staff.ben)
    batch = Batch.objects.get(kind="tag")
    undo(ann, batch)
    assert list(Tagged.objects.values_list("record_id", "by")) == [(some[1].pk, staff.ben.pk)]
    assert batch.kept == 2


def test_tags_of_the_company_need_the_right_to_edit(staff: Staff, browse: Browse) -> None:
    mine, his = make_customer(staff.ann, "甲"), make_customer(staff.cat, "乙")
    Share.objects.create(entity="customers.customer", record_id=his.pk, user=staff.ann)
    hidden = make_customer(staff.cat, "丙")
    shared = make_tag("重点", colour="red", shared=True, by=staff.boss)
    own = make_tag("我的", colour="blue", shared=False, by=staff.ann)
    strange = make_tag("别人的", colour="blue", shared=False, by=staff.cat)
    ann = browse(staff.ann)
    act(ann, "tag", [mine, his, hidden], tags=[str(shared.pk)])
    assert set(Tagged.objects.values_list("record_id", flat=True)) == {mine.pk}
    run = BulkRun.objects.get()
    reasons = dict(run.refusals.values_list("record_id", "reason"))
    assert "编辑" in reasons[his.pk]
    act(ann, "tag", [his, hidden], tags=[str(own.pk)])
    assert set(Tagged.objects.filter(tag=own).values_list("record_id", flat=True)) == {his.pk}
    assert act(ann, "tag", [mine], tags=[str(strange.pk)]).status_code == 422
    assert not Tagged.objects.filter(tag=strange).exists()


def test_a_new_tag_is_made_on_the_way(staff: Staff, browse: Browse) -> None:
    mine = make_customer(staff.ann, "甲")
    ann = browse(staff.ann)
    page = ann.get(f"/customers/bulk/tag?ids={mine.pk}").content.decode()
    assert "shared" not in page, "only who manages tags makes them for everybody"
    assert act(ann, "tag", [mine]).status_code == 422
    act(ann, "tag", [mine], name="展会")
    tag = Tag.objects.get(name="展会")
    assert (tag.owner_id, Tagged.objects.get().tag_id) == (staff.ann.pk, tag.pk)
    act(browse(staff.boss), "tag", [mine], name="全公司", shared="yes")
    assert Tag.objects.get(name="全公司").owner_id is None
