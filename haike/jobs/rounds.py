"""Which companies a worker should look at next, each at most once in the list."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from haike.jobs.companies import Door


class Rounds:
    """Companies that may have something ready. Who finds a job puts the company back at the end, so that one with
    many jobs does not hold up the others."""

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}
        self._changed = threading.Condition()
        self._closed = False

    def add(self, doors: Mapping[str, Door]) -> None:
        """Look at these companies."""
        with self._changed:
            self._doors.update(doors)
            self._changed.notify(len(doors))

    def take(self, timeout: float) -> tuple[str, Door] | None:
        """The next company, waited for at most so many seconds."""
        with self._changed:
            if not self._doors and not self._closed:
                self._changed.wait(timeout)
            if not self._doors or self._closed:
                return None
            name = next(iter(self._doors))
            return name, self._doors.pop(name)

    def close(self) -> None:
        """Let nobody wait any longer: nothing more will be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
