"""Who may run a job, and what happens when he falls silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from haike.jobs import lease
from haike.jobs.context import Halt, Running
from haike.jobs.declare import SLOW_QUEUE
from haike.jobs.job import Job, Status
from haike.jobs.keeper import Keeper
from haike.jobs.tests import tasks

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P35")]


def claim(worker: str = "one") -> Job:
    job = lease.claim(worker)
    assert job is not None
    return job


def expire() -> None:
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def only() -> Job:
    return Job.objects.get()


def test_a_job_is_claimed_once() -> None:
    tasks.add.enqueue(1)
    job = claim()
    assert (job.status, job.attempt, job.worker) == (Status.RUNNING, 1, "one")
    assert lease.claim("two") is None


def test_some_threads_leave_slow_jobs_alone() -> None:
    tasks.write_file.enqueue()
    assert lease.claim("one", without=[SLOW_QUEUE]) is None
    assert lease.claim("one") is not None


def test_a_silent_worker_is_doubted_first_and_may_answer() -> None:
    tasks.add.enqueue(1)
    job = claim()
    expire()
    assert lease.recover() == 0
    assert only().doubted
    assert lease.extend(job, done=5)
    assert (only().doubted, only().done) == (False, 5)
    assert lease.recover() == 0
    assert only().status == Status.RUNNING


def test_the_job_of_a_dead_worker_goes_to_another_whose_outcome_counts() -> None:
    tasks.add.enqueue(1)
    old = claim("one")
    for _ in range(2):
        expire()
        lease.recover()
    new = claim("two")
    assert new.attempt == 2
    assert not lease.extend(old)
    assert not lease.finish(old, Status.DONE, result="old")
    assert not lease.put_off(old, 0)
    assert not lease.release(old)
    assert lease.finish(new, Status.DONE, result="new")
    assert only().result == "new"


def test_after_the_last_attempt_a_job_is_lost_and_says_so() -> None:
    tasks.add.enqueue(1)
    for _ in range(3):
        claim()
        for _ in range(2):
            expire()
            lease.recover()
    job = only()
    assert (job.status, job.attempt) == (Status.LOST, 3)
    assert job.error
    assert job.finished_at


def test_a_cancelled_job_of_a_dead_worker_is_not_run_again() -> None:
    tasks.add.enqueue(1)
    claim()
    Job.objects.update(cancel_asked=True)
    for _ in range(2):
        expire()
        lease.recover()
    assert only().status == Status.CANCELLED


@pytest.mark.parametrize("ending", ["raises", "sent home"])
def test_a_cancelled_job_that_did_not_get_to_heed_is_not_run_again(ending: str) -> None:
    tasks.add.enqueue(1)
    job = claim()
    Job.objects.update(cancel_asked=True)
    assert lease.put_off(job, 10, error="no") if ending == "raises" else lease.release(job)
    assert (only().status, only().token) == (Status.CANCELLED, "")
    assert only().finished_at


def test_the_jobs_of_a_worker_known_to_be_dead_are_not_waited_for() -> None:
    tasks.add.enqueue(1)
    claim("one")
    assert lease.bury("two") == 0
    assert lease.bury("one") == 1
    assert lease.recover() == 1
    assert only().status == Status.READY


def test_the_keeper_writes_progress_and_hears_of_the_end() -> None:
    for number in range(3):
        tasks.add.enqueue(number)
    kept, cancelled, lost = runs = [Running(claim()) for _ in range(3)]
    keeper = Keeper(on_overrun=lambda running: None)
    for running in runs:
        keeper.add(running)
        running.report(1, 9, "one")
    Job.objects.filter(pk=cancelled.job.pk).update(cancel_asked=True)
    Job.objects.filter(pk=lost.job.pk).update(token="another's")
    keeper.look()
    assert [running.halt for running in runs] == [None, Halt.CANCELLED, Halt.LOST]
    written = Job.objects.get(pk=kept.job.pk)
    assert (written.done, written.total, written.message) == (1, 9, "one")
    assert not kept.has_news


def test_the_keeper_stops_overlong_jobs_and_gives_up_on_stubborn_ones() -> None:
    tasks.add.enqueue(1)
    running = Running(claim())
    given_up: list[Running] = []
    keeper = Keeper(on_overrun=given_up.append)
    keeper.add(running)
    running.ends_at -= 3601
    keeper.look()
    assert running.halt is Halt.TIMEOUT
    assert not given_up
    running.ends_at -= 31
    keeper.look()
    assert given_up == [running]
