"""What Haike does by itself where Django speaks to PostgreSQL."""

from __future__ import annotations

from datetime import UTC

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import register_tzloader  # type: ignore[attr-defined]
from psycopg import DataError

MOMENTS = [
    *("2026-11-23 19:26:20.123456+00", "2026-11-23 19:26:20+00", "2026-11-23 19:26:20.1+00"),
    *("2026-11-23 07:00:00.05+08", "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"),
]


@pytest.mark.postgresql
@pytest.mark.django_db
def test_moments_are_those_that_django_reads() -> None:
    asked = ", ".join(f"'{moment}'::timestamptz" for moment in MOMENTS)
    with connection.cursor() as cursor:
        ours = cursor.execute(f"SELECT {asked}").fetchone()
        register_tzloader(UTC, cursor.cursor)
        theirs = cursor.execute(f"SELECT {asked}").fetchone()
    assert ours == theirs
    assert all(moment.tzinfo is UTC for moment in ours)


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_a_moment_that_python_does_not_know_is_refused_as_ever(odd: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT %s::timestamptz", [odd]).fetchone()
