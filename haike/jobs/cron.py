"""Work at set times.

    @cron("30 3 * * *", name="people.lock-expired")
    @job(title=_("Lock expired accounts"))
    def lock_expired() -> None: ...

Times are those of the company's time zone. Every worker tries every slot; a unique row per name and slot lets one of
them win. What was missed while nothing ran is made up for once, not once per slot; and no second job of the same name
is enqueued while the first is still waiting or running.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from cronsim import CronSim
from django.conf import settings
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django_tasks.base import Task

from haike.jobs.declare import asking, job
from haike.jobs.job import Job, Status

P = ParamSpec("P")
T = TypeVar("T")


class CronSlot(models.Model):
    """A time at which a cron job was due and was taken care of."""

    name = models.CharField(max_length=100)
    slot = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="jobs_cron_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.slot:%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True)
class Entry:
    """A task and when it is due."""

    name: str
    expression: str
    task: Task[..., Any]

    def last(self, now: datetime) -> datetime:
        """The latest time at or before now at which it was due."""
        after = timezone.localtime(now).replace(microsecond=0) + timedelta(seconds=1)
        return next(CronSim(self.expression, after, reverse=True))

    def next(self, now: datetime) -> datetime:
        """The first time after now at which it is due."""
        return next(CronSim(self.expression, timezone.localtime(now)))


_entries: dict[str, Entry] = {}


def entries() -> list[Entry]:
    """All that is done at set times."""
    return list(_entries.values())


def cron(expression: str, *, name: str) -> Callable[[Task[P, T] | Callable[P, T]], Task[P, T]]:
    """Enqueue the task, without arguments, at these times. The name must be unique and stay the same for good."""
    CronSim(expression, timezone.now())  # a wrong expression is found when the program starts

    def decorate(work: Task[P, T] | Callable[P, T]) -> Task[P, T]:
        task = work if isinstance(work, Task) else job()(work)
        known = _entries.get(name)
        if known is not None and known.task.module_path != task.module_path:
            raise ValueError(f"Two cron jobs are called {name!r}: {known.task.module_path} and {task.module_path}.")
        _entries[name] = Entry(name, expression, task)
        return task

    return decorate


def next_due(now: datetime) -> datetime | None:
    """When something is due next."""
    return min((entry.next(now) for entry in entries()), default=None)


def enqueue_due(now: datetime | None = None) -> int:
    """Enqueue what is due and was not yet taken care of, in the company whose data is open. Returns how many jobs."""
    now = now or timezone.now()
    handled = dict(CronSlot.objects.values_list("name").annotate(Max("slot")))
    made = 0
    for entry in entries():
        slot = entry.last(now)
        seen = handled.get(entry.name)
        if seen is None or seen < slot:
            made += _take(entry, slot, first=seen is None)
    return made


def _take(entry: Entry, slot: datetime, *, first: bool) -> int:
    with transaction.atomic():
        _, ours = CronSlot.objects.get_or_create(name=entry.name, slot=slot)
        # A cron job seen for the first time waits for its next time: nothing was missed.
        if not ours or first or _unfinished(entry):
            return 0
        with asking(key=f"{_key(entry)}{slot:%Y-%m-%dT%H:%M:%S%z}"), translation.override(settings.LANGUAGE_CODE):
            entry.task.enqueue()
    return 1


def _key(entry: Entry) -> str:
    return f"cron:{entry.name}:"


def _unfinished(entry: Entry) -> bool:
    active = Job.objects.filter(status__in=[Status.READY, Status.RUNNING], key__startswith=_key(entry))
    return active.exists()


def forget_old_slots(before: datetime) -> None:
    """Delete old rows, but keep the latest of each name: it tells what was missed."""
    latest = CronSlot.objects.values("name").annotate(newest=Max("pk")).values("newest")
    CronSlot.objects.filter(slot__lt=before).exclude(pk__in=list(latest.values_list("newest", flat=True))).delete()
