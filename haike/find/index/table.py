"""The search index: one table per model, written in the transaction of the record.

`search_<table>` holds each record's folded text, `search_<table>_words` on SQLite its tokens (FTS5 without content),
on PostgreSQL a column of windows with a GIN index takes that place. Neither knows rights: what is found is checked
against the rows. On SQLite the owner is a token too, which keeps common words cheap in a small scope.

FTS5 without content knows nothing but which token stands in which row, so a token is taken out or put in by itself:
another owner is two tokens, another telephone number a dozen, instead of the whole document twice. Which tokens a row
has follows from the text and the owner beside it, so both must be written together with it, and whoever changes how
tokens are made must have the index built anew (`drop_index`, `ensure_index`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic

from haike.find.index import tokens

Model = type[models.Model]
BATCH = 5_000
COPY_FROM = 50
SETTINGS = {"hashsize": 8 << 20, "automerge": 8}
"""Of FTS5: memory for the tokens of one transaction before they are sorted away, without which an import takes twice
the time; and from how many segments on they are written together."""


class Document(NamedTuple):
    """What a record is found by. Every part is searched by itself: no word runs across two."""

    id: int
    owner_id: int | None
    parts: Sequence[str]


def table(model: Model) -> str:
    """The name of the model's index table; it never leaves the schema of the company."""
    return f"search_{model._meta.db_table}"[:57]


def ensure_index(connection: BaseDatabaseWrapper, model: Model) -> None:
    """Create the index tables where they are missing."""
    name = table(model)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM pragma_table_info(%s)", [name])
            present = {column for (column,) in cursor.fetchall()}
            if not present:
                cursor.execute(
                    f'CREATE TABLE "{name}" (id integer PRIMARY KEY, owner integer NOT NULL, text text NOT NULL)'
                )
                _create_words(cursor, name)
            elif "owner" not in present:
                with atomic(using=connection.alias):
                    _bring_up_to_date(cursor, name, model)
        else:
            cursor.execute(
                f'CREATE TABLE IF NOT EXISTS "{name}" '
                "(id bigint PRIMARY KEY, text text NOT NULL, grams integer[] NOT NULL)"
            )
            cursor.execute(f'CREATE INDEX IF NOT EXISTS "{name}_grams" ON "{name}" USING gin (grams)')
            cursor.execute(f'ALTER TABLE "{name}" ALTER COLUMN grams SET STATISTICS 1000')


def _create_words(cursor: Any, name: str) -> None:
    cursor.execute(
        f'CREATE VIRTUAL TABLE "{name}_words" USING fts5'
        "(doc, content='', columnsize=0, tokenize='ascii', detail=none)"
    )
    for setting, value in SETTINGS.items():
        cursor.execute(f'INSERT INTO "{name}_words" ("{name}_words", rank) VALUES (%s, %s)', [setting, value])


def _bring_up_to_date(cursor: Any, name: str, model: Model) -> None:
    """Build the tokens anew from the texts: texts used not to say whose they are."""
    cursor.execute(f'ALTER TABLE "{name}" RENAME TO "{name}_former"')
    cursor.execute(f'DROP TABLE "{name}_words"')
    cursor.execute(f'CREATE TABLE "{name}" (id integer PRIMARY KEY, owner integer NOT NULL, text text NOT NULL)')
    cursor.execute(
        f'INSERT INTO "{name}" (id, owner, text) SELECT f.id, coalesce(r.owner_id, 0), f.text '
        f'FROM "{name}_former" f LEFT JOIN "{model._meta.db_table}" r ON r.id = f.id ORDER BY f.id'
    )
    cursor.execute(f'DROP TABLE "{name}_former"')
    _create_words(cursor, name)
    last = 0
    while True:
        cursor.execute(f'SELECT id, owner, text FROM "{name}" WHERE id > %s ORDER BY id LIMIT {BATCH}', [last])
        rows = cursor.fetchall()
        if not rows:
            return
        _put_words(cursor, name, [(None, id, _tokens(owner, text)) for id, owner, text in rows])
        last = rows[-1][0]


def drop_index(connection: BaseDatabaseWrapper, model: Model) -> None:
    """Remove the index tables, for instance to build them anew."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{table(model)}_words"')
        cursor.execute(f'DROP TABLE IF EXISTS "{table(model)}"')


def write(connection: BaseDatabaseWrapper, model: Model, docs: Iterable[tuple[int, int | None, Sequence[str]]]) -> None:
    """Put documents in, new or in place of their former ones."""
    name = table(model)
    folded = ((id, owner_id, tokens.fold_parts(parts)) for id, owner_id, parts in docs)
    with connection.cursor() as cursor, _room(cursor, connection, name) as more:
        for number, batch in enumerate(_batches(folded)):
            if number == 1:
                more()
            if connection.vendor == "sqlite":
                _write_sqlite(cursor, name, batch)
            else:
                _write_postgresql(cursor, name, batch)


def _write_sqlite(cursor: Any, name: str, batch: list[tuple[int, int | None, list[str]]]) -> None:
    """Only the tokens that come and go, in the order of the rows: FTS5 sorts what it has away where one goes back."""
    now = {id: (owner_id or 0, tokens.SEPARATOR.join(parts)) for id, owner_id, parts in sorted(batch, key=_first)}
    present = _present(cursor, name, list(now))
    changed = {id: each for id, each in now.items() if present.get(id) != each}
    if not changed:
        return
    words: list[tuple[str | None, int, Iterable[str]]] = []
    for id, (owner, text) in changed.items():
        fresh = _tokens(owner, text)
        if id in present:
            former = _tokens(*present[id])
            words += [("delete", id, former - fresh), (None, id, fresh - former)]
        else:
            words.append((None, id, fresh))
    cursor.executemany(
        f'INSERT OR REPLACE INTO "{name}" (id, owner, text) VALUES (%s, %s, %s)',
        [(id, *each) for id, each in changed.items()],
    )
    _put_words(cursor, name, words)


def _first(document: tuple[int, Any, Any]) -> int:
    return document[0]


def _present(cursor: Any, name: str, ids: list[int]) -> dict[int, tuple[int, str]]:
    """Owner and text of these documents, as far as there are any."""
    cursor.execute(f'SELECT id, owner, text FROM "{name}" WHERE id IN ({_listed(ids)})')
    return {id: (owner, text) for id, owner, text in cursor.fetchall()}


def _tokens(owner: int, text: str) -> set[str]:
    return set(tokens.fts_document(text.split(tokens.SEPARATOR), owner).split(" "))


def _put_words(cursor: Any, name: str, words: Iterable[tuple[str | None, int, Iterable[str]]]) -> None:
    """Take tokens out of rows ("delete") and put others in; FTS5 counts both, so one goes with the other even empty."""
    cursor.executemany(
        f'INSERT INTO "{name}_words" ("{name}_words", rowid, doc) VALUES (%s, %s, %s)',
        [(act, id, " ".join(some)) for act, id, some in words],
    )


@contextmanager
def _room(cursor: Any, connection: BaseDatabaseWrapper, name: str) -> Iterator[Callable[[], None]]:
    """Lets many documents wait for PostgreSQL's index together, once asked for more, and sorts them in at the end.

    A tenth of the work of sorting them in by four megabytes; but every search reads what waits, so none may stay.
    """
    given = False

    def more() -> None:
        nonlocal given
        given = connection.vendor == "postgresql" and connection.in_atomic_block
        if given:
            cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")

    yield more
    if given:
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [f'"{name}_grams"'])
        cursor.execute("SET LOCAL gin_pending_list_limit TO DEFAULT")


def _write_postgresql(cursor: Any, name: str, batch: list[tuple[int, int | None, list[str]]]) -> None:
    if len(batch) < COPY_FROM:
        rows = [
            (id, tokens.SEPARATOR.join(parts), tokens.numbers_of(tokens.tokens_of(parts))) for id, _, parts in batch
        ]
        places = ", ".join(["(%s, %s, %s::integer[])"] * len(rows))
        cursor.execute(
            f'INSERT INTO "{name}" (id, text, grams) VALUES {places} '
            "ON CONFLICT (id) DO UPDATE SET text = EXCLUDED.text, grams = EXCLUDED.grams",
            [value for row in rows for value in row],
        )
        return
    cursor.execute(f'DELETE FROM "{name}" WHERE id = ANY(%s)', [[id for id, _, _ in batch]])
    with cursor.copy(f'COPY "{name}" (id, text, grams) FROM STDIN (FORMAT BINARY)') as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for id, _, parts in batch:
            text, grams = tokens.SEPARATOR.join(parts).encode(), tokens.packed(tokens.tokens_of(parts))
            copy.write(struct.pack(f">hiqi{len(text)}si", 3, 8, id, len(text), text, len(grams)) + grams)
        copy.write(b"\xff\xff")


def texts(connection: BaseDatabaseWrapper, model: Model, ids: list[int]) -> dict[int, set[str]]:
    """The folded texts of these records by their ids, as far as there are any."""
    name, found = table(model), dict[int, set[str]]()
    with connection.cursor() as cursor:
        for batch in _batches(ids):
            cursor.execute(f'SELECT id, text FROM "{name}" WHERE id IN ({_listed(batch)})')
            found |= {id: set(text.split(tokens.SEPARATOR)) for id, text in cursor.fetchall()}
    return found


def erase(connection: BaseDatabaseWrapper, model: Model, ids: Iterable[int]) -> None:
    """Take documents out, of records deleted for good."""
    name = table(model)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for batch in _batches(ids):
                present = sorted(_present(cursor, name, batch).items())
                _put_words(cursor, name, [("delete", id, _tokens(*each)) for id, each in present])
                cursor.executemany(f'DELETE FROM "{name}" WHERE id = %s', [(id,) for id, __ in present])
        else:
            cursor.execute(f'DELETE FROM "{name}" WHERE id = ANY(%s)', [list(ids)])


def reown(connection: BaseDatabaseWrapper, model: Model, ids: Iterable[int]) -> None:
    """Give documents to those who own the records now; on PostgreSQL they do not name an owner."""
    name = table(model)
    if connection.vendor != "sqlite":
        return
    owner = "coalesce(r.owner_id, 0)"
    with connection.cursor() as cursor:
        for batch in _batches(ids):
            moved = f"s.id IN ({_listed(batch)}) AND r.id = s.id AND s.owner <> {owner}"
            rows = f'FROM "{name}" s, "{model._meta.db_table}" r WHERE {moved}'
            # Row by row, for FTS5 sorts away what it has whenever one goes back.
            cursor.execute(
                f'INSERT INTO "{name}_words" ("{name}_words", rowid, doc) SELECT act, id, doc FROM ('
                f"SELECT 'delete' AS act, s.id AS id, '{tokens.OWNER}' || s.owner AS doc {rows} "
                f"UNION ALL SELECT NULL, s.id, '{tokens.OWNER}' || {owner} {rows}) ORDER BY id, act DESC"
            )
            cursor.execute(f'UPDATE "{name}" AS s SET owner = {owner} FROM "{model._meta.db_table}" r WHERE {moved}')


def _listed(ids: Iterable[int]) -> str:
    """Keys within a statement: more of them than there may be placeholders."""
    return ", ".join(map(str, map(int, ids)))


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
