"""The search index: one table per model, written in the transaction of the record.

`search_<table>` holds each record's folded text, `search_<table>_words` on SQLite its tokens (FTS5 without content),
on PostgreSQL a column of windows with a GIN index takes that place. Neither knows rights: what is found is checked
against the rows. On SQLite the owner is a token too, which keeps common words cheap in a small scope.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from haike.find.index import tokens

Model = type[models.Model]
BATCH = 5_000
COPY_FROM = 50
SETTINGS = {"hashsize": 8 << 20, "automerge": 8, "deletemerge": 40}
"""Of FTS5: memory for the tokens of one transaction before they are sorted away, without which an import takes twice
the time; from how many segments, and from how many per cent of replaced documents, segments are written together."""


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
            cursor.execute(f'CREATE TABLE IF NOT EXISTS "{name}" (id integer PRIMARY KEY, text text NOT NULL)')
            # Before 3.43 SQLite could not delete from a table without content; there the tokens are kept too.
            bare = ", content='', contentless_delete=1" if _sqlite_version(connection) >= (3, 43) else ""
            cursor.execute(
                f'CREATE VIRTUAL TABLE IF NOT EXISTS "{name}_words" USING fts5'
                f"(doc{bare}, tokenize='ascii', detail=none)"
            )
            for setting, value in SETTINGS.items():
                cursor.execute(f'INSERT INTO "{name}_words" ("{name}_words", rank) VALUES (%s, %s)', [setting, value])
        else:
            cursor.execute(
                f'CREATE TABLE IF NOT EXISTS "{name}" '
                "(id bigint PRIMARY KEY, text text NOT NULL, grams integer[] NOT NULL)"
            )
            cursor.execute(f'CREATE INDEX IF NOT EXISTS "{name}_grams" ON "{name}" USING gin (grams)')
            cursor.execute(f'ALTER TABLE "{name}" ALTER COLUMN grams SET STATISTICS 1000')


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
                cursor.executemany(
                    f'INSERT OR REPLACE INTO "{name}" (id, text) VALUES (%s, %s)',
                    [(id, tokens.SEPARATOR.join(parts)) for id, _, parts in batch],
                )
                cursor.executemany(
                    f'INSERT OR REPLACE INTO "{name}_words" (rowid, doc) VALUES (%s, %s)',
                    [(id, tokens.fts_document(parts, owner_id)) for id, owner_id, parts in batch],
                )
            else:
                _write_postgresql(cursor, name, batch)


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


def erase(connection: BaseDatabaseWrapper, model: Model, ids: Iterable[int]) -> None:
    """Take documents out, of records deleted for good."""
    name = table(model)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for batch in _batches(ids):
                for suffix, key in (("", "id"), ("_words", "rowid")):
                    cursor.executemany(f'DELETE FROM "{name}{suffix}" WHERE {key} = %s', [(id,) for id in batch])
        else:
            cursor.execute(f'DELETE FROM "{name}" WHERE id = ANY(%s)', [list(ids)])


def reown(connection: BaseDatabaseWrapper, model: Model, ids: Iterable[int], owner_id: int | None) -> None:
    """Give documents to another owner; on PostgreSQL they do not name one."""
    name = table(model)
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for batch in _batches(ids):
            places = ", ".join(["%s"] * len(batch))
            cursor.execute(f'SELECT id, text FROM "{name}" WHERE id IN ({places})', batch)
            documents = [
                (id, tokens.fts_document(text.split(tokens.SEPARATOR), owner_id)) for id, text in cursor.fetchall()
            ]
            cursor.executemany(f'INSERT OR REPLACE INTO "{name}_words" (rowid, doc) VALUES (%s, %s)', documents)


def _sqlite_version(connection: BaseDatabaseWrapper) -> tuple[int, ...]:
    return tuple(connection.get_database_version())


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
