"""Jobs in tests, run in the test's own process and transaction without a worker; and several writers at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections
from django.utils import timezone

from haike.jobs import lease
from haike.jobs.context import Running
from haike.jobs.job import Job, Status
from haike.jobs.run import execute


def run_ready_jobs(*, strict: bool = True, later: bool = False, limit: int = 1000) -> list[Job]:
    """Run everything that is ready, also what is enqueued meanwhile, and return the jobs as they ended. `strict`
    raises what a job raised; `later` also runs what was to start later, including second attempts."""
    ran: list[Job] = []
    while len(ran) < limit:
        if later:
            Job.objects.filter(status=Status.READY).update(run_at=timezone.now())
        job = lease.claim("test")
        if job is None:
            return ran
        error = execute(Running(job))
        job.refresh_from_db()
        ran.append(job)
        if error is not None and strict:
            raise error
    raise AssertionError(f"More than {limit} jobs: do they enqueue one another for ever?")


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Start all acts in threads at the same moment; what one raises is its result."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(20)
            return act()
        except Exception as error:  # noqa: BLE001 - what went wrong is the result
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
