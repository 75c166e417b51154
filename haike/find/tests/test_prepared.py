"""A prepared query gives what the ORM would give, each time for other keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext

from haike.find.prepared import among, keyed, keyed_alone, prepared, prepared_whole
from haike.find.tests.conftest import World
from haike.find.tests.model import Part, Thing


def things(key: str, ids: list[int], condition: Q | None = None) -> list[Any]:
    rows = Thing.objects.filter(keyed(Thing)).filter(condition or Q()).select_related("group").order_by("-id")
    return prepared(("test", key), lambda: rows, ids)


def test_records_are_those_of_the_orm(world: World) -> None:
    for ids in ([thing.pk for thing in world.things[:40]], [world.things[50].pk], [0, -1, 10**12, 2**63 - 1]):
        wanted = list(Thing.objects.filter(pk__in=ids).select_related("group").order_by("-id"))
        with CaptureQueriesContext(connection) as queries:
            found = things("all", ids)
            assert [thing.group.name for thing in found if thing.group] == [t.group.name for t in wanted if t.group]
        assert len(queries) == 1
        assert found == wanted
        for one, other in zip(found, wanted, strict=True):
            assert {k: v for k, v in vars(one).items() if k != "_state"} == {
                k: v for k, v in vars(other).items() if k != "_state"
            }
            assert one._state.adding is False
            assert one.group == other.group


def test_the_query_is_made_once_for_a_key(world: World) -> None:
    ids, calls = [thing.pk for thing in world.things[:9]], []

    def rows() -> Any:
        calls.append(1)
        return Thing.objects.filter(keyed(Thing)).values_list("pk")

    for some in (ids, ids[:3], []):
        assert {pk for (pk,) in prepared(("test", "once"), rows, some)} == set(some)
    assert len(calls) == 1


def test_keys_may_be_named_at_once(world: World) -> None:
    ids = [thing.pk for thing in world.things[:9]]
    for some in (ids, [], [0, 10**12]):
        assert set(Thing.objects.filter(among(Thing, some))) == set(Thing.objects.filter(pk__in=some))
    owners = Thing.objects.exclude(owner_id=None).values_list("owner_id", flat=True)
    assert Thing.objects.filter(among(Thing, set(owners), "owner_id")).count() == len(owners)


def test_another_key_is_another_query(world: World) -> None:
    ids = [thing.pk for thing in world.things]
    owners = {thing.owner_id for thing in world.things} - {None}
    for owner in owners:
        found = things(f"of {owner}", ids, Q(owner_id=owner))
        assert {thing.pk for thing in found} == {thing.pk for thing in world.things if thing.owner_id == owner}


def test_counts_by_another_column(world: World) -> None:
    ids = list(Part.objects.values_list("thing_id", flat=True).distinct()[:20])

    def rows() -> Any:
        found = Part.objects.filter(keyed(Part, "thing_id")).order_by()
        return found.values_list("thing_id").annotate(number=Count("pk"))

    wanted = {pk: Part.objects.filter(thing_id=pk).count() for pk in ids}
    assert ids
    assert dict(prepared(("test", "parts"), rows, ids)) == wanted


def test_a_query_without_keys_is_kept_and_asked_anew(world: World) -> None:
    calls = []

    def rows() -> Any:
        calls.append(1)
        return Thing.objects.filter(owner_id=world.users[0]).order_by("id")

    def wanted() -> list[Any]:
        return list(Thing.objects.filter(owner_id=world.users[0]).order_by("id"))

    assert prepared_whole(("test", "whole"), rows) == wanted() != []
    Thing.objects.filter(pk=wanted()[0].pk).update(owner_id=world.users[1])
    assert prepared_whole(("test", "whole"), rows) == wanted()
    assert len(calls) == 1
    with pytest.raises(ValueError, match="keys"):
        prepared_whole(("test", "keys in it"), lambda: Thing.objects.filter(keyed(Thing)))


def test_a_condition_that_nothing_meets_asks_nothing(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert things("none", [world.things[0].pk], Q(pk__in=[])) == []
    assert not queries


@pytest.mark.parametrize(
    "rows",
    [
        Thing.objects.all,
        lambda: Thing.objects.filter(keyed(Thing)).values("pk"),
        lambda: Thing.objects.filter(keyed(Thing)).annotate(number=Count("id")),
    ],
)
def test_what_cannot_be_prepared_is_refused(world: World, rows: Any) -> None:
    with pytest.raises(ValueError):
        prepared(("test", "wrong", id(rows)), rows, [1])


def test_a_number_that_is_no_key_finds_nothing(world: World) -> None:
    assert things("all", [2**63, -(2**64), 10**30]) == []
    assert things("all", [2**63, world.things[0].pk]) == [world.things[0]]


def test_moments_come_with_their_zone(world: World) -> None:
    user_model: Any = get_user_model()
    pk = world.users[0]
    [user] = prepared(("test", "user"), lambda: user_model._base_manager.filter(keyed(user_model)), [pk])
    assert user.created_at == user_model._base_manager.get(pk=pk).created_at
    assert user.created_at.tzinfo is not None


PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%findtests_thing%'"


@pytest.mark.postgresql
def test_what_comes_again_with_another_key_is_planned_once(world: World) -> None:
    """Of a customer's page PostgreSQL would spend five times as long on plans as on rows."""

    def plans() -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(PLANS)
            return [(int(generic), int(custom)) for generic, custom in cursor.fetchall()]

    def rows() -> Any:
        return Thing.objects.filter(keyed_alone(Thing), owner_id__in=world.users)

    connection.ensure_connection()
    connection.connection._prepared.clear()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    owned = [thing for thing in world.things if thing.owner_id in world.users][:9]
    for thing in owned:
        with CaptureQueriesContext(connection) as queries:
            assert prepared(("test", "planned"), rows, [thing.pk]) == [thing]
        # What is measured and tested sees the values, too.
        assert f"= {thing.pk}" in queries[0]["sql"]
        assert list(Thing.objects.filter(pk=thing.pk)) == [thing]
    # After five plans of their own they share one; what else is asked leaves nothing behind.
    assert plans() == [(len(owned) - 5, 5)]
    assert not connection.connection._prepared._counts
    connection.settings_dict["PLANS"] = False
    try:
        assert prepared(("test", "not planned"), lambda: rows().order_by("pk"), [owned[0].pk]) == [owned[0]]
    finally:
        connection.settings_dict["PLANS"] = True
    assert plans() == [(len(owned) - 5, 5)]
