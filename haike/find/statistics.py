"""What the planner of SQLite knows of the tables.

Nobody keeps it up to date as PostgreSQL does: what was counted when the tables were still empty makes it walk the
whole of a table where an index leads to three rows.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ENTRIES = 1_000
"""So many entries of each index are looked at: half a second for a database of any size."""
LARGE = (
    "UPDATE sqlite_stat1 SET stat = CASE WHEN idx IS NULL THEN '1000000' ELSE '1000000 1000 1' END "
    "WHERE tbl GLOB 'search_*_words_data' OR tbl GLOB 'search_*_words_idx'"
)
"""Of the tables in which FTS5 keeps what it knows. Told that one is small, the planner would walk the whole of it at
each piece that FTS5 takes out: an index that was counted empty would take minutes where it should take seconds."""


def count(connection: BaseDatabaseWrapper) -> None:
    """Count all tables, in the transaction of the caller if there is one."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        _enlarge(connection, cursor)


def _enlarge(connection: BaseDatabaseWrapper, cursor: Any) -> None:
    if connection.vendor == "sqlite" and "sqlite_stat1" in connection.introspection.table_names(cursor):
        cursor.execute(LARGE)
        # This connection, too, shall know.
        cursor.execute("ANALYZE sqlite_schema")


def refresh(connection: BaseDatabaseWrapper) -> None:
    """Count anew the tables that have grown or shrunk much since they were counted last."""
    if connection.vendor != "sqlite":
        return
    # In a transaction, so that it waits for its turn to write.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ENTRIES}")
        # Tables that this connection has not asked about, too.
        cursor.execute("PRAGMA optimize = 0x10002")
        cursor.fetchall()
        cursor.execute("PRAGMA analysis_limit = 0")
        _enlarge(connection, cursor)
