"""Writers of SQLite wait for their turn, and not longer than they were told to."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def only_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has its own queues")


def hold(seconds: float) -> threading.Thread:
    """Another writer that holds the right to write for so long; it has it when this returns."""
    begun = threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                begun.set()
                time.sleep(seconds)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    return thread


def busy_timeout() -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])


def test_a_writer_waits_for_the_one_before() -> None:
    before = busy_timeout()
    began = time.monotonic()
    other = hold(0.3)
    with transaction.atomic():
        assert time.monotonic() - began >= 0.3
    other.join()
    assert busy_timeout() == before > 0


def test_a_writer_gives_up_after_its_patience() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    other = hold(1)
    began = time.monotonic()
    try:
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            pass
        assert 0.1 <= time.monotonic() - began < 0.9
        assert busy_timeout() == 100
    finally:
        other.join()
        connection.close()


def test_writers_have_their_turns_in_the_order_in_which_they_came() -> None:
    came: list[int] = []
    connected, called = threading.Barrier(8), [threading.Event() for __ in range(7)]

    def write(number: int) -> None:
        try:
            connection.ensure_connection()
            connected.wait()
            called[number].wait()
            with transaction.atomic():
                came.append(number)
                time.sleep(0.01)
        finally:
            connection.close()

    waiting = [threading.Thread(target=write, args=(number,)) for number in range(7)]
    for thread in waiting:
        thread.start()
    connected.wait()
    other = hold(1)
    for call in called:
        call.set()
        time.sleep(0.05)
    for thread in (other, *waiting):
        thread.join()
    assert came == list(range(7))


def test_a_statement_by_itself_waits_outside_of_sqlite() -> None:
    """While it waits, another thread's garbage collector may let go of a cursor of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE turn (number integer)")
    garbage = [connection.connection.execute("SELECT 1 UNION ALL SELECT 2")]
    garbage[0].fetchone()
    took: list[float] = []

    def collect() -> None:
        began = time.monotonic()
        garbage.clear()
        took.append(time.monotonic() - began)

    other = hold(1)
    collector = threading.Timer(0.2, collect)
    collector.start()
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO turn VALUES (1)")
    finally:
        other.join()
        collector.join()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE turn")
    assert took[0] < 0.4, took
