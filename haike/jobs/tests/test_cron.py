"""Work at set times."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSimError
from django_tasks.base import Task

from haike.jobs import cron as cron_module
from haike.jobs.cron import CronSlot, cron, enqueue_due, entries, forget_old_slots, next_due
from haike.jobs.job import Job, Status
from haike.jobs.tests import tasks

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the job of these tests is known: every five minutes."""
    monkeypatch.setattr(cron_module, "_entries", {})
    cron("*/5 * * * *", name="test.greet")(tasks.break_down)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def test_the_first_sight_enqueues_nothing_because_nothing_was_missed() -> None:
    assert enqueue_due(NOON) == 0
    assert CronSlot.objects.count() == 1


def test_each_slot_is_enqueued_once() -> None:
    enqueue_due(NOON)
    assert enqueue_due(minutes(4)) == 0
    assert enqueue_due(minutes(5)) == 1
    assert enqueue_due(minutes(5)) == 0
    assert enqueue_due(minutes(5.5)) == 0
    job = Job.objects.get()
    assert job.task == tasks.break_down.module_path
    assert job.language == "zh-hans"


def test_missed_slots_are_made_up_for_once() -> None:
    enqueue_due(NOON)
    assert enqueue_due(minutes(600)) == 1
    assert enqueue_due(minutes(601)) == 0
    assert CronSlot.objects.count() == 2


def test_nothing_piles_up_behind_a_job_that_is_not_done() -> None:
    enqueue_due(NOON)
    enqueue_due(minutes(5))
    assert enqueue_due(minutes(10)) == 0
    Job.objects.update(status=Status.DONE)
    assert enqueue_due(minutes(15)) == 1


def test_times_are_those_of_the_company() -> None:
    cron("0 3 * * *", name="test.night")(tasks.add)
    night = next(entry for entry in entries() if entry.name == "test.night")
    assert night.last(NOON) == datetime(2026, 3, 10, 3, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert night.last(night.last(NOON)) == night.last(NOON)
    assert night.next(NOON) == datetime(2026, 3, 11, 3, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert next_due(NOON) == minutes(5) - timedelta(seconds=30)


def test_mistakes_are_found_at_once() -> None:
    with pytest.raises(CronSimError):
        cron("61 * * * *", name="test.wrong")
    with pytest.raises(ValueError, match=r"test\.greet"):
        cron("* * * * *", name="test.greet")(tasks.add)
    assert isinstance(cron("* * * * *", name="test.function")(tasks.not_a_task), Task)


def test_old_slots_are_forgotten_except_the_latest() -> None:
    for count in (0, 5, 10):
        enqueue_due(minutes(count))
    forget_old_slots(minutes(100))
    assert CronSlot.objects.get().slot == minutes(10) - timedelta(seconds=30)
