"""Many writers at once, and writers that die: no number twice, none skipped, nothing without its log and its index."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client

from haike.customers.models import Customer
from haike.find.index.table import table
from haike.jobs.testing import at_once
from haike.kernel import bulk, search
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.kernel.numbers import Counter
from haike.people.testing import Staff
from haike.refused import Conflict, Refused

ROOT = Path(__file__).parents[1]
WRITERS, EACH = 8, 6
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("P21")]

CHILD = """
import os, sys, time
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from haike.customers.models import Customer
from haike.kernel import change
from haike.people.models import User
by = User.objects.get(username=sys.argv[2])
entity, act = Customer._haike_entity, sys.argv[3]
entity.create(by=by, name="先头有限公司")
if act == "middle":
    def wait(*records, **how):
        print("middle", flush=True)
        time.sleep(60)
    change.index = wait
print("begun", flush=True)
number = 0
while True:
    number += 1
    entity.create(by=by, name=f"进程{os.getpid()}第{number}有限公司")
"""


@pytest.fixture
def house(transactional_db: None, staff: Staff) -> Iterator[Staff]:
    """The people, committed; the index, which is no model's table, is emptied before and after."""
    # Other tests with committed rows leave their documents behind.
    search.erase(connection, Customer, indexed())
    yield staff
    search.erase(connection, Customer, indexed())


def indexed() -> list[int]:
    """The keys of all documents in the index of customers."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table(Customer)}"')
        found = [key for (key,) in cursor.fetchall()]
        if connection.vendor == "sqlite":
            # FTS5 without content tells its rows only by the tokens that they have.
            cursor.execute(
                f"CREATE VIRTUAL TABLE temp.tokens USING fts5vocab(main, '{table(Customer)}_words', instance)"
            )
            cursor.execute("SELECT DISTINCT doc FROM temp.tokens")
            assert sorted(found) == sorted(key for (key,) in cursor.fetchall())
            cursor.execute("DROP TABLE temp.tokens")
    return found


def check_whole() -> int:
    """Nothing is there by halves; returns how many customers there are."""
    keys = sorted(Customer.objects.values_list("pk", flat=True))
    numbers = sorted(Customer.objects.values_list("number", flat=True))
    assert [int(number[-5:]) for number in numbers] == list(range(1, len(keys) + 1))
    log = Change.objects.filter(entity="customers.customer", action="create")
    assert sorted(log.values_list("record_id", flat=True)) == keys
    assert sorted(indexed()) == keys
    counter = Counter.objects.filter(key__startswith="KH").first()
    assert (counter.last if counter else 0) == len(keys)
    return len(keys)


@pytest.mark.feature("P23")
def test_eight_writers_at_once(house: Staff) -> None:
    entity = entity_of(Customer)

    def write(writer: int) -> Callable[[], object]:
        return lambda: [entity.create(by=house.ann, name=f"第{writer}人第{n}家有限公司") for n in range(EACH)]

    results = at_once([write(writer) for writer in range(WRITERS)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert check_whole() == WRITERS * EACH


def test_imports_and_single_writers_draw_from_the_same_numbers(house: Staff) -> None:
    entity = entity_of(Customer)

    def bring_in(writer: int) -> object:
        batch = bulk.start_batch(entity, "import", "a.xlsx", by=house.ann)
        return entity.create_many([{"name": f"表{writer}行{n}有限公司"} for n in range(20)], by=house.ann, batch=batch)

    acts: list[Callable[[], object]] = [lambda w=writer: bring_in(w) for writer in range(3)]
    acts += [lambda w=w: [entity.create(by=house.cat, name=f"散户{w}-{n}") for n in range(5)] for w in range(3)]
    results = at_once(acts)
    assert not [result for result in results if isinstance(result, Exception)]
    assert check_whole() == 3 * 20 + 3 * 5
    assert sum(Batch.objects.values_list("created", flat=True)) == 60


def test_what_fails_leaves_no_gap(house: Staff) -> None:
    entity = entity_of(Customer)
    entity.create(by=house.ann, name="甲有限公司")
    with pytest.raises(Refused):
        entity.create(by=house.ann, name="乙有限公司", tax_number="123")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        entity.create(by=house.ann, name="丙有限公司")
        raise ZeroDivisionError
    entity.create(by=house.ann, name="丁有限公司")
    assert check_whole() == 2


@pytest.mark.slow
@pytest.mark.feature("P23")
def test_a_writer_killed_in_the_middle(house: Staff) -> None:
    """Killed when number, row and log are written and the index is not: it is as if it had never begun."""
    child = start_child(house, "middle")
    assert [child.stdout.readline().strip() for _ in range(2)] == ["begun", "middle"]
    stop(child)
    assert check_whole() == 1
    entity_of(Customer).create(by=house.ann, name="其后有限公司")
    assert check_whole() == 2


@pytest.mark.slow
@pytest.mark.feature("P23")
def test_writers_killed_at_any_moment(house: Staff) -> None:
    chance = random.Random(11)
    children = [start_child(house, "go") for _ in range(2)]
    for child in children:
        assert child.stdout.readline().strip() == "begun"
    for child in children:
        time.sleep(chance.uniform(0.2, 0.6))
        stop(child)
    assert check_whole() > 2
    entity_of(Customer).create(by=house.ann, name="其后有限公司")
    check_whole()


def start_child(house: Staff, act: str) -> subprocess.Popen[str]:
    """Another process that writes customers into the database of this test without end."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "haike.site.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHILD, str(connection.settings_dict["NAME"]), house.ann.username, act]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def stop(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    child.stdout.close()


@pytest.mark.feature("P16")
def test_two_save_the_same_record_at_the_same_moment(house: Staff) -> None:
    entity = entity_of(Customer)
    for round_ in range(4):
        record = entity.create(by=house.ann, name=f"第{round_}轮有限公司")
        names = ["甲的名字", "乙的名字"]
        acts: list[Callable[[], object]] = [
            lambda n=name, r=record: entity.change(  # type: ignore[misc]
                Customer.objects.get(pk=r.pk), by=house.ann, version=r.version, name=n
            )
            for name in names
        ]
        results = at_once(acts)
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Customer"]
        [conflict] = [result for result in results if isinstance(result, Conflict)]
        won = names[[isinstance(result, Customer) for result in results].index(True)]
        record.refresh_from_db()
        assert (record.name, record.version) == (won, 2)
        assert conflict.current.name == won
        log = Change.objects.filter(entity="customers.customer", record_id=record.pk, action="change")
        assert [change.diff["name"] for change in log] == [[f"第{round_}轮有限公司", won]]


@pytest.mark.feature("P16")
def test_two_forms_of_the_same_record_sent_at_the_same_moment(house: Staff) -> None:
    record = entity_of(Customer).create(by=house.ann, name="两人有限公司")
    fields = {"version": "1", "form": "business", "kind": "potential", "stage": "prospect"}

    def send(name: str) -> Callable[[], object]:
        client = Client()
        client.force_login(house.ann)
        return lambda: client.post(f"/customers/{record.pk}/edit", {**fields, "name": name}).status_code

    assert sorted(at_once([send("甲的名字"), send("乙的名字")])) == [302, 409]
    assert Change.objects.filter(record_id=record.pk, entity="customers.customer", action="change").count() == 1
