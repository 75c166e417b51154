"""The address load balancers ask."""

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db


def test_health_answers_when_the_database_does() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.sqlite
def test_sqlite_is_set_up_for_several_processes() -> None:
    with connection.cursor() as cursor:
        for pragma, value in [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1)]:
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,)
