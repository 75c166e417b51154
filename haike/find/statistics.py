"""What the planner of SQLite knows of the tables.

Nobody keeps it up to date as PostgreSQL does: what was counted when the tables were still empty makes it walk the
whole of a table where an index leads to three rows.
"""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ENTRIES = 1_000
"""So many entries of each index are looked at: half a second for a database of any size."""


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
