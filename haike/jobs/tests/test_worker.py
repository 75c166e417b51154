"""The parts of a worker, without processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
from django.utils import timezone

from haike.api.webhook.deliver import deliver
from haike.jobs import cron as cron_module
from haike.jobs import keeper, lease
from haike.jobs.clock import Clock
from haike.jobs.companies import doors
from haike.jobs.context import Halt, Running
from haike.jobs.cron import CronSlot, cron
from haike.jobs.declare import OUTSIDE_QUEUE, Tuning, tune, tuning_of
from haike.jobs.job import Job, Status, cancel
from haike.jobs.rounds import Rounds
from haike.jobs.supervisor import RENEWAL_EXIT, Post
from haike.jobs.tests import tasks
from haike.jobs.worker import OVERRUN_EXIT, Worker

opened: list[str] = []


@contextmanager
def door_of(name: str) -> Iterator[None]:
    if name == "broken":
        raise RuntimeError("this company is locked")
    opened.append(name)
    yield


def some_companies() -> dict[str, Callable[[], AbstractContextManager[None]]]:
    return {name: lambda name=name: door_of(name) for name in ("acme", "broken", "beta")}  # type: ignore[misc]


@pytest.fixture
def companies(settings: Any) -> None:
    opened.clear()
    settings.HAIKE_COMPANIES = f"{__name__}.some_companies"


def test_there_is_one_company_unless_the_settings_name_more(settings: Any) -> None:
    settings.HAIKE_COMPANIES = ""
    assert list(doors()) == [""]


def test_companies_take_turns() -> None:
    rounds = Rounds()
    rounds.add({"a": nullcontext, "b": nullcontext})
    rounds.add({"a": nullcontext})
    first = rounds.take(0)
    assert first is not None
    assert first[0] == "a"
    rounds.add({"a": nullcontext})
    names = [found[0] for found in (rounds.take(0), rounds.take(0)) if found]
    assert names == ["b", "a"]
    assert rounds.take(0) is None


def test_who_waits_for_work_is_woken() -> None:
    rounds = Rounds()
    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.append(rounds.take(10)))
    waiting.start()
    rounds.add({"a": nullcontext})
    waiting.join(5)
    assert found[0][0] == "a"
    idle = threading.Thread(target=lambda: found.append(rounds.take(10)))
    idle.start()
    rounds.close()
    idle.join(5)
    assert found[1] is None


@pytest.mark.django_db
def test_the_clock_goes_through_all_companies_though_one_is_shut(
    companies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Closing the connection after the failure would end the transaction of this test.
    monkeypatch.setattr("haike.jobs.trouble.connection.close", lambda: None)
    monkeypatch.setattr(cron_module, "_entries", {})
    cron("* * * * *", name="test.minute")(tasks.break_down)
    tasks.add.enqueue(1)
    lease.claim("dead")
    clock = Clock(dead="dead")
    clock.look()
    assert sorted(opened) == ["acme", "beta"]
    assert CronSlot.objects.count() == 1
    assert Job.objects.get().status == Status.READY
    clock.look()
    assert sorted(opened) == ["acme", "beta"], "nothing is due so soon"


@pytest.mark.django_db
def test_a_job_runs_behind_the_door_of_its_company(companies: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # As above: the end of a job tidies up connections.
    monkeypatch.setattr("haike.jobs.worker.close_old_connections", lambda: None)
    tasks.ran.clear()
    tasks.add.enqueue(4)
    lane = Rounds()
    Worker(threads=1)._run_one(lane, "acme", some_companies()["acme"])
    assert (opened, tasks.ran) == (["acme"], [(4, 0)])
    assert lane.take(0) is not None, "the company may have more"


@pytest.mark.django_db
def test_a_job_that_does_not_stop_ends_its_worker_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.add.enqueue(1)
    job = lease.claim("one")
    assert job is not None
    worker = Worker(threads=1)
    running = Running(job)
    running.ends_at = time.monotonic() - keeper.OVERRUN - 1
    worker._keeper.add(running)
    worker._keeper.look()
    assert worker.stopping.is_set()
    worker._keeper.drop(running)
    assert worker.run() == OVERRUN_EXIT
    job.refresh_from_db()
    assert (job.status, job.error_class) == (Status.READY, "haike.jobs.run.TimeIsOver")
    assert job.run_at > timezone.now()


@pytest.mark.django_db
def test_a_job_that_does_not_heed_who_stops_it_ends_its_worker_and_is_not_tried_again() -> None:
    tasks.add.enqueue(1)
    job = lease.claim("one")
    assert job is not None
    cancel(job)
    worker = Worker(threads=1)
    running = Running(job)
    worker._keeper.add(running)
    worker._keeper.look()
    assert running.halt is Halt.CANCELLED
    assert not worker.stopping.is_set(), "it has a while to heed"
    running.ends_at -= keeper.OVERRUN + 1
    worker._keeper.look()
    assert worker.stopping.is_set()
    worker._keeper.drop(running)
    assert worker.run() == OVERRUN_EXIT
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.CANCELLED, "")


@pytest.mark.django_db
def test_a_process_that_has_grown_makes_room_after_a_large_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haike.jobs.worker.close_old_connections", lambda: None)
    monkeypatch.setattr("haike.jobs.worker.grown", lambda: True)
    worker = Worker(threads=1, parent=os.getppid())
    tasks.add.enqueue(1)
    worker._run_one(Rounds(), "", nullcontext)
    assert not worker.stopping.is_set()
    other = Running(Job(pk=0))
    for busy in (True, False):
        worker._keeper.add(other)
        if not busy:
            worker._keeper.drop(other)
            worker._keeper.drop(other)
        tasks.write_file.enqueue()
        worker._run_one(Rounds(), "", nullcontext)
        assert worker.stopping.is_set() != busy
    assert worker.run() == RENEWAL_EXIT


def test_one_that_made_room_is_followed_at_once(caplog: pytest.LogCaptureFixture) -> None:
    ended = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({RENEWAL_EXIT})"])
    ended.wait()
    post = Post(1, ended, "one", started_at=time.monotonic())
    post.look()
    assert post.process is not None
    assert post.process is not ended
    assert not caplog.records
    post.process.kill()
    post.process.wait()


def test_pauses_grow_up_to_an_hour() -> None:
    tuning = Tuning(backoff=10)
    assert [tuning.pause(attempt) for attempt in (1, 2, 3, 9)] == [10, 40, 160, 3600]


def test_a_task_of_another_room_is_tuned_by_its_name() -> None:
    path = "somewhere.else.task"
    assert tuning_of(path).attempts == 3
    tune(path, Tuning(title="Export", attempts=1))
    assert tuning_of(path).name(path, [], {}) == "Export"


@pytest.mark.django_db
@pytest.mark.feature("P35")
def test_short_jobs_and_messages_to_the_outside_wait_for_no_long_job() -> None:
    tasks.write_file.enqueue()
    tasks.call_out.enqueue()
    tasks.add.enqueue(1)
    worker = Worker(threads=2)
    quick = worker._claim(worker._quick)
    assert quick is not None
    assert quick.task == tasks.add.module_path
    assert worker._claim(worker._quick) is None
    slow = worker._claim(worker._all)
    assert slow is not None
    assert slow.task == tasks.write_file.module_path
    assert worker._claim(worker._all) is None, "a receiver that does not answer keeps no import waiting"
    outside = worker._claim(worker._outside)
    assert outside is not None
    assert outside.task == tasks.call_out.module_path


@pytest.mark.feature("P36")
def test_webhooks_are_delivered_by_the_thread_for_the_outside() -> None:
    assert deliver.queue_name == OUTSIDE_QUEUE
