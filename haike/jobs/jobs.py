"""This room's own work at set times."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.index.merge import merge_segments
from haike.find.statistics import refresh
from haike.jobs import files
from haike.jobs.cron import cron, forget_old_slots
from haike.jobs.declare import job
from haike.jobs.job import Job, Status
from haike.progress import report

KEPT_DAYS = 30
BATCH = 500


@cron("40 3 * * *", name="jobs.remove-old")
@job(title=_("Remove old jobs and their files"))
def remove_old_jobs() -> dict[str, int]:
    """Delete jobs that ended more than 30 days ago, and the files they made. Lost and failed ones go too: whoever
    wanted to start them again has had his time."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    ended = [Status.DONE, Status.FAILED, Status.LOST, Status.CANCELLED]
    removed = 0
    while batch := list(Job.objects.filter(status__in=ended, finished_at__lt=before).order_by("pk")[:BATCH]):
        for old in batch:
            if old.file:
                files.remove(old.file)
        removed += Job.objects.filter(pk__in=[old.pk for old in batch], status__in=ended).delete()[0]
        report(removed)
    forget_old_slots(before)
    return {"removed": removed}


@cron("10 4 * * *", name="jobs.statistics")
@job(title=_("Count the tables of the database anew"))
def refresh_statistics() -> None:
    """Tell the planner of SQLite how large the tables have become."""
    refresh(connection)


@cron("*/10 * * * *", name="jobs.merge-search")
@job(title=_("Merge what search has written"))
def merge_search() -> dict[str, int]:
    """So that nobody who saves has to wait for it."""
    return {"steps": merge_segments(connection)}
