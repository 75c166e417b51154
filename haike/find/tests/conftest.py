"""A company of a dozen owners with a few hundred things, parts and shares, the same for every test."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from haike.find.finder import forget
from haike.find.share import Share
from haike.find.tests.model import TABLES, Group, Part, Thing, Unready
from haike.kernel import search
from tests.kept_database import keep_database

NAMES = "上海华为科技有限公司 北京德胜贸易有限公司 中天电子厂 Acme-100%(中国)_x 👍表情公司 ÄÖ宏远 华 O'Neil".split(" ")


@dataclass(frozen=True, repr=False)
class World:
    """What was made; `parts_of` tells what the search knows of a thing."""

    users: list[int]
    things: list[Thing]
    parts_of: dict[int, list[str]]


@pytest.fixture(scope="session")
def find_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The tables exist while these tests run."""
    indexes = Unready._meta.indexes
    Unready._meta.indexes = []
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in TABLES:
                editor.create_model(model)
        search.ensure_index(connection, Thing)
        search.ensure_index(connection, Thing)
        Unready._meta.indexes = indexes
        # What is put back after tests of other rooms has these tables now.
        keep_database()
    yield
    with django_db_blocker.unblock():
        search.drop_index(connection, Thing)
        with connection.schema_editor() as editor:
            for model in reversed(TABLES):
                editor.delete_model(model)


@pytest.fixture
def world(find_tables: None, db: None) -> Iterator[World]:
    """Things of twelve owners, some without, some deleted or archived; shares across."""
    forget()
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rnd = random.Random(5)
    user_model = get_user_model()
    since = {"created_at": start, "changed_at": start}
    made = user_model._base_manager.bulk_create([user_model(username=f"finder{n}", **since) for n in range(12)])
    users = [user.pk for user in made]
    user_model._base_manager.filter(pk__in=users[1:8]).update(manager_id=users[0])
    groups = Group.objects.bulk_create([Group(name=name) for name in ("b", "a", "c")])
    things = Thing.objects.bulk_create(
        [
            Thing(
                owner_id=rnd.choice([*users, *users[:3], None]),
                name=f"{rnd.choice(NAMES)}{rnd.randrange(30)}",
                level=rnd.randrange(4),
                amount=None if rnd.random() < 0.2 else rnd.randrange(2_000) / 4,
                seen_at=None if rnd.random() < 0.3 else start + timedelta(hours=rnd.randrange(90)),
                due_on=None if rnd.random() < 0.5 else (start + timedelta(days=rnd.randrange(9))).date(),
                hot=rnd.random() < 0.1,
                group=rnd.choice([None, *groups]),
                created_at=start + timedelta(minutes=rnd.randrange(150)),
                deleted_at=start if rnd.random() < 0.1 else None,
                archived_at=start if rnd.random() < 0.1 else None,
            )
            for _ in range(260)
        ]
    )
    Part.objects.bulk_create(
        [
            Part(
                thing=thing,
                owner_id=thing.owner_id,
                label=str(n),
                created_at=start + timedelta(hours=rnd.randrange(99)),
            )
            for thing in things
            for n in range(rnd.randrange(3))
        ]
    )
    Share.objects.bulk_create(
        [
            Share(entity=entity, record_id=thing.pk, user_id=user, can_write=rnd.random() < 0.5, by_id=users[0])
            for user in users[:6]
            for thing in rnd.sample(things, 25)
            for entity in ("findtests.thing", "findtests.other")
            if rnd.random() < 0.7
        ]
    )
    parts_of = {thing.pk: [thing.name, f"138{rnd.randrange(10**8):08d}", "hwkj shanghaihuaweikeji"] for thing in things}
    search.write(connection, Thing, [(thing.pk, thing.owner_id, parts_of[thing.pk]) for thing in things])
    yield World(users, things, parts_of)
    forget()
