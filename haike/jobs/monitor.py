"""Figures for the health page and the metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from haike.jobs.job import Job, Status


@dataclass(frozen=True)
class Figures:
    """How the jobs of the company whose data is open are doing."""

    waiting: int
    running: int
    """Those whose worker was heard of lately."""
    failed: int
    """Failed or lost within the last 24 hours."""
    lost: int
    """Those of them that were lost."""
    waited: float
    """Seconds since the job that is due longest became due; 0 when none waits."""

    @property
    def healthy(self) -> bool:
        """False when jobs wait although nothing runs: no worker seems to be at work."""
        return self.waited < 60 or self.running > 0


MOST_LOOKED_AT = 1_000


def titles_of(status: Status) -> list[tuple[str, int]]:
    """What ended so within the last 24 hours, by title, the most frequent first, and how often."""
    ended = Job.objects.filter(status=status, finished_at__gte=timezone.now() - timedelta(days=1)).order_by("-pk")
    titles = Counter(job.title or job.task for job in ended.only("title", "task")[:MOST_LOOKED_AT])
    return titles.most_common()


def figures() -> Figures:
    """Count the jobs, in one query."""
    now = timezone.now()
    due = Q(status=Status.READY, run_at__lte=now)
    recently = Q(status__in=[Status.FAILED, Status.LOST], finished_at__gte=now - timedelta(days=1))
    counted = Job.objects.filter(Q(status__in=[Status.READY, Status.RUNNING]) | recently).aggregate(
        waiting=Count("pk", filter=due),
        # Nobody extends the lease of a job whose worker has died or hangs.
        running=Count("pk", filter=Q(status=Status.RUNNING, lease_until__gte=now)),
        failed=Count("pk", filter=recently),
        lost=Count("pk", filter=recently & Q(status=Status.LOST)),
        oldest=Min("run_at", filter=due),
    )
    oldest = counted.pop("oldest")
    return Figures(**counted, waited=(now - oldest).total_seconds() if oldest else 0.0)
