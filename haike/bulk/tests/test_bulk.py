"""Acts on many records at once: who may, what is refused and why, as a job when they are many, undone as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from haike.bulk import work
from haike.bulk.run import BulkRun
from haike.customers.models import Contact, Customer
from haike.find.index.table import table
from haike.find.share import Share
from haike.jobs.job import Job
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P15")]
ENTITY = entity_of(Customer)


@pytest.fixture
def some(staff: Staff) -> list[Customer]:
    """Four of ann, one of cat."""
    owners = (staff.ann, staff.ann, staff.ann, staff.ann, staff.cat)
    return [ENTITY.create(by=owner, name=f"{name}有限公司") for name, owner in zip("甲乙丙丁戊", owners, strict=True)]


def ids(records: list[Any]) -> str:
    return ",".join(str(record.pk) for record in records)


def edit(client: Client, records: list[Any], field: str, value: Any, how: str = "set", **more: Any) -> Any:
    data = {"ids": ids(records), "bulk-field": field, "bulk-how": how, "sure": "1", **more}
    if how == "set":
        data[field] = value
    elif how in ("add", "multiply"):
        data["bulk-number"] = value
    return client.post("/customers/bulk/edit", data)


def values(name: str) -> list[Any]:
    return list(Customer._base_manager.order_by("pk").values_list(name, flat=True))


def test_a_field_is_set_in_all_chosen_rows(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    page = client.post("/customers/bulk/edit", {"ids": ids(some[:2])}).content.decode()
    assert 'value="level"' in page
    assert 'value="number"' not in page, "numbers must differ"
    assert "<b>2</b>" in page
    assert edit(client, some[:2], "level", "vip").status_code == 302
    assert values("level") == ["vip", "vip", None, None, None]
    batch = Batch.objects.get()
    assert (batch.kind, batch.changed, batch.by_id) == ("edit", 2, staff.ann.pk)
    rows = Change.objects.filter(batch=batch)
    assert [(row.record_id, row.diff, row.version) for row in rows.order_by("record_id")] == [
        (record.pk, {"level": [None, "vip"]}, 2) for record in some[:2]
    ]


def test_those_one_may_not_change_are_listed_and_the_rest_goes_on(
    some: list[Customer], staff: Staff, browse: Browse
) -> None:
    entity_of(Customer)
    Share.objects.create(entity=ENTITY.label, record_id=some[4].pk, user=staff.ann, can_write=False)
    client = browse(staff.ann)
    page = client.post("/customers/bulk/edit", {"ids": ids(some)}).content.decode()
    assert "notice-warn" in page, "she is told before"
    answer = edit(client, some, "level", "key")
    assert values("level") == ["key"] * 4 + [None]
    batch = Batch.objects.get()
    assert (batch.changed, batch.refused) == (4, 1)
    assert answer.url == f"/batches/{batch.pk}/"
    page = client.get(answer.url).content.decode()
    assert "戊有限公司" in page
    assert "不能修改" in page
    sheet = client.get(f"{answer.url}refused")
    assert sheet.status_code == 200
    assert sheet["Content-Disposition"].endswith('.xlsx"')


def test_what_one_does_not_see_is_not_there(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.cat)
    for act, more in (
        ("edit", {"bulk-field": "level", "level": "vip"}),
        ("delete", {}),
        ("archive", {}),
        ("share", {"owner": staff.boss.pk}),
        ("restore", {}),
    ):
        client.post(f"/customers/bulk/{act}", {"ids": ids(some[:2]), "sure": "1", **more})
    assert values("level") == [None] * 5
    assert values("deleted_at") == values("archived_at") == [None] * 5
    assert not Share.objects.exists()
    for batch in Batch.objects.all():
        assert batch.changed == 0
        assert "甲有限公司" not in client.get(f"/batches/{batch.pk}/").content.decode()
        assert browse(staff.ann).get(f"/batches/{batch.pk}/").status_code == 404


def test_a_right_for_each_act(some: list[Customer], staff: Staff, browse: Browse) -> None:
    """A role with editing but without bulk editing, transferring, sharing, deleting."""
    role = Role.objects.get(key="sales")
    rights = dict.fromkeys(("view", "create", "edit"), "own")
    entity_of(Role).change(role, by=staff.boss, rights={"customers.*": rights})
    client = browse(staff.ann)
    for act, more in (
        ("edit", {"bulk-field": "level", "level": "vip"}),
        ("transfer", {"owner": staff.ben.pk}),
        ("share", {"owner": staff.cat.pk}),
        ("delete", {}),
        ("restore", {}),
    ):
        answer = client.post(f"/customers/bulk/{act}", {"ids": ids(some[:2]), "sure": "1", **more})
        assert answer.status_code == 422, act
    assert not Batch.objects.exists()
    assert set(values("owner")) == {staff.ann.pk, staff.cat.pk}
    page = client.get("/customers/").content.decode()
    assert "/bulk/edit" not in page
    assert "/bulk/archive" in page


@pytest.mark.parametrize("right", ["read", "hidden", "masked"])
def test_a_field_that_is_not_ones_to_change(right: str, some: list[Customer], staff: Staff, browse: Browse) -> None:
    role = Role.objects.get(key="sales")
    entity_of(Role).change(role, by=staff.boss, field_rights={ENTITY.label: {"level": right}})
    client = browse(staff.ann)
    assert 'value="level"' not in client.post("/customers/bulk/edit", {"ids": ids(some[:1])}).content.decode()
    assert edit(client, some[:1], "level", "vip").status_code == 422
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "how"),
    [
        ("level", "ZZZ", "set"),
        ("level", "", "set"),
        ("name", "", "empty"),
        ("email", "no address", "set"),
        ("name", "x" * 300, "set"),
        ("credit_limit", "-5", "set"),
        ("credit_limit", "viel", "add"),
        ("credit_limit", "1e99", "multiply"),
        ("number", "KH1", "set"),
        ("owner", "1", "set"),
        ("password", "x", "set"),
        ("deleted_at", "2020-01-01", "set"),
    ],
)
def test_a_wrong_value_is_refused_before_anything_starts(
    field: str, value: str, how: str, some: list[Customer], staff: Staff, browse: Browse
) -> None:
    before = list(Customer._base_manager.order_by("pk").values())
    assert edit(browse(staff.ann), some[:3], field, value, how).status_code == 422
    assert not Batch.objects.exists()
    assert list(Customer._base_manager.order_by("pk").values()) == before


def test_numbers_are_calculated(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    for record, limit in zip(some, (100, 250, 0, 99), strict=False):
        ENTITY.change(record, by=staff.ann, credit_limit=limit)
    assert edit(client, some[:4], "credit_limit", "0.5", "add").status_code == 302
    assert [str(v) for v in values("credit_limit")[:4]] == ["100.50", "250.50", "0.50", "99.50"]
    edit(client, some[:4], "credit_limit", "1.1", "multiply")
    assert [str(v) for v in values("credit_limit")[:4]] == ["110.55", "275.55", "0.55", "109.45"]
    # Below nought the rule of the field refuses; what fits goes in.
    edit(client, some[:4], "credit_limit", "-100", "add")
    assert [str(v) for v in values("credit_limit")[:4]] == ["10.55", "175.55", "0.55", "9.45"]
    assert Batch.objects.latest("id").refused == 1


def test_a_rule_between_fields_refuses_only_its_records(some: list[Customer], staff: Staff, browse: Browse) -> None:
    ENTITY.change(some[0], by=staff.ann, longitude="113.1", latitude="22.5")
    edit(browse(staff.ann), some[:2], "longitude", "114.5")
    assert [str(v) for v in values("longitude")[:2]] == ["114.500000", "None"]
    assert Batch.objects.get().refused == 1


def test_emptying(some: list[Customer], staff: Staff, browse: Browse) -> None:
    for record in some[:2]:
        ENTITY.change(record, by=staff.ann, level="vip", remark="看")
    client = browse(staff.ann)
    edit(client, some[:3], "level", "", "empty")
    edit(client, some[:3], "remark", "", "empty")
    assert values("level") == [None] * 5
    assert values("remark") == [""] * 5
    assert [batch.changed for batch in Batch.objects.all()] == [2, 2]


def test_transfer_takes_what_hangs_on_it_and_the_rights_along(
    some: list[Customer], staff: Staff, browse: Browse
) -> None:
    contact = entity_of(Contact).create(by=staff.ann, customer=some[0], name="王一")
    client = browse(staff.boss)
    answer = client.post("/customers/bulk/transfer", {"ids": ids(some[:2]), "owner": staff.cat.pk, "sure": "1"})
    assert answer.status_code == 302
    assert values("owner")[:2] == [staff.cat.pk] * 2
    contact.refresh_from_db()
    assert (contact.owner_id, contact.department_id) == (staff.cat.pk, staff.east.pk)
    seen = browse(staff.cat).get("/customers/?q=甲有限公司").content.decode()
    assert f"/customers/{some[0].pk}/" in seen
    assert f"/customers/{some[0].pk}/" not in browse(staff.ann).get("/customers/?q=甲有限公司").content.decode()


def test_sharing(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    client.post("/customers/bulk/share", {"ids": ids(some[:2]), "owner": staff.cat.pk, "sure": "1"})
    assert browse(staff.cat).get(f"/customers/{some[0].pk}/").status_code == 200
    assert not Share.objects.filter(can_write=True).exists()
    client.post("/customers/bulk/share", {"ids": ids(some[:3]), "owner": staff.cat.pk, "can_write": "1", "sure": "1"})
    assert Share.objects.filter(user=staff.cat, can_write=True).count() == 3
    batch = Batch.objects.latest("id")
    client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"})
    assert sorted(Share.objects.values_list("record_id", "can_write")) == [(r.pk, False) for r in some[:2]]


def test_deleting_restoring_archiving(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    contact = entity_of(Contact).create(by=staff.ann, customer=some[0], name="王一")
    assert client.post("/customers/bulk/delete", {"ids": ids(some[:2]), "sure": "1"}).status_code == 302
    assert Customer.objects.live().count() == 3
    contact.refresh_from_db()
    assert contact.deleted_at is not None
    page = client.get("/customers/bin/").content.decode()
    assert "/customers/bulk/restore" in page
    assert client.post("/customers/bulk/restore", {"everything": "1", "sure": "1"}).status_code == 302
    assert Customer.objects.live().count() == 5
    contact.refresh_from_db()
    assert contact.deleted_at is None
    client.post("/customers/bulk/archive", {"ids": ids(some[:2]), "sure": "1"})
    assert "甲有限公司" not in client.get("/customers/").content.decode()
    client.post("/customers/bulk/unarchive?archived=1", {"everything": "1", "sure": "1"})
    assert values("archived_at") == [None] * 5


def test_many_are_a_job_that_can_be_stopped_and_goes_on(
    some: list[Customer], staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "AT_ONCE", 2)
    monkeypatch.setattr(work, "CHUNK", 1)
    client = browse(staff.ann)
    data = {"everything": "1", "bulk-field": "level", "level": "ordinary", "sure": "1"}
    answer = client.post("/customers/bulk/edit", data)
    batch = Batch.objects.get()
    assert answer.url == f"/batches/{batch.pk}/"
    assert values("level") == [None] * 5, "nothing happens while the page waits"
    # What comes later is not among those that were asked for.
    ENTITY.create(by=staff.ann, name="后来有限公司")
    assert 'hx-trigger="every 1s"' in client.get(answer.url).content.decode()
    client.post(f"/batches/{batch.pk}/stop")
    assert run_ready_jobs() == []
    page = client.get(answer.url).content.decode()
    assert 'hx-trigger="every 1s"' not in page
    assert BulkRun.objects.get().state == "cancelled"
    job = Job.objects.get()
    client.post(f"/jobs/{job.pk}/retry")
    run_ready_jobs()
    assert values("level") == ["ordinary"] * 4 + [None, None]
    job.refresh_from_db()
    assert job.link == answer.url
    assert Batch.objects.get().changed == 4


def test_a_worker_that_dies_in_the_middle_leaves_nothing_double(
    some: list[Customer], staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "AT_ONCE", 2)
    monkeypatch.setattr(work, "CHUNK", 1)
    for record in some[:4]:
        ENTITY.change(record, by=staff.ann, credit_limit=100)
    data = {"everything": "1", "bulk-field": "credit_limit", "bulk-how": "add", "bulk-number": "1", "sure": "1"}
    browse(staff.ann).post("/customers/bulk/edit", data)
    monkeypatch.setattr(work.progress, "report", _dies_after(2))
    assert run_ready_jobs(strict=False)
    monkeypatch.undo()
    monkeypatch.setattr(work, "CHUNK", 1)
    run_ready_jobs(later=True)
    assert [str(v) for v in values("credit_limit")[:4]] == ["101.00"] * 4
    assert Change.objects.filter(batch=Batch.objects.get()).count() == 4


def _dies_after(times: int) -> Callable[..., None]:
    left = [times]

    def report(done: int, total: int | None = None, message: str = "") -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise OSError("gone")

    return report


def test_what_others_changed_since_the_form_was_opened_is_a_conflict(
    some: list[Customer], staff: Staff, browse: Browse
) -> None:
    seen = (timezone.now() - timedelta(minutes=5)).isoformat()
    ENTITY.change(some[0], by=staff.boss, level="small")
    ENTITY.change(some[1], by=staff.boss, remark="别的字段")
    edit(browse(staff.ann), some[:3], "level", "vip", **{"seen-at": seen})
    assert values("level")[:3] == ["small", "vip", "vip"]
    batch = Batch.objects.get()
    assert batch.refused == 1
    assert "白石" in browse(staff.ann).get(f"/batches/{batch.pk}/").content.decode()


@pytest.mark.parametrize("data", [{}, {"ids": ""}, {"ids": "1,x"}, {"ids": "9" * 30}, {"ids": "-1"}])
def test_bad_choices(data: dict[str, str], staff: Staff, browse: Browse, some: list[Customer]) -> None:
    for act in ("edit", "delete", "transfer"):
        answer = browse(staff.boss).post(f"/customers/bulk/{act}", {**data, "sure": "1", "owner": staff.cat.pk})
        assert answer.status_code in (302, 422)
    assert browse(staff.boss).post("/customers/bulk/explode", {"ids": "1"}).status_code == 404
    assert browse(staff.boss).post("/nothing/bulk/edit", {"ids": "1"}).status_code == 404
    assert values("deleted_at") == [None] * 5


def test_the_search_index_follows(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    edit(client, some[:2], "short_name", "青鸟")
    assert client.get("/api/v1/customers/?q=青鸟").json()["items"][0]["short_name"] == "青鸟"
    entity_of(Contact).create(by=staff.ann, customer=some[0], name="李雷")
    edit(client, some[:1], "name", "凤凰集团")
    found = client.get("/api/v1/contacts/?q=凤凰集团").json()["items"]
    assert [each["name"] for each in found] == ["李雷"], "the name stands in the text of others too"


@pytest.mark.feature("X4")
def test_undo_by_the_notice(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    data = {"ids": ids(some[:2]), "bulk-field": "level", "level": "vip", "sure": "1"}
    answer = client.post("/customers/bulk/edit", data, headers={"HX-Request": "true"})
    saved = json.loads(answer["HX-Trigger"])["saved"]
    batch = Batch.objects.get()
    assert saved["undo"] == f"/batches/{batch.pk}/undo"
    assert client.post(saved["undo"], headers={"HX-Request": "true"}).status_code == 204
    assert values("level") == [None] * 5
    again = client.post(saved["undo"], headers={"HX-Request": "true"})
    assert again.status_code == 422, "not twice"
    log = Change.objects.filter(record_id=some[0].pk, entity=ENTITY.label).order_by("id")
    assert [row.action for row in log] == ["create", "change", "undo"]


@pytest.mark.feature("X4")
def test_conflicts_are_shown_first_and_one_chooses(some: list[Customer], staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    edit(client, some[:3], "level", "vip")
    batch = Batch.objects.get()
    some[0].refresh_from_db()
    ENTITY.change(some[0], by=staff.boss, level="ordinary")
    ENTITY.change(some[1], by=staff.boss, remark="与此无关")
    page = client.get(f"/batches/{batch.pk}/undo").content.decode()
    dialog = client.get(f"/batches/{batch.pk}/undo", headers={"HX-Request": "true"}).content.decode()
    assert dialog.lstrip().startswith("<form")
    assert 'name="conflicts"' in dialog
    assert "<nav" not in dialog
    assert "甲有限公司" in page
    assert "白石" in page
    assert "乙有限公司" not in page
    short = client.post(f"/batches/{batch.pk}/undo", headers={"HX-Request": "true"})
    assert json.loads(short["HX-Trigger"])["saved"]["go"] == f"/batches/{batch.pk}/undo"
    assert values("level")[:3] == ["ordinary", "vip", "vip"], "the short way decides nothing"
    client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"})
    assert values("level")[:3] == ["ordinary", None, None]
    batch.refresh_from_db()
    assert (batch.kept, batch.undone_by_id) == (1, staff.ann.pk)


@pytest.mark.feature("X4")
def test_force_sets_back_what_one_may_change(some: list[Customer], staff: Staff, browse: Browse) -> None:
    edit(browse(staff.ann), some[:3], "level", "vip")
    batch = Batch.objects.get()
    ENTITY.change(some[0], by=staff.boss, level="ordinary")
    ENTITY.change(some[1], by=staff.boss, level="small")
    ENTITY.change(some[1], by=staff.boss, owner=staff.cat)
    browse(staff.ann).post(f"/batches/{batch.pk}/undo", {"conflicts": "force"})
    assert values("level")[:3] == [None, "small", None], "the second is no longer hers"
    batch.refresh_from_db()
    assert batch.kept == 1


@pytest.mark.feature("X4")
def test_who_gave_away_may_take_back(some: list[Customer], staff: Staff, browse: Browse) -> None:
    """Ben does not see what is cat's; his own transfer he undoes all the same, and nobody else does."""
    client = browse(staff.ben)
    client.post("/customers/bulk/transfer", {"ids": ids(some[:3]), "owner": staff.cat.pk, "sure": "1"})
    batch = Batch.objects.get()
    assert Customer.objects.visible_to(staff.ben).count() == 1
    for stranger in (staff.ann, staff.cat):
        assert browse(stranger).post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 404
    assert client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 302
    assert values("owner") == [staff.ann.pk] * 4 + [staff.cat.pk]
    assert values("department")[:3] == [staff.south.pk] * 3


@pytest.mark.feature("X4")
def test_many_are_undone_as_a_job_once(
    some: list[Customer], staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(browse(staff.ann), some[:4], "level", "vip")
    batch = Batch.objects.get()
    monkeypatch.setattr(work, "AT_ONCE", 2)
    first = browse(staff.ann).post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"})
    assert first.status_code == 302
    second = browse(staff.boss).post(f"/batches/{batch.pk}/undo", {"conflicts": "force"})
    assert second.status_code == 422, "two people at once"
    run_ready_jobs()
    assert values("level") == [None] * 5
    assert Job.objects.count() == 1
    assert browse(staff.boss).post(f"/batches/{batch.pk}/undo", {"conflicts": "force"}).status_code == 422


@pytest.mark.feature("X4")
def test_the_page_of_batches(some: list[Customer], staff: Staff, browse: Browse) -> None:
    edit(browse(staff.ann), some[:2], "level", "vip")
    batch = Batch.objects.get()
    for user, sees in ((staff.ann, True), (staff.boss, True), (staff.cat, False)):
        page = browse(user).get("/batches/").content.decode()
        assert (f"/batches/{batch.pk}/" in page) is sees, user
    assert browse(staff.cat).get(f"/batches/{batch.pk}/").status_code == 404
    assert "撤销" in browse(staff.ann).get("/batches/").content.decode()


def indexed(model: Any) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, text FROM "{table(model)}"')
        return dict(cursor.fetchall())
