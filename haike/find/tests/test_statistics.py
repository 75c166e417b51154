"""What the planner knows once an empty table has been filled."""

from __future__ import annotations

import pytest
from django.db import connection

from haike.find.statistics import refresh


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
