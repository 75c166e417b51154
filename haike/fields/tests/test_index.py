"""An own field that is often sorted or filtered by has indexes, and lists walk them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.customers.models import Customer
from haike.fields.own_field.indexes import look_after_indexes
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add
from haike.find.own_index import arrange, names, present
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.filter import read_filter
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("P19", "X1")]
URL = "/settings/fields/customers/"
ENTITY = entity_of(Customer)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """The indexes lie in the database's own lists of tables, which no test rolls back."""
    yield
    arrange(connection, Customer, [])


def make(staff: Staff, key: str, values: list[Any]) -> None:
    batch = Batch.objects.create(kind="import", entity=ENTITY.label, at="2026-01-01T00:00Z")
    rows = [
        {"name": f"第{place:04}家", **({} if value is None else {key: value})} for place, value in enumerate(values)
    ]
    assert len(ENTITY.create_many(rows, by=staff.ann, batch=batch)) == len(values)


def there(own: OwnField, kind: str) -> list[bool]:
    found = present(connection, Customer)
    return [found.get(name, False) for name in names(Customer, (kind, own.key))]


WHOLE = ("seqscan", "bitmapscan", "indexonlyscan")


def plans(ask: Callable[[], Any]) -> str:
    """The plans of all reading statements of a request, as the database describes them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table of some hundred rows is read whole unless this is forbidden, be it by an index that holds it all.
            for way in WHOLE:
                cursor.execute(f"SET enable_{way} = off")
        # What the planner knows is of these rows, and not of those that an earlier test had.
        cursor.execute("ANALYZE customers_customer")
        if connection.vendor == "sqlite":
            # Of some hundred rows it would rather read all; without figures it takes a value to be as rare as in many.
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")
    with CaptureQueriesContext(connection) as captured:
        ask()
    head, lines = ("EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"), []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].startswith(("SELECT", "WITH")) and "customers_customer" in query["sql"]:
                cursor.execute(f"{head} {query['sql']}")
                lines += [str(row[-1]) for row in cursor.fetchall()]
        if connection.vendor == "postgresql":
            for way in WHOLE:
                cursor.execute(f"RESET enable_{way}")
    return "\n".join(lines)


KINDS = [
    ("number", "number", [5, None, 7, 1200, 9, 0, -3]),
    ("money", "number", ["10.50", None, "7", "100000", "9.99"]),
    ("date", "day", [None, "2026-03-09", "2024-02-29", "2031-12-01"]),
]


@pytest.mark.parametrize(("kind", "compares", "values"), KINDS)
def test_the_switch_makes_indexes_and_both_lists_walk_them(
    kind: str, compares: str, values: list[Any], staff: Staff, browse: Browse
) -> None:
    boss, ann = browse(staff.boss), browse(staff.ann)
    own = add(boss, kind)
    look = ENTITY.looks[own.key]
    make(staff, own.key, [None if value is None else look.parse(str(value), staff.ann) for value in values * 60])
    ask = {"sort": f"-{own.key}"}
    before = [[row["id"] for row in client.get("/api/v1/customers/", ask).json()["items"]] for client in (boss, ann)]
    everybody, mine = names(Customer, (compares, own.key))
    assert there(own, compares) == [False, False]
    data = {"label": own.label, "often": "1", "version": "1", "places": own.fact("places", "")}
    assert boss.post(f"{URL}{own.key}/edit", data).status_code == 302
    run_ready_jobs()
    assert there(own, compares) == [True, True]
    assert "已建索引" in boss.get(URL).content.decode()
    for client, name, ids in ((boss, everybody, before[0]), (ann, mine, before[1])):
        assert name in plans(lambda client=client: client.get("/customers/", ask)), name  # type: ignore[misc]
        assert [row["id"] for row in client.get("/api/v1/customers/", ask).json()["items"]] == ids
    data |= {"often": "", "version": "2"}
    assert boss.post(f"{URL}{own.key}/edit", data).status_code == 302
    assert boss.get("/customers/", ask).status_code == 200, "nobody walks it from now on"
    run_ready_jobs()
    assert there(own, compares) == [False, False]
    assert ann.get("/customers/", ask).status_code == 200


def test_pages_follow_one_another_over_values_and_over_none(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    own = add(boss, "number", often="1")
    make(staff, own.key, [None if place % 3 == 0 else place % 7 for place in range(130)])
    run_ready_jobs()
    for client in (boss, browse(staff.ann)):
        for sign in ("", "-"):
            names_seen: list[str] = []
            url = f"/api/v1/customers/?sort={sign}{own.key}&limit=40"
            while url:
                answer = client.get(url).json()
                names_seen += [row["name"] for row in answer["items"]]
                values = [row[own.key] for row in answer["items"]]
                url = (
                    f"/api/v1/customers/?sort={sign}{own.key}&limit=40&after={answer['after']}"
                    if answer["after"]
                    else ""
                )
                known = [value for value in values if value is not None]
                assert known == sorted(known, reverse=bool(sign))
            assert len(names_seen) == len(set(names_seen)) == 130


def test_a_filter_is_answered_by_the_index(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    choice, number = add(boss, "choice", often="1"), add(boss, "number", often="1")
    make(staff, number.key, list(range(400)))
    rows = list(Customer.objects.order_by("pk")[:3])
    for row in rows:
        ENTITY.change(row, by=staff.ann, **{choice.key: "o3"})
    run_ready_jobs()
    assert there(choice, "text") == there(number, "number") == [True, True]
    lines = [
        (choice, "text", "one_of", ["o3"], 3),
        (number, "number", "is", "77", 1),
        (number, "number", "more", "397", 2),
    ]
    for own, kind, op, value, count in lines:
        text = json.dumps({"all": [{"field": own.key, "op": op, "value": value}]})
        for user, client in ((staff.boss, boss), (staff.ann, browse(staff.ann))):
            # Which way a list goes depends on more than the filter; its rows are looked for alone here.
            rows = Customer.objects.visible_to(user).filter(read_filter(ENTITY, user, text).q(user)).values_list("id")
            found = plans(lambda rows=rows: list(rows.order_by()))  # type: ignore[misc]
            assert any(name in found for name in names(Customer, (kind, own.key))), f"{op} of {user}: {found}"
            assert len(client.get("/api/v1/customers/", {"f": text}).json()["items"]) == count


def test_the_index_goes_with_the_field_and_comes_back_with_it(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    own, other = add(boss, "date", often="1"), add(boss, "number", often="1")
    run_ready_jobs()
    assert there(own, "day") == there(other, "number") == [True, True]
    boss.post(f"{URL}{own.key}/delete")
    run_ready_jobs()
    assert there(own, "day") == [False, False]
    assert there(other, "number") == [True, True]
    boss.post(f"{URL}{own.key}/restore")
    run_ready_jobs()
    assert there(own, "day") == [True, True]
    arrange(connection, Customer, [])
    look_after_indexes.call()
    assert there(own, "day") == there(other, "number") == [True, True]


def test_only_kinds_that_an_index_serves_are_asked(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    own = add(boss, "longtext", often="1")
    assert 'name="often"' not in boss.get(f"{URL}new?kind=longtext").content.decode()
    assert not own.fact("often")
    assert 'name="often"' in boss.get(f"{URL}new?kind=date").content.decode()
