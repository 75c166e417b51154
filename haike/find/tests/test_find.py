"""Lists against a plain reading of the same rows: pages, counts, sums, in every shape."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.find.finder import Find, forget
from haike.find.index.tokens import fold, fold_words
from haike.find.indexes import hot_indexes
from haike.find.scope import Scope
from haike.find.share import Share
from haike.find.tests.conftest import World
from haike.find.tests.model import Part, Thing, Unready

calm = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# What should be found


def allowed(scope: Scope, row: Any) -> bool:
    if scope.everything or row.owner_id in scope.owner_ids:
        return True
    if not scope.shared:
        return False
    shares = Share.objects.filter(
        user_id=scope.user_id, entity=scope.share_entity, record_id=getattr(row, scope.share_column)
    )
    return (shares.filter(can_write=True) if scope.writable else shares).exists()


def in_state(state: str, row: Any) -> bool:
    return {
        "active": row.deleted_at is None and row.archived_at is None,
        "archived": row.deleted_at is None and row.archived_at is not None,
        "live": row.deleted_at is None,
        "bin": row.deleted_at is not None,
    }[state]


def wanted(
    model: type[models.Model], scope: Scope, where: Q, sort: list[str], state: str, words: str, world: World
) -> list[int]:
    rows = model._base_manager.filter(pk__in=model._base_manager.filter(where).values("pk"))
    order = [F(key.lstrip("-")).desc(nulls_last=True) if key[0] == "-" else F(key).asc(nulls_last=True) for key in sort]
    last = "-id" if sort[0][0] == "-" else "id"
    found = []
    for row in rows.order_by(*order, last):
        text = [fold(part) for part in world.parts_of.get(row.pk, [])]
        said = all(any(word in part for part in text) for word in fold_words(words))
        if said and in_state(state, row) and allowed(scope, row):
            found.append(row.pk)
    return found


# What is asked


@dataclass(frozen=True)
class Limits:
    """The figures from which the shapes are chosen; small ones bring each of them to small data."""

    few: int
    walk: int
    small: int
    offsets: int
    arms: int


LIMITS = [
    Limits(5_001, 20_000, 10_000, 1_000, 500),
    Limits(8, 20_000, 5, 30, 500),
    Limits(8, 40, 5, 0, 3),
    Limits(60, 40, 10_000, 1_000, 2),
    Limits(2, 100, 0, 10, 500),
    Limits(2, 300, 0, 10, 500),
]


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    names = ("FEW", "WALK", "SMALL", "OFFSETS", "MOST_ARMS", "GLANCE", "OWN_GLANCE", "OWN_FEW", "STROLL", "WINDOW")
    before = {name: getattr(Find, name) for name in names}
    values = (
        *(limits.few, limits.walk, limits.small, limits.offsets, limits.arms),
        *(limits.few // 2, limits.few // 5, limits.few // 2, limits.walk // 10, limits.walk // 20),
    )
    for name, value in zip(names, values, strict=True):
        setattr(Find, name, value)
    forget()
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(Find, name, value)
        forget()


WHERES = [
    Q(),
    Q(),
    Q(level=2),
    Q(level__gte=1, amount__lt=200),
    Q(hot=True),
    Q(group__name="a"),
    Q(group__isnull=True) | Q(level=0),
    Q(owner__subordinates__username__startswith="finder"),
    Q(name__icontains="100%"),
    ~Q(level=1) & Q(seen_at__isnull=False),
    Q(level=99),
    Q(pk__in=[]),
]
SORTS = [
    ["-created_at"],
    ["created_at"],
    ["-amount"],
    ["amount"],
    ["seen_at"],
    ["-seen_at"],
    ["-due_on"],
    ["level"],
    ["-id"],
    ["id"],
    ["name"],
    ["group__name"],
    ["-group__name", "level"],
    ["-level", "amount"],
    ["owner_id"],
]
WORDS = [
    "",
    "",
    "",
    "有限公司",
    "华",
    "上海 科技",
    "1380",
    "38",
    "hwkj",
    "100%",
    "(中国)",
    "👍",
    "o'neil",
    "没有这个",
    "\0",
    "\u200f",
]


@st.composite
def scopes(draw: st.DrawFn, users: list[int], column: str = "id") -> Scope:
    if draw(st.integers(0, 4)) == 0:
        return Scope(True, (), users[0], False)
    owners = draw(st.lists(st.sampled_from(users), max_size=7, unique=True))
    shared, writable = draw(st.booleans()), draw(st.booleans())
    return Scope(False, tuple(owners), draw(st.sampled_from(users)), shared, "findtests.thing", column, writable)


@st.composite
def lists(draw: st.DrawFn, users: list[int]) -> dict[str, Any]:
    where = draw(st.sampled_from(WHERES))
    if draw(st.integers(0, 4)) == 0:
        where &= Q(owner_id__in=draw(st.lists(st.sampled_from(users), max_size=3)))
    return {
        "scope": draw(scopes(users)),
        "where": where,
        "sort": draw(st.sampled_from(SORTS)),
        "words": draw(st.sampled_from(WORDS)),
        "state": draw(st.sampled_from(["active", "active", "live", "archived", "bin"])),
    }


@calm
@given(data=st.data())
def test_a_list_is_what_a_plain_reading_gives(world: World, data: st.DataObject) -> None:
    asked = data.draw(lists(world.users))
    size = data.draw(st.sampled_from([1, 7, 20, 100]))
    expected = wanted(Thing, world=world, **asked)
    with limited(data.draw(st.sampled_from(LIMITS))):

        def find() -> Find:
            return Find(Thing, **asked)

        assert list(find().ids()) == expected
        assert find().exact_count() == len(expected)
        assert find().count(10) == (min(len(expected), 10), len(expected) >= 10)
        pages = max(-(-len(expected) // size), 1)
        if pages <= 20:
            by_number = [find().page(size, number) for number in range(1, pages + 1)]
            assert [page.ids for page in by_number] == [expected[n * size : (n + 1) * size] for n in range(pages)]
            assert (by_number[0].before, by_number[-1].after) == (None, None)
            follow_links(find, by_number)
        pairs = set(Thing.objects.filter(pk__in=expected).values_list("level", "owner_id"))
        assert set(find().distinct(["level", "owner"])) == pairs
        amounts = list(Thing.objects.filter(pk__in=expected, amount__isnull=False).values_list("amount", flat=True))
        levels = list(Thing.objects.filter(pk__in=expected).values_list("level", flat=True))
        assert find().sums(["amount", "level"]) == {
            "amount": sum(amounts, Decimal(0)) if amounts else None,
            "level": sum(levels) if levels else None,
        }


def follow_links(find: Any, by_number: list[Any]) -> None:
    size = max(len(page.ids) for page in by_number) or 1
    page, seen = by_number[0], [by_number[0]]
    while page.after is not None:
        page = find().page(size, after=page.after)
        seen.append(page)
    assert [each.ids for each in seen] == [each.ids for each in by_number]
    for earlier in reversed(seen[:-1]):
        page = find().page(size, before=page.before)
        assert page.ids == earlier.ids


@calm
@given(data=st.data())
def test_parts_are_reached_through_their_thing(world: World, data: st.DataObject) -> None:
    scope = data.draw(scopes(world.users, "thing_id"))
    sort = data.draw(st.sampled_from([["-created_at"], ["created_at"], ["thing__name"]]))
    expected = wanted(Part, scope, Q(), sort, "active", "", world)
    with limited(data.draw(st.sampled_from(LIMITS))):
        assert list(Find(Part, scope, sort=sort).ids()) == expected
        assert Find(Part, scope, sort=sort).page(20).ids == expected[:20]
        assert Find(Part, scope, sort=sort).page(20, 3).ids == expected[40:60]
        assert Find(Part, scope).exact_count() == len(expected)


# Single matters


def test_a_place_survives_the_row_it_names(world: World) -> None:
    everything = Scope(True, (), 0, False)
    first = Find(Thing, everything, sort=["-amount"]).page(10)
    before = Find(Thing, everything, sort=["-amount"]).page(10, after=first.after).ids
    Thing.objects.filter(pk=first.ids[-1]).update(deleted_at=datetime(2024, 5, 5, tzinfo=UTC))
    assert Find(Thing, everything, sort=["-amount"]).page(10, after=first.after).ids == before


@pytest.mark.parametrize("sort", ["-amount", "created_at", "level", "due_on", "name"])
def link(data: str) -> str:
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


PLACES = [
    *("x", "", "!!", "WzFd" * 50),
    *map(
        link, ("[5]", "[-5]", "[null,5]", '["abc",5]', '["2024-05-05",5]', "[nan,1]", "[NaN,1]", "[1e999,1]", "{}", "7")
    ),
    *map(link, ('["\\u0000",1]', '["\\ud800",1]', '["",1]', "[99999999999999999999,1]", "[1,99999999999999999999]")),
]


@pytest.mark.parametrize("sort", ["-amount", "created_at", "level", "due_on", "name"])
@pytest.mark.parametrize("place", PLACES)
def test_a_place_from_elsewhere_does_no_harm(world: World, sort: str, place: str) -> None:
    find = Find(Thing, Scope(True, (), 0, False), sort=[sort])
    assert len(find.page(10, after=place).ids) <= 10
    assert len(find.page(10, before=place).ids) <= 10


def test_a_jump_checks_rights_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.users[0]
    mine = Scope(False, (user,), user, False, "findtests.thing")
    Thing.objects.filter(owner_id=world.users[1]).update(owner_id=user, deleted_at=None, archived_at=None)
    with limited(Limits(5_001, 20_000, 10_000, 0, 500)):
        monkeypatch.setattr(Find, "DEAR", 1)
        page = Find(Thing, mine, sort=["-created_at"]).page(10, 2)
        gone = page.ids[3]
        Thing.objects.filter(pk=gone).update(owner_id=world.users[2])
        assert Find(Thing, mine, sort=["-created_at"]).page(10, 2).ids == [id for id in page.ids if id != gone]


def test_nobody_sees_nothing_and_asks_nothing(world: World) -> None:
    nobody = Scope(False, (), 0, False)
    with CaptureQueriesContext(connection) as queries:
        find = Find(Thing, nobody, words="华", where=Q(level=1))
        assert (find.page(10).ids, find.count(), list(find.ids())) == ([], (0, False), [])
        assert find.sums(["amount"]) == {"amount": None}
    assert not [query for query in queries if "findtests_thing" in query["sql"] and "sqlite_master" not in query["sql"]]


def test_a_big_count_is_remembered_and_a_small_one_read_anew(world: World) -> None:
    everything = Scope(True, (), 0, False)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    forget()
    small = Find(Thing, everything, where=Q(level=2)).exact_count()
    Thing.objects.create(level=2, name="x", created_at=start)
    assert Find(Thing, everything, where=Q(level=2)).exact_count() == small + 1
    Thing.objects.bulk_create([Thing(level=3, name="x", created_at=start) for _ in range(250)])
    big = Find(Thing, everything, where=Q(level=3)).exact_count()
    Thing.objects.create(level=3, name="x", created_at=start)
    assert Find(Thing, everything, where=Q(level=3)).exact_count() == big
    forget()
    assert Find(Thing, everything, where=Q(level=3)).exact_count() == big + 1


def test_indexes_that_wait_for_a_migration_are_not_named(world: World) -> None:
    Unready.objects.create(owner_id=world.users[0], created_at=datetime(2024, 1, 1, tzinfo=UTC))
    for scope in (Scope(True, (), 0, False), Scope(False, tuple(world.users), 0, False)):
        find = Find(Unready, scope, sort=["-created_at"])
        assert len(find.page(10).ids) == find.exact_count() == 1


def test_a_hot_list_is_one_query(world: World) -> None:
    mine = Scope(False, tuple(world.users), world.users[0], True, "findtests.thing")
    for scope in (mine, Scope(True, (), 0, False)):
        Find(Thing, scope, sort=["-created_at"]).page(5)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Find(Thing, scope, sort=["-created_at"]).page(5)
        assert len(queries) == 1, [query["sql"] for query in queries]


def asked_of(find: Find) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        find.page(5)
    return [query["sql"] for query in queries]


def test_where_the_newest_are_all_of_others_not_everything_of_ones_own_is_read(world: World) -> None:
    mine = Scope(False, tuple(world.users[:4]), world.users[0], True, "findtests.thing")
    late = datetime(2025, 1, 1, tzinfo=UTC)
    Thing.objects.filter(owner_id__in=world.users[4:]).update(created_at=late)
    asked: dict[str, Any] = {"scope": mine, "where": Q(), "sort": ["-created_at"], "state": "live", "words": "公司"}
    with limited(Limits(2, 300, 0, 10, 500)):
        assert not [sql for sql in asked_of(Find(Thing, **asked)) if "MATERIALIZED" in sql]
        assert Find(Thing, **asked).page(5).ids == wanted(Thing, world=world, **asked)[:5]


def test_a_narrower_list_does_not_ask_the_search_again(world: World) -> None:
    some = Q(owner_id__in=world.users[:2])
    asked: dict[str, Any] = {"scope": Scope(True, (), 0, False), "sort": ["-amount"], "state": "live", "words": "hwkj"}
    with limited(LIMITS[0]):
        find = Find(Thing, **asked)
        anew, once = asked_of(find), asked_of(find.narrowed(some))
        assert len(once) == 1 < len(anew)
        assert list(find.narrowed(some).ids()) == wanted(Thing, where=some, world=world, **asked) != list(find.ids())


@pytest.mark.sqlite
def test_queries_of_lists_name_their_index(world: World) -> None:
    mine = Scope(False, tuple(world.users), world.users[0], True, "findtests.thing")
    for scope, index in ((mine, "thing_created_at_own"), (Scope(True, (), 0, False), "thing_created_at_all")):
        with CaptureQueriesContext(connection) as queries:
            Find(Thing, scope, sort=["-created_at"]).page(5)
        assert f'INDEXED BY "{index}"' in queries[-1]["sql"]


def test_names_of_indexes_fit() -> None:
    names = [index.name for index in hot_indexes("opportunity", "expected_close_on_or_later", "created_at")]
    assert len(set(names)) == 4
    assert max(map(len, names)) <= 30


def test_a_filter_by_date_and_owner_objects(world: World) -> None:
    owner = world.users[0]
    scope = Scope(False, tuple(world.users[:4]), owner, True, "findtests.thing")
    for where in (Q(owner=owner, due_on__gte=date(2024, 1, 3)), Q(owner__in=[owner, world.users[5]]), Q(owner=None)):
        assert list(Find(Thing, scope, where=where, sort=["-created_at"]).ids()) == wanted(
            Thing, scope, where, ["-created_at"], "active", "", world
        )
