"""SQLite whose writers have their turns in the order in which they came.

SQLite lets a writer that has to wait look again after pauses that grow to a tenth of a second, so that of eight some
wait for a second while others go by. Here writers, of all processes, queue at a file beside the database: one looks
again after short pauses, those behind him sleep.

Nor may a thread wait inside SQLite at all: it holds its connection's lock meanwhile, and another thread's garbage
collector that comes upon a cursor of that connection stops there — with the right to write that is waited for.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.utils.dateparse import parse_datetime

from haike.site.pace import pace
from haike.site.turns.schema import SchemaEditor


def _moment(text: bytes) -> datetime | None:
    """What a column of moments holds, read at half the time of Django's way, which takes what this one does not."""
    try:
        return datetime.fromisoformat(text.decode())
    except ValueError:
        return parse_datetime(text.decode())


sqlite3.register_converter("datetime", _moment)

try:
    import fcntl
except ImportError:  # Windows, where the first to look after the others have ended is next.
    fcntl = None  # type: ignore[assignment]

PAUSE = 0.001
"""Seconds between two looks of the one who is next."""
QUEUES_FROM = 1000
"""Milliseconds of patience; whoever has less cannot wait for those before him."""
READS = ("SELECT", "WITH", "PRAGMA", "EXPLAIN", "BEGIN", "COMMIT", "ROLLBACK")
"""How statements begin that never wait for the right to write, or wait elsewhere."""


LONGEST_KEPT = 12_000
"""Letters of a query whose form for SQLite is kept."""


@lru_cache(maxsize=300)
def _marked(query: str) -> str:
    """A query with SQLite's marks for its values, as Django makes it."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


@contextmanager
def _queue(connection: Any, patience: int) -> Iterator[None]:
    """Be the one who is next, after those who came before; the system lets go of the place of a killed process."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if fcntl is None or not path or patience < QUEUES_FROM:
        yield
        return
    place = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def in_turn(connection: Any, run: Callable[[], Any], locked: type[Exception]) -> Any:
    """What `run` gives, called again while the error `locked` says that somebody else writes.

    SQLite itself does not wait meanwhile. Together the pauses last as long as the connection's busy_timeout says.
    """
    pace.step_aside()
    patience = int(connection.execute("PRAGMA busy_timeout").fetchone()[0])
    until = time.monotonic() + patience / 1000
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        with _queue(connection, patience):
            while True:
                try:
                    return run()
                except locked as error:
                    if "locked" not in str(error) or time.monotonic() > until:
                        raise
                time.sleep(PAUSE)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


class Cursor(base.SQLiteCursorWrapper):
    """Waits for the right to write, for statements that are a transaction by themselves."""

    def execute(self, query: str, params: Any = None) -> Any:
        """As Django's."""
        return self._in_turn(super().execute, query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """As Django's."""
        return self._in_turn(super().executemany, query, param_list)

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """As Django's, which goes through a query of ten thousand letters for the marks of its values each time."""
        if param_names is None and len(query) < LONGEST_KEPT:
            return _marked(query)
        found: str = super().convert_query(query, param_names=param_names)
        return found

    def _in_turn(self, run: Callable[[str, Any], Any], query: str, params: Any) -> Any:
        if self.connection.in_transaction or query[:60].lstrip("( \n").upper().startswith(READS):
            return run(query, params)
        return in_turn(self.connection, lambda: run(query, params), sqlite3.OperationalError)


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins transactions and writes as Django does, but waits by itself."""

    SchemaEditorClass = SchemaEditor

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django's."""
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        in_turn(self.connection, super()._start_transaction_under_autocommit, OperationalError)  # type: ignore[misc]
