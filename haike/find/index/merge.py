"""Merging the segments of SQLite's search index before somebody who saves has to.

FTS5 keeps what each transaction wrote as a segment of its own. Where sixteen lie on one level it merges them all within
the transaction that brings the sixteenth (https://sqlite.org/fts5.html#the_crisismerge_configuration_option): small
ones in no time, but the large ones that an import left there keep everybody from saving for seconds.
"""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

PAGES = 400
"""So many pages, of 4 kB, are merged in one transaction, which takes some 50 ms."""


def merge_segments(connection: BaseDatabaseWrapper) -> int:
    """Merge until no level of any index has more than three segments; returns in how many transactions."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_schema WHERE name GLOB 'search_*_words' AND sql LIKE 'CREATE VIRTUAL TABLE%'"
        )
        names = [name for (name,) in cursor.fetchall()]
    steps = 0
    for name in names:
        while _step(connection, name):
            steps += 1
    return steps


def _step(connection: BaseDatabaseWrapper, name: str) -> bool:
    """Whether there was anything to merge: the statement itself counts as one change."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        before = connection.connection.total_changes
        cursor.execute(f'INSERT INTO "{name}" ("{name}", rank) VALUES (%s, %s)', ["merge", PAGES])
        return bool(connection.connection.total_changes - before > 1)
