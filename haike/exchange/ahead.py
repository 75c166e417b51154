"""Making the next part while the present one is written.

SQLite and PostgreSQL write without Python's lock, which is half the time of an import; the other half, reading cells
and checking them, is done meanwhile by a second thread.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections
from django.utils import timezone, translation

T = TypeVar("T")


def in_turn(make: Callable[[], Sequence[T]]) -> Iterator[Sequence[T]]:
    """What `make` gives, call by call, until it is empty."""
    return iter(make, [])


def ahead(make: Callable[[], Sequence[T]]) -> Iterator[Sequence[T]]:
    """The same, each part made by another thread while the caller deals with the one before.

    That thread has a connection of its own, which does not see what the caller has not committed; within a transaction
    all is done in turn.
    """
    if connection.in_atomic_block:
        yield from in_turn(make)
        return
    language, zone, context = translation.get_language(), timezone.get_current_timezone(), contextvars.copy_context()

    def within() -> Sequence[T]:
        # Django keeps these two for each thread.
        with translation.override(language), timezone.override(zone):
            return make()

    def made() -> Sequence[T]:
        return context.run(within)

    with ThreadPoolExecutor(1, "ahead") as thread:
        try:
            part = thread.submit(made)
            while found := part.result():
                part = thread.submit(made)
                yield found
        finally:
            thread.submit(connections.close_all)
