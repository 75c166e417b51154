"""Loading documents of new records in bulk: made ready without the database, by another process if need be."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from haike.find.index import tokens
from haike.find.index.table import Model, table

TOGETHER = 400
"""Rows of one statement at most,"""
MOST_VALUES = 32_000
"""and values: SQLite takes 32 766."""


class Ready(NamedTuple):
    """A document as the database takes it: its text, and its tokens for FTS5 or as an array in binary form."""

    id: int
    owner: int
    text: str
    tokens: str | bytes


def ready(vendor: str, id: int, owner_id: int | None, parts: Iterable[str]) -> Ready:
    """Fold a document's parts and find their tokens."""
    folded = tokens.fold_parts(parts)
    text = tokens.SEPARATOR.join(folded)
    if vendor == "sqlite":
        return Ready(id, owner_id or 0, text, tokens.fts_document(folded, owner_id))
    return Ready(id, owner_id or 0, text, tokens.packed(tokens.tokens_of(folded)))


def with_part(document: Ready, part: str) -> Ready:
    """The document with one more part, such as a number that was drawn last."""
    folded = tokens.fold(part)
    text = f"{document.text}{tokens.SEPARATOR}{folded}" if document.text else folded
    more = tokens.tokens_of([folded])
    if isinstance(document.tokens, str):
        return document._replace(text=text, tokens=f"{' '.join(more)} {document.tokens}")
    return document._replace(text=text, tokens=tokens.packed(more, document.tokens))


def insert_sqlite(
    connection: BaseDatabaseWrapper,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    together: int = TOGETHER,
) -> None:
    """Insert rows into a table of SQLite, many with one statement.

    Other threads of the process go on during a statement; row by row, each would make the writer wait for its turn.
    """
    quoted = ", ".join(f'"{column}"' for column in columns)
    row = f"({', '.join('?' * len(columns))})"
    head = f'INSERT INTO "{table}" ({quoted}) VALUES '
    # The driver's own cursor: Django's would rewrite the placeholders of every statement.
    cursor = connection.connection.cursor()
    pending, together = iter(rows), min(together, MOST_VALUES // len(columns))
    with connection.wrap_database_errors:
        while some := list(islice(pending, together)):
            if len(some) == together:
                cursor.execute(head + ", ".join([row] * together), list(chain.from_iterable(some)))
            else:
                cursor.executemany(head + row, some)


def load(connection: BaseDatabaseWrapper, model: Model, documents: Sequence[Ready]) -> None:
    """Put in documents of records that have none yet; the index over them may be missing meanwhile."""
    name = table(model)
    if connection.vendor == "sqlite":
        insert_sqlite(connection, name, ["id", "owner", "text"], [each[:3] for each in documents])
        # FTS5 sorts its tokens away after each statement of several rows, so there should be few of them.
        words = [(each.id, each.tokens) for each in documents]
        insert_sqlite(connection, f"{name}_words", ["rowid", "doc"], words, MOST_VALUES)
        return
    copying = f'COPY "{name}" (id, text, grams) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for id, __, written, grams in documents:
            text = written.encode()
            assert isinstance(grams, bytes)
            copy.write(struct.pack(f">hiqi{len(text)}si", 3, 8, id, len(text), text, len(grams)) + grams)
        copy.write(b"\xff\xff")
