"""One page at a time in each process that serves pages, as long as it goes quickly.

Python runs one thread at a time, and a page lets go of that right some two hundred times: at each row that SQLite
gives. Four pages at once in a process hand it to each other all the time, and together take a quarter more of the
processor than one after the other. So a page waits until the one before is done, but not for one that is slow itself:
one that waits for the right to write, or has not come to its end after PATIENCE.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.05
"""Seconds for which the others wait for a page; several times what a usual one takes."""


class Pace:
    """The right to be the page that is being made."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._right = threading.Lock()
        self._since = 0.0
        self._held = threading.local()

    @contextmanager
    def page(self) -> Iterator[None]:
        """Make a page when the one before is done, or beside it when that has taken PATIENCE."""
        self._held.here = self._right.acquire(timeout=max(self._since + self._patience - time.monotonic(), 0))
        if self._held.here:
            self._since = time.monotonic()
        try:
            yield
        finally:
            self.step_aside()

    def step_aside(self) -> None:
        """Let the next begin: from here on this thread waits for something."""
        if getattr(self._held, "here", False):
            self._held.here = False
            self._right.release()


pace = Pace()
