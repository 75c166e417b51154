"""One thread in each worker process for what time brings: cron jobs that are due, leases that ran out."""

from __future__ import annotations

import logging
import random
import threading
from time import monotonic

from django.db import close_old_connections, connection
from django.utils import timezone

from haike.jobs import lease
from haike.jobs.companies import doors
from haike.jobs.cron import enqueue_due, next_due
from haike.jobs.trouble import survived
from haike.jobs.watch import SWEEP_MANY

TICK = 0.5

logger = logging.getLogger(__name__)


class Clock:
    """Goes through all companies when something is due, and every few seconds for the sake of dead workers. `dead` is
    the name of a worker of which its supervisor knows that it died."""

    def __init__(self, dead: str = "") -> None:
        self._dead = dead
        # The first look comes at once and makes up for what was missed.
        self._due_at = timezone.now()
        self._recovered_at = 0.0
        self._companies = 1

    def loop(self, ended: threading.Event) -> None:
        """Body of the thread."""
        while not ended.wait(TICK):
            with survived(logger, "Could not look after cron jobs and dead workers; trying again."):
                close_old_connections()
                self.look()
        connection.close()

    def look(self) -> None:
        """Do what is due, in every company."""
        now = timezone.now()
        due = now >= self._due_at
        pause = SWEEP_MANY if self._companies > 1 else lease.lease_seconds() / 12
        if not due and monotonic() - self._recovered_at < pause:
            return
        companies = list(doors().items())
        # Several workers go through the companies in different order, so that they seldom meet.
        random.shuffle(companies)
        for name, door in companies:
            # One company in trouble must not hold up the others.
            with survived(logger, f"Could not look after cron jobs of {name or 'the company'}."), door():
                if self._dead:
                    lease.bury(self._dead)
                lease.recover()
                if due:
                    enqueue_due(now)
        self._dead, self._companies, self._recovered_at = "", len(companies), monotonic()
        if due:
            self._due_at = next_due(now) or now
