"""Many records written together: each with its own values, its line in the log, its place in the index, its notice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haike.bulk.undo import undo_batch
from haike.bulk.write import change_many
from haike.customers.models import Contact, Customer
from haike.customers.testing import make_contact, make_customer
from haike.find.index.table import table
from haike.find.update import update_rows
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.events import announce
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.talk.models import Notice, Star

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P15")]
ENTITY = entity_of(Customer)


def made(staff: Staff, count: int) -> list[Customer]:
    return [make_customer(staff.ann, f"第{number}号有限公司") for number in range(count)]


def test_each_record_gets_its_own_values(staff: Staff) -> None:
    records = made(staff, 60)
    batch = start_batch(ENTITY, "edit", "t", by=staff.boss)
    levels = ("key", "ordinary", None)
    values = {
        each.pk: {"credit_limit": Decimal(place).scaleb(-2), "level": levels[place % 3], "qq": str(10_000 + place)}
        for place, each in enumerate(records)
    }
    names = ("credit_limit", "level", "qq")
    before = list(Customer._base_manager.order_by("pk").values_list(*names, "version"))
    outcome = change_many(ENTITY, [*values], lambda each: values[each.pk], names, by=staff.boss, batch=batch)
    assert outcome.changed + outcome.same == len(records)
    for record in Customer._base_manager.all():
        assert {name: getattr(record, name) for name in names} == values[record.pk]
    written = Change.objects.filter(batch=batch)
    assert written.count() == outcome.changed
    versions = dict(Customer._base_manager.values_list("pk", "version"))
    assert all(row.version == versions[row.record_id] == 2 for row in written)
    assert set(Customer._base_manager.filter(version=2).values_list("changed_by", flat=True)) == {staff.boss.pk}
    undo_batch(ENTITY, batch, by=staff.boss)
    assert [each[:-1] for each in Customer._base_manager.order_by("pk").values_list(*names, "version")] == [
        each[:-1] for each in before
    ]


def test_many_cost_as_many_queries_as_few(staff: Staff) -> None:
    records = made(staff, 80)
    for each in records[:40]:
        make_contact(staff.ann, each)

    def queries(some: list[Customer], owner: Any) -> int:
        batch = start_batch(ENTITY, "transfer", "t", by=staff.boss)
        keys = [each.pk for each in some]
        with CaptureQueriesContext(connection) as found:
            change_many(ENTITY, keys, lambda __: {"owner": owner}, ("owner",), by=staff.boss, batch=batch)
        return len(found)

    queries(records[:3], staff.cat)
    assert queries(records, staff.ben) <= queries(records[:5], staff.cat) + 3


def test_what_hangs_on_them_and_the_index_go_along(staff: Staff) -> None:
    records = made(staff, 30)
    people = [make_contact(staff.ann, each) for each in records]
    batch = start_batch(ENTITY, "transfer", "t", by=staff.boss)
    change_many(
        ENTITY, [each.pk for each in records], lambda __: {"owner": staff.cat}, ("owner",), by=staff.boss, batch=batch
    )
    assert set(Contact._base_manager.values_list("owner", flat=True)) == {staff.cat.pk}
    assert set(Customer._base_manager.values_list("owner", "department")) == {(staff.cat.pk, staff.cat.department_id)}
    if connection.vendor == "sqlite":
        for model, count in ((Customer, len(records)), (Contact, len(people))):
            with connection.cursor() as cursor:
                name = f"{table(model)}_words"
                cursor.execute(f'SELECT count(*) FROM "{name}" WHERE "{name}" MATCH %s', [f'"\ue0ff{staff.cat.pk}"'])
                assert cursor.fetchone()[0] == count


@pytest.mark.feature("P4")
def test_who_follows_some_of_them_hears_of_it_once(staff: Staff, django_capture_on_commit_callbacks: Any) -> None:
    records = made(staff, 40)
    for each in records[:7]:
        Star.objects.create(user=staff.ben, entity=ENTITY.label, record_id=each.pk)
    with django_capture_on_commit_callbacks(execute=True):
        batch = start_batch(ENTITY, "edit", "t", by=staff.boss)
        keys = [each.pk for each in records]
        done = change_many(ENTITY, keys, lambda __: {"level": "key"}, ("level",), by=staff.boss, batch=batch)
        batch.changed = done.changed
        batch.save()
        announce("kernel.batch.done", entity=ENTITY, batch=batch, by=staff.boss)
    notice = Notice.objects.get(user=staff.ben)
    assert (notice.kind, notice.facts["count"]) == ("changed", 7)


@pytest.mark.parametrize("count", [1, 3, 1_200])
def test_rows_of_a_table_get_values_of_their_own(count: int, staff: Staff) -> None:
    first = make_customer(staff.ann)
    rows = {first.pk: ["第一", None]} | {10_000_000 + number: ["没有", None] for number in range(count - 1)}
    update_rows(Customer, ["remark", "level"], rows, same={"qq": "%s"}, counted="version")
    first.refresh_from_db()
    assert (first.remark, first.level, first.qq, first.version) == ("第一", None, "%s", 2)
