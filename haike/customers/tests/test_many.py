"""Records made by the hundred are the same as records made one by one: columns, search, defaults, refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.models import Contact, Customer
from haike.find.index.table import table
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.refused import Refused

pytestmark = pytest.mark.feature("P17")
OWN = {"id", "number", "created_at", "changed_at", "owned_since"}
FULL: dict[str, Any] = {
    "name": "重庆长安“汽车”（集团）有限公司\\ \t%s", "short_name": "长安",
    "mobile": "13800138000",
    "email": "a@example.com", "level": None, "website": "https://example.com/?a=1&b=%20",
    "region": "440300", "longitude": Decimal("113.943210"),
    "latitude": Decimal("22.5"), "credit_limit": Decimal("1234567890123.45"), "heat": "hot",
    "heat_until": date(2027, 2, 28),
    "preferences": ["quality", "price"], "birthday": "lunar 1980-04-15",
    "last_contact_at": datetime(2026, 11, 1, 3, 4, 5, 678901, UTC), "remark": "一\n二\\N\\.\n😀",
}  # fmt: skip


def columns(record: Customer) -> dict[str, Any]:
    row = Customer.objects.filter(pk=record.pk).values().get()
    return {name: value for name, value in row.items() if name not in OWN}


def found_by(record: Customer) -> set[str]:
    """The parts of the index's text, without the number."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT text FROM "{table(Customer)}" WHERE id = %s', [record.pk])
        return set(cursor.fetchone()[0].split("\n")) - {record.number.lower()}


def make_both(staff: Staff, values: dict[str, Any]) -> tuple[Customer, Customer]:
    entity = entity_of(Customer)
    one = entity.create(by=staff.ann, **values)
    batch = start_batch(entity, "import", "a.xlsx", by=staff.ann)
    [many] = entity.create_many([values], by=staff.ann, batch=batch)
    return one, many


@pytest.mark.parametrize("values", [{"name": "甲有限公司"}, FULL])
def test_columns_and_search_are_the_same(values: dict[str, Any], staff: Staff) -> None:
    one, many = make_both(staff, values)
    assert columns(one) == columns(many)
    assert found_by(one) == found_by(many)
    assert many.number > one.number
    # What the caller holds is what stands in the table.
    assert {n: v for n, v in columns(many).items() if n in FULL} == {n: getattr(many, n) for n in FULL}
    assert entity_of(Customer).change(many, by=staff.ann, remark="anders").version == 2


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60))
def test_any_text_arrives_as_it_was(text: str, staff: Staff) -> None:
    one, many = make_both(staff, {"name": f"甲{text}", "remark": text, "address": text})
    assert columns(one) == columns(many)


def test_defaults_are_each_records_own(staff: Staff) -> None:
    entity = entity_of(Customer)
    batch = start_batch(entity, "import", "a.xlsx", by=staff.ann)
    first, second = entity.create_many([{"name": "甲"}, {"name": "乙"}], by=staff.ann, batch=batch)
    first.custom["x"] = 1
    assert second.custom == {}
    assert first.preferences is not second.preferences


@pytest.mark.parametrize(
    "values",
    [
        {"name": "长" * 121},
        {"name": ""},
        {"name": "甲", "email": "kein-at"},
        {"name": "甲", "tax_number": "123"},
        {"name": "甲", "form": "x"},
    ],
)
def test_what_one_refuses_many_refuse(values: dict[str, Any], staff: Staff) -> None:
    entity = entity_of(Customer)
    with pytest.raises(Refused) as alone:
        entity.create(by=staff.ann, **values)
    batch = start_batch(entity, "import", "a.xlsx", by=staff.ann)
    refused, made = entity.create_many([values, {"name": "好"}], by=staff.ann, batch=batch)
    assert isinstance(refused, Refused)
    assert refused.fields.keys() == alone.value.fields.keys()
    assert made.pk


def test_children_hang_on_their_parents(staff: Staff) -> None:
    entity, contacts = entity_of(Customer), entity_of(Contact)
    batch = start_batch(entity, "import", "a.xlsx", by=staff.ann)
    made = entity.create_many([{"name": f"第{n}有限公司"} for n in range(250)], by=staff.ann, batch=batch)
    people = contacts.create_many([{"customer": each, "name": "王小明"} for each in made], by=staff.ann, batch=batch)
    assert [person.customer_id for person in people] == [each.pk for each in made]
    assert len({each.pk for each in made}) == 250
    assert Change.objects.filter(batch=batch).count() == 500
    assert (
        Contact.objects.filter(owner=staff.ann, department=staff.ann.department, name_pinyin="wang xiao ming").count()
        == 250
    )
    # A key drawn here is not drawn again by the database.
    assert entity.create(by=staff.ann, name="其后").pk > made[-1].pk


def test_many_are_written_without_a_savepoint_in_an_open_transaction(staff: Staff) -> None:
    entity, batch = entity_of(Customer), start_batch(entity_of(Customer), "import", "a.xlsx", by=staff.ann)
    with CaptureQueriesContext(connection) as sent, transaction.atomic():
        entity.create_many([{"name": "甲有限公司"}, {"name": "乙有限公司"}], by=staff.ann, batch=batch)
    # SQLite keeps a copy of each page that is changed behind one: of a large import a hundred megabytes.
    outer = 1  # of the test, which is a transaction itself
    assert sum(each["sql"].startswith("SAVEPOINT") for each in sent.captured_queries) == outer


@pytest.mark.feature("P21")
def test_one_change_writes_what_is_new_and_search_only_where_it_is_searched(
    staff: Staff, browse: Callable[[Any], Client]
) -> None:
    record, ann = entity_of(Customer).create(by=staff.ann, name="甲有限公司", short_name="长安"), browse(staff.ann)
    before, path = columns(record), f"/customers/{record.pk}/edit"

    def sent(**values: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert ann.post(path, {"version": Customer.objects.get(pk=record.pk).version, **values}).status_code == 302
        return [each["sql"] for each in queries.captured_queries]

    statements = sent(remark="新")
    [update] = [each for each in statements if each.startswith('UPDATE "customers_customer"')]
    assert update.count(" = ") == 4  # remark, version, changed at, and the key
    assert not any(table(Customer) in each for each in statements)
    assert any(table(Customer) in each for each in sent(short_name="渝安"))
    record.refresh_from_db()
    changed = {"remark": "新", "short_name": "渝安", "version": 3}
    assert columns(record) == before | changed
    assert "渝安" in found_by(record)
    assert "长安" not in found_by(record)
    assert Change.objects.filter(entity="customers.customer", record_id=record.pk).count() == 3
