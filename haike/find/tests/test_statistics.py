"""What the planner knows once an empty table has been filled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from haike.find.statistics import count, refresh


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_table_that_was_counted_empty_is_counted_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE counted (id integer PRIMARY KEY, a integer)")
        cursor.execute("CREATE INDEX counted_a ON counted (a) WHERE a IS NOT NULL")
        cursor.execute("ANALYZE counted")
        cursor.execute("INSERT INTO counted (a) SELECT value FROM json_each(%s)", [str([5] * 500)])
        refresh(connection)
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'counted_a'")
        assert cursor.fetchall() == [("500 500",)]


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("counted", [count, refresh])
def test_fts5_finds_its_pieces_by_their_keys(counted: Callable[[Any], None]) -> None:
    """Its tables were counted while they were empty; a million documents later it would walk all of them each time."""
    name = "search_customers_customer_words_data"
    with connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, NULL, '2')", [name])
        cursor.execute("ANALYZE sqlite_schema")
        counted(connection)
        cursor.execute(f"EXPLAIN QUERY PLAN DELETE FROM {name} WHERE id >= 1 AND id <= 2")
        assert cursor.fetchall()[0][3].startswith("SEARCH")
