"""Own fields in bulk acts: edited in many records at once, and undone exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.tests.test_bulk import edit
from haike.bulk.tests.test_undo_property import differences, snapshot
from haike.customers.models import Customer
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add, add_all
from haike.kernel import search
from haike.kernel.change import purge
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19", "P15", "X4")]
ENTITY = entity_of(Customer)


@pytest.fixture
def fields(staff: Staff, browse: Browse) -> dict[str, OwnField]:
    return add_all(browse(staff.boss))


def make(staff: Staff, *values: dict[str, Any]) -> list[Customer]:
    return [
        ENTITY.create(by=staff.ann, name=f"{name}公司", **some) for name, some in zip("甲乙丙丁", values, strict=False)
    ]


def custom() -> list[Any]:
    return list(Customer._base_manager.order_by("pk").values_list("custom", flat=True))


def typed_and_kept(staff: Staff, other: Customer) -> dict[str, tuple[Any, Any]]:
    """By kind: what one types, and what the record then holds."""
    return {
        "text": ("海客", "海客"),
        "longtext": ("第一行\n第二行", "第一行\n第二行"),
        "number": ("1,200", "1200"),
        "money": ("98765.5", "98765.50"),
        "date": ("2026-03-09", "2026-03-09"),
        "datetime": ("2026-03-09T14:05", "2026-03-09T06:05:00Z"),
        "yesno": ("1", True),
        "choice": ("o2", "o2"),
        "choices": (["o1", "o3"], ["o1", "o3"]),
        "person": (str(staff.ben.pk), staff.ben.pk),
        "department": (str(staff.ann.department_id), staff.ann.department_id),
        "reference": (str(other.pk), other.pk),
        "phone": ("0755-23456789", "075523456789"),
        "email": ("account@example.com", "account@example.com"),
        "url": ("https://shop.example.com", "https://shop.example.com"),
        "time": ("9点半", "09:30"),
        "address": (
            ["440305", "科技园 1 栋"],
            {"region": "440305", "street": "科技园 1 栋", "full": "广东省深圳市南山区 科技园 1 栋"},
        ),
    }


def test_every_kind_is_set_and_undone(staff: Staff, browse: Browse, fields: dict[str, OwnField]) -> None:
    client = browse(staff.ann)
    some = make(staff, {}, {fields["text"].key: "旧的"}, {})
    start = custom()
    form = client.post("/customers/bulk/edit", {"ids": f"{some[0].pk}"}).content.decode()
    for kind, (typed, kept) in typed_and_kept(staff, some[2]).items():
        own = fields[kind]
        assert f'value="{own.key}"' in form, kind
        before, texts = custom(), snapshot()
        answer = edit(client, some[:2], own.key, typed)
        assert answer.status_code == 302, (kind, answer.content.decode())
        assert [row.get(own.key) for row in custom()] == [kept, kept, None], kind
        batch = Batch.objects.latest("id")
        assert batch.changed == 2, kind
        assert edit(client, some[:2], own.key, typed).status_code == 302
        again = Batch.objects.latest("id")
        assert again.changed == 0, (kind, "the same value is no change")
        page = client.get(f"/batches/{batch.pk}/undo").content.decode()
        assert "notice-warn" not in page, kind
        assert client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 302
        assert custom() == before == start, kind
        assert differences(snapshot(), texts) == [], kind


def test_the_search_index_follows(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "text", searched="1")
    some, client = make(staff, {}, {}, {}), browse(staff.ann)
    edit(client, some[:2], own.key, "青鸟计划")

    def found() -> list[str]:
        page = client.get("/customers/?q=青鸟计划").content.decode()
        return [name for name in ("甲公司", "乙公司", "丙公司") if name in page]

    assert found() == ["甲公司", "乙公司"]
    client.post(f"/batches/{Batch.objects.get().pk}/undo", {"conflicts": "skip"})
    assert found() == []


def test_what_must_differ_or_may_not_be_empty(staff: Staff, browse: Browse) -> None:
    boss, client = browse(staff.boss), browse(staff.ann)
    unique = add(boss, "text", unique="1")
    needed = add(boss, "choice", required="1")
    asked = add(boss, "number", required="1", when=["level=vip"])
    some = make(staff, {needed.key: "o1"}, {needed.key: "o1", "level": "vip", asked.key: 3})
    form = client.post("/customers/bulk/edit", {"ids": f"{some[0].pk}"}).content.decode()
    assert f'value="{unique.key}"' not in form
    before = custom()
    assert edit(client, some, unique.key, "一样").status_code == 422
    assert edit(client, some, needed.key, "", how="empty").status_code == 422
    assert edit(client, some, needed.key, "没有的").status_code == 422
    assert edit(client, some, asked.key, "abc").status_code == 422
    assert edit(client, some, asked.key, "").status_code == 422
    assert custom() == before
    assert edit(client, some, "level", "vip").status_code == 302
    batch = Batch.objects.latest("id")
    assert (batch.changed, batch.refused) == (0, 1), "the first would then have to say how many shops"
    assert edit(client, some, asked.key, "2", how="multiply").status_code == 302
    assert [row.get(asked.key) for row in custom()] == [None, "6"], "nothing to multiply in the first"
    assert Batch.objects.latest("id").refused == 1


@pytest.mark.parametrize("right", ["read", "hidden", "masked"])
def test_a_field_that_is_not_ones_to_change(right: str, staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "text")
    some, client = make(staff, {own.key: "旧的"}), browse(staff.ann)
    role = Role.objects.get(key="sales")
    entity_of(Role).change(role, by=staff.boss, field_rights={ENTITY.label: {own.key: right}})
    assert own.key not in client.post("/customers/bulk/edit", {"ids": f"{some[0].pk}"}).content.decode()
    assert edit(client, some, own.key, "新的").status_code == 422
    assert custom() == [{own.key: "旧的"}]


def test_a_link_to_what_is_gone_comes_back_as_it_was(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "reference")
    some, client = make(staff, {}, {}, {}), browse(staff.boss)
    ENTITY.change(some[0], by=staff.boss, **{own.key: some[1]})
    before = custom()
    edit(client, some[:1], own.key, str(some[2].pk))
    purge(ENTITY.remove(some[1], by=staff.boss), by=staff.boss)
    client.post(f"/batches/{Batch.objects.latest('id').pk}/undo", {"conflicts": "skip"})
    assert custom() == [before[0], before[2]]


def test_a_field_deleted_since_stands_in_no_ones_way(staff: Staff, browse: Browse) -> None:
    boss, client = browse(staff.boss), browse(staff.ann)
    own = add(boss, "text")
    some = make(staff, {own.key: "旧的"})
    edit(client, some, own.key, "新的")
    boss.post(f"/settings/fields/customers/{own.key}/delete")
    batch = Batch.objects.latest("id")
    assert client.get(f"/batches/{batch.pk}/undo").status_code == 200
    assert client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 302
    boss.post(f"/settings/fields/customers/{own.key}/restore")
    assert custom() == [{own.key: "新的"}], "what is deleted is not written"
    assert own.label in client.get(f"/customers/{some[0].pk}/log").content.decode()


KINDS = ("text", "number", "money", "date", "yesno", "choice", "choices", "phone")
VALUES: dict[str, list[Any]] = {
    "text": ["海客", "凤凰"],
    "number": ["7", "0", "1200"],
    "money": ["10", "0.35"],
    "date": ["2026-03-09", "2024-02-29"],
    "yesno": ["1"],
    "choice": ["o1", "o3"],
    "choices": [["o1"], ["o3", "o1"]],
    "phone": ["0755-23456789"],
}
EDITS = st.sampled_from(KINDS).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.one_of(
            st.tuples(st.just("set"), st.sampled_from(VALUES[kind])),
            st.just(("empty", "")),
            st.tuples(st.sampled_from(["add", "multiply"]), st.sampled_from(["3", "-1.5", "0"])),
        ),
    )
)
ACTS = st.lists(st.tuples(EDITS, st.sets(st.integers(0, 2), min_size=1)), min_size=1, max_size=6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_undone_backwards_everything_is_as_it_was(
    acts: list[Any], staff: Staff, browse: Browse, fields: dict[str, OwnField]
) -> None:
    client = browse(staff.ann)
    search.erase(connection, Customer, list(Customer._base_manager.values_list("pk", flat=True)))
    some = make(staff, {fields["number"].key: 5, fields["money"].key: 2}, {fields["choice"].key: "o2"}, {})
    states, batches, undone = [snapshot()], list[Batch](), Change.objects.filter(action="undo").count()
    for (kind, (how, value)), rows in acts:
        last = Batch.objects.count()
        edit(client, [some[row] for row in sorted(rows)], fields[kind].key, value, how)
        if Batch.objects.count() > last:
            batches.append(Batch.objects.latest("id"))
            states.append(snapshot())
    for batch in reversed(batches):
        states.pop()
        batch.refresh_from_db()
        if batch.changed:
            assert client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 302
            batch.refresh_from_db()
            assert batch.kept == 0
        assert differences(snapshot(), states[-1]) == [], acts
    assert Change.objects.filter(action="undo").count() == undone + sum(batch.changed for batch in batches)
