"""Random bulk acts by several people, undone from the last to the first: every table is as it was."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from haike.customers.models import Anniversary, Contact, Customer
from haike.find.index import tokens
from haike.find.index.table import table
from haike.find.share import Share
from haike.kernel import search, versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.people.user.record import User

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X4", "P15")]
NOT_COMPARED = {"version", "changed_at", "changed_by_id", "owned_since", "last_login", "last_seen", "grams"}
"""Columns that tell of the undo itself; who gets a record back has it from then on, so that no rule takes it at once.
And who does it is seen. PostgreSQL's tokens of a text lie in no order: `is_as_rebuilt` compares them."""
TELL_OF_IT = {
    "kernel_change": "the log tells of act and undo",
    "kernel_batch": "the batches themselves",
    "bulk_bulkrun": "what was asked for",
    "bulk_bulkrefusal": "and who was refused",
    "django_session": "who looks at pages is seen",
}
"""Tables that an act or its undo adds to, and why; every other one must be as it was."""
WRITTEN_ANEW = {"dedupe_identitykey"}
"""Tables whose rows nobody points to: they go and come back under other keys."""
NAMES = ("甲", "乙", "丙", "丁")

PEOPLE = st.sampled_from(["ann", "ben", "boss", "cat"])
ROWS = st.sets(st.integers(0, len(NAMES) - 1), min_size=1)
EDITS = st.sampled_from(
    [
        ("level", "set", "vip"),
        ("level", "empty", ""),
        ("short_name", "set", "青鸟"),
        ("name", "set", "凤凰集团"),
        ("credit_limit", "add", "12.5"),
        ("credit_limit", "multiply", "3"),
        ("heat", "set", "hot"),
        ("heat", "empty", ""),
        ("preferences", "empty", ""),
        ("remark", "set", "一起改的"),
        ("next_contact_at", "set", "2031-01-02T03:04"),
    ]
)
ACTS = st.one_of(
    st.tuples(st.just("edit"), PEOPLE, ROWS, EDITS),
    st.tuples(st.just("transfer"), PEOPLE, ROWS, PEOPLE),
    st.tuples(st.just("share"), PEOPLE, ROWS, st.tuples(PEOPLE, st.booleans())),
    st.tuples(st.sampled_from(["delete", "restore", "archive", "unarchive"]), PEOPLE, ROWS, st.none()),
    st.tuples(st.sampled_from(["contacts/delete", "contacts/restore"]), PEOPLE, ROWS, st.none()),
)


def snapshot() -> dict[str, Any]:
    """Every row of every table, and whom SQLite's index takes for the owners."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for name, columns in compared():
            order = "1, 2, 3" if name in WRITTEN_ANEW else "1"
            cursor.execute(f'SELECT {columns} FROM "{name}" ORDER BY {order}')
            # The order of the keys of own fields is not what they hold.
            found[name] = [tuple(map(plain, row)) for row in cursor.fetchall()]
    if connection.vendor == "sqlite":
        users = User.objects.values_list("pk", flat=True)
        for model in (Customer, Contact):
            found[f"owners {model.__name__}"] = [(user, keys) for user in users if (keys := owned(model, user))]
    return found


def plain(value: Any) -> Any:
    """SQLite tells JSON as text."""
    return json.loads(value) if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}" else value


@cache
def compared() -> list[tuple[str, str]]:
    """The tables with their columns, as SQL; those in which FTS5 keeps its tokens are asked in its own way."""
    found = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name not in TELL_OF_IT and "_words" not in name:
                columns = [each.name for each in connection.introspection.get_table_description(cursor, name)]
                left_out = NOT_COMPARED | ({"id"} if name in WRITTEN_ANEW else set())
                kept = [f'"{column}"' for column in columns if column not in left_out]
                found.append((name, ", ".join(kept)))
    return found


def differences(now: dict[str, Any], then: dict[str, Any]) -> list[Any]:
    """What is not as it was: rows that were not there, and rows that were."""
    return [
        (name, [row for row in now[name] if row not in rows], [row for row in rows if row not in now[name]])
        for name, rows in then.items()
        if now[name] != rows
    ]


def owned(model: Any, user: Any) -> list[int]:
    """What SQLite's index takes for this user's."""
    with connection.cursor() as cursor:
        words = f"{table(model)}_words"
        cursor.execute(f'SELECT rowid FROM "{words}" WHERE "{words}" MATCH %s', [f'"\ue0ff{user}"'])
        return sorted(key for (key,) in cursor.fetchall())


def is_as_rebuilt(records: list[Any]) -> bool:
    """Whether the search knows of the live records what an index built anew would: texts, words and owners."""
    for model in (Customer, Contact):
        entity, name = entity_of(model), table(model)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT id, text FROM "{name}"')
            texts = dict(cursor.fetchall())
            for row in model._base_manager.filter(
                pk__in=[each.pk for each in records if type(each) is model], deleted_at=None
            ):
                parts = tokens.fold_parts(entity.search_text(row))
                if texts.get(row.pk) != tokens.SEPARATOR.join(parts):
                    return False
                found = tokens.tokens_of(parts)
                if connection.vendor == "sqlite":
                    cursor.execute(
                        f'SELECT count(*) FROM "{name}_words" WHERE rowid = %s AND "{name}_words" MATCH %s',
                        [row.pk, tokens.fts_query(found, [row.owner_id or 0])],
                    )
                    same = cursor.fetchone()[0] == 1
                else:
                    cursor.execute(f'SELECT grams FROM "{name}" WHERE id = %s', [row.pk])
                    same = set(cursor.fetchone()[0]) == set(tokens.numbers_of(found))
                if not same:
                    return False
    return True


def play(clients: dict[str, Client], staff: Staff, customers: list[Customer], contacts: list[Contact], act: Any) -> int:
    """One bulk act through the browser; returns its batch, or 0 where it was refused as a whole."""
    kind, who, rows, more = act
    slug, records = ("contacts", contacts) if "/" in kind else ("customers", customers)
    data: dict[str, Any] = {"ids": ",".join(str(records[row].pk) for row in sorted(rows)), "sure": "1"}
    if kind == "edit":
        field, how, value = more
        data |= {"bulk-field": field, "bulk-how": how, "bulk-number" if how in ("add", "multiply") else field: value}
    elif kind == "transfer":
        data["owner"] = getattr(staff, more).pk
    elif kind == "share":
        data |= {"owner": getattr(staff, more[0]).pk, **({"can_write": "1"} if more[1] else {})}
    before = Batch.objects.count()
    clients[who].post(f"/{slug}/bulk/{kind.rpartition('/')[2]}", data)
    return Batch.objects.exclude(kind="undo").latest("id").pk if Batch.objects.count() > before else 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=1, max_size=6))
@example(
    acts=[("contacts/delete", "boss", {0, 1}, None), ("delete", "boss", {0}, None), ("restore", "boss", {0}, None)]
)
@example(acts=[("delete", "ann", {0}, None), ("contacts/restore", "ann", {0}, None), ("restore", "ben", {0, 1}, None)])
@example(
    acts=[
        ("transfer", "boss", {0}, "cat"),
        ("contacts/delete", "cat", {0}, None),
        ("contacts/restore", "cat", {0}, None),
        ("contacts/delete", "cat", {0}, None),
    ]
)
@example(acts=[("share", "ann", {3}, ("cat", False))])
@example(acts=[("transfer", "ben", {0, 1}, "cat"), ("edit", "cat", {0}, ("name", "set", "凤凰集团"))])
@example(acts=[("edit", "ann", {0}, ("name", "set", "凤凰集团")), ("edit", "ann", {0}, ("short_name", "set", "青鸟"))])
@example(acts=[("edit", "ann", {0, 1, 2}, ("heat", "set", "hot")), ("edit", "ben", {1}, ("heat", "empty", ""))])
def test_undone_backwards_everything_is_as_it_was(acts: list[Any], staff: Staff) -> None:
    people = {"ann": staff.ann, "ben": staff.ben, "boss": staff.boss, "cat": staff.cat}
    clients = {name: Client() for name in people}
    for name, user in people.items():
        clients[name].force_login(user)
    for model in (Contact, Customer):
        search.erase(connection, model, list(model._base_manager.values_list("pk", flat=True)))
    customers = [
        entity_of(Customer).create(
            by=staff.ann, name=f"{name}公司", level="key", credit_limit=100, heat="hot", preferences=["price"]
        )
        for name in NAMES
    ]
    contacts = [
        entity_of(Contact).create(by=staff.ann, customer=each, name="王一", mobile="13800138001") for each in customers
    ]
    for contact in contacts:
        entity_of(Anniversary).create(by=staff.ann, contact=contact, kind="wedding", day="2020-05-01")
    Share.objects.create(entity="customers.customer", record_id=customers[3].pk, user=staff.cat, can_write=True)
    versioned.forget()
    states, batches = [snapshot()], []
    for act in acts:
        if batch := play(clients, staff, customers, contacts, act):
            batches.append((batch, act[1]))
            states.append(snapshot())
            assert is_as_rebuilt([*customers, *contacts]), act
    for batch, who in reversed(batches):
        states.pop()
        if Batch.objects.get(pk=batch).changed:
            page = clients[who].get(f"/batches/{batch}/undo").content.decode()
            assert "notice-warn" not in page, (batch, page[page.index("notice-warn") :][:900])
            answer = clients[who].post(f"/batches/{batch}/undo", {"conflicts": "skip"})
            assert answer.status_code == 302, answer.content.decode()
            assert Batch.objects.get(pk=batch).kept == 0
        assert is_as_rebuilt([*customers, *contacts]), batch
        found = differences(snapshot(), states[-1])
        assert found == [], (acts, batch, batches)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=EDITS, rows=ROWS, later=st.lists(st.tuples(ROWS, EDITS), max_size=3))
def test_undone_out_of_order_nothing_of_others_is_lost(
    first: Any, rows: set[int], later: list[Any], staff: Staff
) -> None:
    """Ann's edit is undone after the boss's: what he set since stays, what he did not touch goes back."""
    ann, boss = Client(), Client()
    ann.force_login(staff.ann)
    boss.force_login(staff.boss)
    clients = {"ann": ann, "boss": boss}
    customers = [
        entity_of(Customer).create(by=staff.ann, name=f"{name}公司", credit_limit=7, heat="hot") for name in NAMES
    ]
    plain = [vars_of(customer) for customer in customers]
    batch = play(clients, staff, customers, [], ("edit", "ann", rows, first))
    if not batch or not Batch.objects.get(pk=batch).changed:
        return
    done = [vars_of(customer) for customer in customers]
    for others, edit in later:
        play(clients, staff, customers, [], ("edit", "boss", others, edit))
    now = [vars_of(customer) for customer in customers]
    ann.post(f"/batches/{batch}/undo", {"conflicts": "skip"})
    after = [vars_of(customer) for customer in customers]
    name = first[0]
    for place in range(len(NAMES)):
        if plain[place][name] == done[place][name] or now[place][name] != done[place][name]:
            assert after[place][name] == now[place][name]
        else:
            assert after[place][name] == plain[place][name]


def vars_of(customer: Customer) -> dict[str, Any]:
    return Customer._base_manager.filter(pk=customer.pk).values().get()
