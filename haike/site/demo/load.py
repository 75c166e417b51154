"""Loading many rows at once: indexes and references are set aside and built again over all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, models

from haike.find.index.table import table as search_table

BUILDERS = 2


@contextmanager
def set_aside(tables: Sequence[str]) -> Iterator[list[str]]:
    """Take the tables' secondary indexes and foreign keys away for the time of a load.

    What was taken away is yielded as the statements that put it back, and they run at the end, also after a mistake.
    """
    taken = _sqlite(tables) if connection.vendor == "sqlite" else _postgresql(tables)
    with connection.cursor() as cursor:
        for drop, _again in taken:
            cursor.execute(drop)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield [again for _drop, again in taken]
    finally:
        again = [statement for _drop, statement in taken]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                for statement in again:
                    cursor.execute(statement)
                cursor.execute("PRAGMA foreign_keys=ON")
        else:
            # The longest take a minute each on one core; references lock out what else is done to a table.
            with ThreadPoolExecutor(BUILDERS) as builders:
                list(builders.map(_build, [each for each in again if not each.startswith("ALTER")]))
            for statement in again:
                if statement.startswith("ALTER"):
                    _build(statement, keep=True)


def _build(statement: str, *, keep: bool = False) -> None:
    """Run one statement with memory for it; a thread of its own has a connection of its own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(statement)
            cursor.execute("RESET maintenance_work_mem")
    finally:
        if not keep:
            connection.close()


def _sqlite(tables: Sequence[str]) -> list[tuple[str, str]]:
    places = ", ".join(["%s"] * len(tables))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({places})",
            list(tables),
        )
        return [(f'DROP INDEX "{name}"', sql.replace("%", "%%")) for name, sql in cursor.fetchall()]


def _postgresql(tables: Sequence[str]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
            [list(tables)],
        )
        keys = [
            (f'ALTER TABLE {name} DROP CONSTRAINT "{key}"', f'ALTER TABLE {name} ADD CONSTRAINT "{key}" {text}')
            for name, key, text in cursor.fetchall()
        ]
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i WHERE indrelid = ANY(%s::regclass[]) "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))",
            [list(tables)],
        )
        indexes = [(f"DROP INDEX {name}", text.replace("%", "%%")) for name, text in cursor.fetchall()]
    return [*keys, *indexes]


def reserve(model: type[models.Model], count: int) -> int:
    """Set `count` keys of a table aside in one piece and return the first."""
    name = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
            row = cursor.fetchone()
            last = row[0] if row else 0
            if row:
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, name])
            else:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, count])
            return int(last) + 1
        # Nobody may draw a key between the two statements.
        cursor.execute(f'LOCK TABLE "{name}" IN EXCLUSIVE MODE')
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{name}"'])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, first + count])
        return first


def tables_of(models_: Sequence[type[models.Model]]) -> list[str]:
    """The tables of these models; on PostgreSQL with those of their search indexes, which are ordinary ones there."""
    found = [model._meta.db_table for model in models_]
    if connection.vendor != "sqlite":
        found += [search_table(model) for model in models_ if hasattr(model, "_haike_entity")]
    return found
