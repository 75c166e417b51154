"""Who runs a job: claiming it, keeping it, giving it back, ending it.

A worker claims the first ready job and writes a fresh token and a lease that ends soon. A heartbeat extends the lease
while the token is still its own. Every later write asks for the token (fencing), so a worker that was taken for dead
and comes back changes nothing. A job whose lease ran out is first doubted for a moment, then given to another worker
or, after its last attempt, marked as lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.jobs.job import Job, Status
from haike.said import said


def lease_seconds() -> float:
    """How long a worker may be silent before its jobs are given to others: setting HAIKE_JOB_LEASE, 60 seconds. It
    beats four times as often, and doubt lasts a sixth of it."""
    return float(getattr(settings, "HAIKE_JOB_LEASE", 60))


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=lease_seconds())


def claim(worker: str, *, without: Iterable[str] = (), only: str = "") -> Job | None:
    """Take the first job that is ready, not of the queues left out; of one queue only if that is named."""
    now = timezone.now()
    ready = Job.objects.filter(status=Status.READY, run_at__lte=now).order_by("-priority", "run_at", "id")
    without = list(without)
    if without:
        ready = ready.exclude(queue__in=without)
    if only:
        ready = ready.filter(queue=only)
    # Looking first costs little and spares the write lock that a transaction takes on SQLite.
    if not ready.exists():
        return None
    with transaction.atomic():
        job = ready.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.token, job.worker, job.attempt, job.status = uuid4().hex, worker, job.attempt + 1, Status.RUNNING
        job.attempted_at, job.started_at, job.lease_until = now, job.started_at or now, _lease(now)
        job.doubted, job.done, job.total, job.message = False, 0, None, ""
        fields = (
            *("token", "worker", "attempt", "status", "attempted_at", "started_at", "lease_until"),
            *("doubted", "done", "total", "message"),
        )
        values = {name: getattr(job, name) for name in fields}
        # The condition matters on SQLite without BEGIN IMMEDIATE, where no row lock has been taken.
        taken = Job.objects.filter(pk=job.pk, status=Status.READY).update(**values)
    return job if taken else None


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, token=job.token, status=Status.RUNNING)


def extend(job: Job, **progress: Any) -> bool:
    """Keep the job for another lease and write its progress. False: it is no longer ours."""
    return _held(job).update(lease_until=_lease(timezone.now()), doubted=False, **progress) == 1


def finish(job: Job, status: Status, **outcome: Any) -> bool:
    """End the job. False: it is no longer ours, and nothing was written."""
    return _held(job).update(status=status, finished_at=timezone.now(), lease_until=None, token="", **outcome) == 1


def put_off(job: Job, seconds: float, **outcome: Any) -> bool:
    """Let the job be tried again after a pause, unless a user has stopped it. False: it is no longer ours."""
    now = timezone.now()
    outcome |= {"lease_until": None, "token": ""}
    if _held(job).filter(cancel_asked=True).update(status=Status.CANCELLED, finished_at=now, **outcome):
        return True
    return _held(job).update(status=Status.READY, run_at=now + timedelta(seconds=seconds), **outcome) == 1


def release(job: Job) -> bool:
    """Give the job back untried, because this worker stops. It starts elsewhere a second later, when this process has
    surely gone."""
    return put_off(job, 1, attempt=F("attempt") - 1)


def bury(worker: str) -> int:
    """Say that a worker is certainly dead, so that nobody waits for its leases to end."""
    now = timezone.now()
    return Job.objects.filter(status=Status.RUNNING, worker=worker).update(lease_until=now, doubted=True)


def recover() -> int:
    """Look after jobs whose lease ran out: doubt them first; when the doubt was not answered, make them ready again,
    or lost after their last attempt. Returns how many were taken from their worker."""
    now = timezone.now()
    silent = Job.objects.filter(status=Status.RUNNING, lease_until__lt=now)
    dead: list[Job] = []
    fresh: list[int] = []
    for job in silent:
        if job.doubted:
            dead.append(job)
        else:
            fresh.append(job.pk)
    if fresh:
        grace = now + timedelta(seconds=lease_seconds() / 6)
        silent.filter(pk__in=fresh, doubted=False).update(doubted=True, lease_until=grace)
    return sum(_take_away(job, now) for job in dead)


def _take_away(job: Job, now: datetime) -> int:
    # Asked again with the whole condition: the worker may have answered meanwhile.
    still_dead = _held(job).filter(doubted=True, lease_until__lt=now)
    if job.cancel_asked:
        return still_dead.update(status=Status.CANCELLED, finished_at=now, lease_until=None, token="")
    if job.attempt < job.max_attempts:
        return still_dead.update(status=Status.READY, run_at=now, lease_until=None, token="")
    told = said(_("The program stopped while this was running. Check what is already done before you start it again."))
    return still_dead.update(
        status=Status.LOST, finished_at=now, lease_until=None, token="", error=told, error_class="", traceback=""
    )
