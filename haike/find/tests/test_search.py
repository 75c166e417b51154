"""The search index against plain substrings, odd input, and its tables."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.find.index import table as index
from haike.find.index.merge import merge_segments
from haike.find.index.table import table
from haike.find.index.tokens import OWNER, fold, fold_words, query_tokens, tokens_of
from haike.find.scope import Scope
from haike.find.tests.conftest import World
from haike.find.tests.model import Thing
from haike.kernel import search

calm = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
everything = Scope(True, (), 0, False)
letters = st.sampled_from("华为科技有限公司138hwz% _'\"()*-\\\0\n\u200d\u202e👍🏽ａＡßΣς𠮷\U00100001")
texts = st.text(st.one_of(letters, st.characters(codec="utf-8")), max_size=12)


def active(world: World) -> set[int]:
    return set(Thing.objects.filter(deleted_at=None, archived_at=None).values_list("pk", flat=True))


def containing(parts_of: dict[int, list[str]], words: str) -> set[int]:
    folded = fold_words(words)
    return {pk for pk, parts in parts_of.items() if all(any(word in fold(part) for part in parts) for word in folded)}


@calm
@given(parts=st.lists(texts, max_size=3), words=texts)
def test_what_contains_the_words_has_their_tokens(parts: list[str], words: str) -> None:
    folded = [fold(part) for part in parts]
    if all(any(word in part for part in folded) for word in fold_words(words)):
        assert set(query_tokens(fold_words(words))) <= tokens_of(folded)


@calm
@given(parts=st.lists(texts, max_size=3), words=texts)
def test_any_text_is_found_by_its_pieces(world: World, parts: list[str], words: str) -> None:
    thing = next(thing for thing in world.things if thing.deleted_at is None and thing.archived_at is None)
    search.write(connection, Thing, [(thing.pk, thing.owner_id, parts)])
    known = {**world.parts_of, thing.pk: parts}
    queries = [words, *(part[1:4] for part in parts)]
    for query in queries:
        expected = containing(known, query) & active(world) if fold_words(query) else set()
        assert set(search.match(Thing, query, everything, 1_000)) == expected
    search.write(connection, Thing, [(thing.pk, thing.owner_id, world.parts_of[thing.pk])])


ODD = [
    *(
        "",
        " ",
        "\0",
        "\u202e",
        '"',
        '""',
        "'",
        "%",
        "_",
        "\\",
        "*",
        "(",
        "NEAR(",
        "AND",
        "a OR b",
        "-x",
        "^a",
        "{}",
        "$1",
        "%s",
    ),
    *(
        "\ud800",
        "👍",
        "👨\u200d👩",
        "\U0010ffff",
        "\ue0ff1",
        "x" * 10_000,
        "华 " * 3_000,
        "doc:华",
        "é",
        "ﬁ",
        "１３８",
        "a",
        "7",
    ),
]


@pytest.mark.parametrize("words", ODD)
def test_odd_words_are_only_words(world: World, words: str) -> None:
    mine = Scope(False, tuple(world.users), world.users[0], True, "findtests.thing")
    for scope in (everything, mine):
        found = search.match(Thing, words, scope, 1_000)
        if len(words) < 100:
            assert set(found) <= containing(world.parts_of, words)


def test_a_match_is_within_the_scope_and_the_limit(world: World) -> None:
    owner = world.users[0]
    mine = Scope(False, (owner,), owner, False)
    found = search.match(Thing, "有限公司", mine, 1_000)
    assert found
    assert set(Thing.objects.filter(pk__in=found).values_list("owner_id", flat=True)) == {owner}
    assert search.match(Thing, "有限公司", mine, 2) == found[:2]
    assert search.match(Thing, "有限公司", Scope(False, (), owner, False), 5) == []


def test_a_new_owner_finds_what_he_got(world: World) -> None:
    giver, taker = world.users[0], world.users[1]
    given_away = search.match(Thing, "公司", Scope(False, (giver,), giver, False), 1_000)
    Thing.objects.filter(pk__in=given_away).update(owner_id=taker)
    search.reown(connection, Thing, given_away)
    assert set(given_away) <= set(search.match(Thing, "公司", Scope(False, (taker,), taker, False), 1_000))
    assert search.match(Thing, "公司", Scope(False, (giver,), giver, False), 1_000) == []
    Thing.objects.filter(pk=given_away[0]).update(owner_id=None)
    search.reown(connection, Thing, given_away[:1])
    assert given_away[0] not in search.match(Thing, "公司", Scope(False, (taker,), taker, False), 1_000)


def test_what_is_erased_is_not_found(world: World) -> None:
    found = search.match(Thing, "公司", everything, 1_000)
    search.erase(connection, Thing, iter(found[1:]))
    assert search.match(Thing, "公司", everything, 1_000) == found[:1]


def test_a_document_that_is_written_again_replaces_the_former(world: World) -> None:
    thing = next(thing for thing in world.things if thing.deleted_at is None and thing.archived_at is None)
    for batch in ([(thing.pk, 1, ["甲乙丙"])], [(thing.pk + n * 1_000, 1, ["丁戊己"]) for n in range(80)]):
        search.write(connection, Thing, batch)
    assert search.match(Thing, "甲乙", everything, 5) == []
    assert search.match(Thing, "戊己", everything, 5) == [thing.pk]


def test_a_document_is_undone_with_its_record(world: World) -> None:
    thing = next(thing for thing in world.things if thing.deleted_at is None and thing.archived_at is None)
    with transaction.atomic():
        search.write(connection, Thing, [(thing.pk, 1, ["独一无二"])])
        transaction.set_rollback(True)
    assert search.match(Thing, "独一无二", everything, 5) == []


def test_very_long_texts_are_searched_from_their_beginning(world: World) -> None:
    thing = next(thing for thing in world.things if thing.deleted_at is None and thing.archived_at is None)
    search.write(connection, Thing, [(thing.pk, 1, ["开头" + "长" * 100_000 + "结尾"])])
    assert search.match(Thing, "开头长", everything, 5) == [thing.pk]


def test_many_documents_at_once_are_all_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BATCH", 60)
    ids = [thing.pk for thing in world.things if thing.deleted_at is None and thing.archived_at is None]
    search.write(connection, Thing, [(pk, None, [f"众多{pk}"]) for pk in ids])
    assert sorted(search.match(Thing, "众多", everything, 1_000)) == ids
    search.reown(connection, Thing, ids)
    search.erase(connection, Thing, ids)
    assert search.match(Thing, "众多", everything, 1_000) == []


def rows_of_tokens() -> dict[str, set[int]]:
    """In which rows FTS5 has each token."""
    found: dict[str, set[int]] = {}
    name = f"{table(Thing)}_words"
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{name}" ("{name}") VALUES (\'integrity-check\')')
        cursor.execute(f"CREATE VIRTUAL TABLE temp.seen USING fts5vocab('main', '{name}', 'instance')")
        cursor.execute("SELECT term, doc FROM temp.seen")
        for token, row in cursor.fetchall():
            found.setdefault(token, set()).add(row)
        cursor.execute("DROP TABLE temp.seen")
    return found


def expected_tokens() -> dict[str, set[int]]:
    """The same as an index built anew from texts and owners would have it."""
    found: dict[str, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, owner, text FROM "{table(Thing)}"')
        for row, owner, text in cursor.fetchall():
            for token in {*tokens_of(text.split("\n")), f"{OWNER}{owner}"}:
                found.setdefault(token, set()).add(row)
    return found


acts = st.one_of(
    st.tuples(st.just("write"), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.lists(texts, max_size=2)))),
    st.tuples(st.sampled_from(["reown", "erase"]), st.lists(st.integers(0, 5))),
)


@pytest.mark.sqlite
@calm
@given(done=st.lists(acts, max_size=6))
def test_tokens_that_come_and_go_are_those_of_an_index_built_anew(world: World, done: list[tuple[str, Any]]) -> None:
    keys = [thing.pk for thing in world.things[:6]]
    for act, some in done:
        if act == "write":
            search.write(connection, Thing, [(keys[at], world.users[owner], parts) for at, owner, parts in some])
        elif act == "reown":
            for place, at in enumerate(some):
                Thing.objects.filter(pk=keys[at]).update(owner_id=[*world.users, None][place % (len(world.users) + 1)])
            search.reown(connection, Thing, [keys[at] for at in some])
            for key, owner in Thing.objects.filter(pk__in=[keys[at] for at in some]).values_list("pk", "owner_id"):
                assert owner_of(key) in (owner or 0, None)
        else:
            search.erase(connection, Thing, [keys[at] for at in some])
    assert rows_of_tokens() == expected_tokens()


def owner_of(key: int) -> int | None:
    """Whose the index takes a record for, None where it does not know it."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT owner FROM "{table(Thing)}" WHERE id = %s', [key])
        row = cursor.fetchone()
    return row[0] if row else None


@pytest.mark.sqlite
def test_an_index_of_the_former_kind_is_built_anew(world: World) -> None:
    name, before = table(Thing), search.match(Thing, "公司", everything, 1_000)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE "{name}_words"')
        cursor.execute(f'ALTER TABLE "{name}" DROP COLUMN owner')
        cursor.execute(
            f'CREATE VIRTUAL TABLE "{name}_words" USING fts5'
            "(doc, content='', contentless_delete=1, tokenize='ascii', detail=none)"
        )
    search.ensure_index(connection, Thing)
    assert search.match(Thing, "公司", everything, 1_000) == before
    assert rows_of_tokens() == expected_tokens()
    mine = set(search.match(Thing, "公司", Scope(False, (world.users[1],), world.users[1], False), 1_000))
    assert (
        mine == set(before) & set(Thing.objects.filter(owner_id=world.users[1]).values_list("pk", flat=True)) != set()
    )


def test_the_index_is_built_once(world: World) -> None:
    search.ensure_index(connection, Thing)
    assert table(Thing) == "search_findtests_thing"
    assert search.match(Thing, "公司", everything, 5)


@pytest.mark.sqlite
def test_what_was_written_bit_by_bit_is_merged_and_still_found(world: World) -> None:
    """A level with sixteen segments is merged by whoever saves next, however large they are."""
    things = [thing for thing in world.things if thing.deleted_at is None and thing.archived_at is None][:12]
    for thing in things:
        with transaction.atomic():
            search.write(connection, Thing, [(thing.pk, thing.owner_id, ["合并之后"])])
    before = _segments()
    assert merge_segments(connection) > 0
    assert _segments() < before
    assert merge_segments(connection) == 0
    assert set(search.match(Thing, "合并之后", everything, 1_000)) == {thing.pk for thing in things}


def _segments() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(DISTINCT segid) FROM "{table(Thing)}_words_idx"')
        return int(cursor.fetchone()[0])
