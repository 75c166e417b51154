"""Many own fields cost a list nothing in queries, and links are read together."""

from __future__ import annotations

import cProfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.customers.models import Customer
from haike.exchange.tests.test_export import rows_of
from haike.fields.own_field.additions import own_fields_changed
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19")]


def queries(client: Client, path: str) -> int:
    """The fewest of some requests: once a second one of them asks whether rights or fields have changed."""
    counts = []
    for __ in range(4):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    return min(counts)


def test_two_hundred_fields_cost_the_list_no_query(staff: Staff, browse: Browse) -> None:
    client, entity = browse(staff.ann), entity_of(Customer)
    records = [entity.create(by=staff.ann, name=f"第{place:03}家") for place in range(30)]
    paths = ("/customers/", f"/customers/{records[0].pk}/", "/customers/new", "/api/v1/customers/")
    for path in paths:
        client.get(path)  # what was visited stands in the strip of each page
    before = {path: queries(client, path) for path in paths}
    kinds = ("text", "number", "money", "date", "yesno", "phone", "url", "longtext", "email", "time")
    OwnField.objects.bulk_create(
        OwnField(
            entity=entity.label,
            key=f"own_f{n}",
            kind=kinds[n % 10],
            label=f"字段{n}",
            made_at=timezone.now(),
            position=n,
        )
        for n in range(200)
    )
    own_fields_changed()
    for record in records:
        entity.change(record, by=staff.ann, own_f0="甲", own_f1=7, own_f2="1.50")
    assert {path: queries(client, path) for path in paths} == before
    client.post("/customers/columns", {"column": ["name", *(f"own_f{n}" for n in range(40))]})
    assert queries(client, "/customers/") <= before["/customers/"] * 1.5
    assert "1.50" in client.get("/customers/").content.decode()


KINDS = ("text", "number", "money", "date", "yesno", "phone", "url", "longtext", "email", "time")
VALUES = (
    "海客文字",
    "1200",
    "98765.50",
    "2026-03-09",
    True,
    "13812345678",
    "https://example.com",
    "一\n二",
    "a@b.cn",
    "14:30",
)
MOST = 1.25
"""Of the calls; the rest of the half more that the list may take is for reading the values, which is one call a row."""


def calls(client: Client, path: str) -> int:
    """Functions called by a request that finds its caches warm: in step with its time, and alike on every machine."""
    for __ in range(2):
        client.get(path)
    with cProfile.Profile() as profile:
        assert client.get(path).status_code == 200
    return sum(entry.callcount for entry in profile.getstats())


def test_two_hundred_filled_fields_keep_the_list_within_its_budget(staff: Staff, browse: Browse) -> None:
    """The list with 200 own fields, all filled in and some of them shown, against the same list without any."""
    client, entity, now = browse(staff.ann), entity_of(Customer), timezone.now()
    records = [entity.create(by=staff.ann, name=f"第{place:03}家") for place in range(50)]
    facts: dict[str, Any] = {"entity": entity.label, "made_at": now}
    OwnField.objects.bulk_create(
        OwnField(key=f"own_f{n}", kind=KINDS[n % 10], label=f"字段{n}", position=n, **facts) for n in range(200)
    )
    filled = {f"own_f{n}": VALUES[n % 10] for n in range(200)}
    found = []
    for own in (False, True):
        OwnField.objects.update(deleted_at=None if own else now)
        with writer():
            Customer._base_manager.filter(pk__in=[each.pk for each in records]).update(custom=filled if own else {})
        own_fields_changed()
        shown = ["own_f0", "own_f2", "own_f3"] if own else ["phone", "source", "region"]
        client.post("/customers/columns", {"column": ["name", "stage", "level", "owner", *shown]})
        found.append(calls(client, "/customers/"))
    assert "98,765.50" in client.get("/customers/").content.decode()
    plain, full = found
    assert full <= plain * MOST, f"{full} calls against {plain}"


def test_links_are_exported_with_as_many_queries_for_many_rows(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    boss = browse(staff.boss)
    links = [add(boss, kind) for kind in ("reference", "person", "department")]
    column, made = ["name", *(own.key for own in links)], []
    for place in range(12):
        links_to = entity_of(Customer).create(by=staff.boss, name=f"介绍{place:02}")
        values = dict(zip([own.key for own in links], [links_to, staff.ben, staff.ann.department], strict=True))
        made.append(entity_of(Customer).create(by=staff.boss, name=f"第{place:02}家", **values))

    def export(some: list[Customer]) -> tuple[int, bytes]:
        ids = ",".join(str(each.pk) for each in some)
        with CaptureQueriesContext(connection) as captured:
            out = boss.post("/customers/export", {"write": "1", "what": "ids", "ids": ids, "column": column})
        assert out.status_code == 200, out.content.decode()[:500]
        return len(captured), out.content

    export(made[:2])
    few, __ = export(made[:2])
    many, content = export(made)
    assert many == few
    rows = rows_of(content, tmp_path)
    assert sorted(row[1] for row in rows[1:]) == [f"介绍{place:02}" for place in range(12)]
    assert {row[2] for row in rows[1:]} == {staff.ben.name}
