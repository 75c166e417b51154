"""Working ahead: the next rows are read while the database writes the last ones."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextvars import copy_context
from queue import Full, Queue
from typing import Any, TypeVar

from django.db import connection

from haike import company

T = TypeVar("T")
_END: Any = object()
_LOOK = 0.5
"""Seconds after which a thread that waits looks whether somebody still wants its results."""


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items, each made in a thread of its own while its forerunner is used.

    The thread has its own connection to the database and does not see what an open transaction has written; within
    one, everything happens here. Close the iterator when it is left early.
    """
    if connection.in_atomic_block:
        yield from items
        return
    made: Queue[tuple[Any, BaseException | None]] = Queue(maxsize=1)
    left = threading.Event()
    here = company.current()

    def offer(item: Any, error: BaseException | None) -> None:
        while not left.is_set():
            try:
                made.put((item, error), timeout=_LOOK)
                return
            except Full:
                continue

    def make() -> None:
        try:
            with company.use(here):
                for item in items:
                    offer(item, None)
                    if left.is_set():
                        return
            offer(_END, None)
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            offer(_END, error)
        finally:
            connection.close()

    thread = threading.Thread(target=copy_context().run, args=[make], name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = made.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        left.set()
        thread.join()
