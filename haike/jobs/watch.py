"""One thread in each worker process that notices when there may be something to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from time import monotonic

from django.db import connection

from haike.jobs.bell import CHANNEL
from haike.jobs.companies import Door, doors
from haike.jobs.rounds import Rounds
from haike.jobs.trouble import survived

# Seconds between two looks at everything, by which jobs become known that were to start later.
SWEEP_ONE = 1.0
SWEEP_MANY = 10.0
# Seconds between two questions whether SQLite's file has changed (3 microseconds each).
GLANCE = 0.2

logger = logging.getLogger(__name__)


class Watch:
    """Fills the rounds: at once when a job is enqueued, and regularly with everything."""

    def __init__(self, rounds: Iterable[Rounds]) -> None:
        self._rounds = list(rounds)
        self._swept_at = 0.0
        self._doors: Mapping[str, Door] = {}
        self._link: object = None
        self._data_version = 0

    def loop(self, ended: threading.Event) -> None:
        """Body of the thread."""
        while not ended.is_set():
            pause = SWEEP_ONE
            with survived(logger, "Cannot see whether jobs are ready; trying again."):
                pause = self._look()
            ended.wait(pause)
        connection.close()

    def _look(self) -> float:
        """Look once; returns after how many seconds to look again."""
        self._sweep()
        if connection.vendor == "postgresql":
            self._hear()
            return 0.0
        self._glance()
        return GLANCE

    def _fill(self, doors: Mapping[str, Door]) -> None:
        for rounds in self._rounds:
            rounds.add(doors)

    def _sweep(self) -> None:
        pause = SWEEP_MANY if len(self._doors) > 1 else SWEEP_ONE
        if self._doors and monotonic() - self._swept_at < pause:
            return
        self._swept_at = monotonic()
        self._doors = doors()
        self._fill(self._doors)

    def _glance(self) -> None:
        """PRAGMA data_version differs when another connection has written since this one looked last."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        if version != self._data_version:
            self._data_version = version
            self._fill(self._doors)

    def _hear(self) -> None:
        connection.ensure_connection()
        link = connection.connection
        if link is not self._link:
            link.execute(f"LISTEN {CHANNEL}")
            self._link = link
        for notice in link.notifies(timeout=SWEEP_ONE, stop_after=1):
            name = notice.payload
            self._fill({name: self._doors[name]} if name in self._doors else self._doors)
