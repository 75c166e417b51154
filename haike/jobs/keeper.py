"""The heartbeat: one thread in each worker process that keeps the leases of all its running jobs."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from time import monotonic

from django.db import close_old_connections, connection

from haike.jobs import lease
from haike.jobs.context import Halt, Running
from haike.jobs.job import Job
from haike.jobs.trouble import survived

# Seconds that a job may go on after its time is over, or after it was stopped, before its process is ended.
OVERRUN = 30.0

logger = logging.getLogger(__name__)


class Keeper:
    """Extends leases, writes progress (at most once a second), hears of cancelled jobs and of overlong ones."""

    def __init__(self, on_overrun: Callable[[Running], None]) -> None:
        self.tick = min(1.0, lease.lease_seconds() / 12)
        self.beat = lease.lease_seconds() / 4
        self._on_overrun = on_overrun
        self._running: list[Running] = []
        self._lock = threading.Lock()

    def add(self, running: Running) -> None:
        """Look after this job from now on."""
        with self._lock:
            self._running.append(running)

    def drop(self, running: Running) -> None:
        """The job has ended."""
        with self._lock:
            self._running.remove(running)

    def all(self) -> list[Running]:
        """The jobs that run now."""
        with self._lock:
            return list(self._running)

    def loop(self, ended: threading.Event) -> None:
        """Body of the thread."""
        while not ended.wait(self.tick):
            close_old_connections()
            self.look()
        connection.close()

    def look(self) -> None:
        """Once through all running jobs."""
        by_company: dict[str, list[Running]] = defaultdict(list)
        for running in self.all():
            by_company[running.company].append(running)
        for group in by_company.values():
            with survived(logger, "The heartbeat could not be written; trying again."), group[0].door():
                self._look_at(group)
        for running in self.all():
            if monotonic() > running.ends_at + OVERRUN:
                self._on_overrun(running)

    def _look_at(self, group: list[Running]) -> None:
        for running in group:
            if monotonic() > running.ends_at:
                running.stop(Halt.TIMEOUT)
            if running.has_news or monotonic() - running.beaten_at >= self.beat:
                progress = running.progress
                if not lease.extend(running.job, **progress.columns()):
                    running.stop(Halt.LOST)
                running.beaten(progress)
        by_id = {running.job.pk: running for running in group}
        asked = Job.objects.filter(pk__in=list(by_id), cancel_asked=True).values_list("pk", flat=True)
        for pk in asked:
            by_id[pk].stop(Halt.CANCELLED)
