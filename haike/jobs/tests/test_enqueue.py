"""What happens when a job is enqueued."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone, translation
from django_tasks.base import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist, TaskResultMismatch

from haike.jobs.declare import asking
from haike.jobs.job import Job, Status
from haike.jobs.testing import run_ready_jobs
from haike.jobs.tests import tasks

pytestmark = pytest.mark.django_db


def test_a_job_exists_if_its_transaction_commits() -> None:
    with transaction.atomic():
        tasks.add.enqueue(2)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    with transaction.atomic():
        tasks.add.enqueue(1)
    assert Job.objects.get().args == [1]


def test_a_job_remembers_who_asked_and_in_which_language(ann: Any, cat: Any) -> None:
    with translation.override("en"):
        tasks.add.enqueue(1, b=2, by=ann.pk)
    job = Job.objects.get()
    assert (job.by, job.language, job.title, job.status) == (ann, "en", "Add numbers", Status.READY)
    with asking(by=cat.pk, title="Add for Cat"):
        tasks.add.enqueue(1, b=2, by=ann.pk)
    assert Job.objects.filter(by=cat, title="Add for Cat").exists()


def test_the_title_may_depend_on_the_arguments() -> None:
    tasks.greet.enqueue(name="Wang")
    tasks.plain.enqueue()
    assert list(Job.objects.order_by("pk").values_list("title", flat=True)) == ["Greet Wang", "plain"]


def test_a_key_makes_a_job_only_once() -> None:
    with asking(key="order-7"):
        first = tasks.add.enqueue(1)
        second = tasks.add.enqueue(2)
    assert first.id == second.id
    assert Job.objects.get().args == [1]


def test_arguments_must_be_json() -> None:
    with pytest.raises(TypeError):
        tasks.add.enqueue(object())  # type: ignore[arg-type]
    assert not Job.objects.exists()


def test_the_result_is_found_by_its_number() -> None:
    result = tasks.add.enqueue(1, b=2)
    statuses = [result.status]
    run_ready_jobs()
    result.refresh()
    statuses.append(result.status)
    assert statuses == [TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL]
    assert result.return_value == {"sum": 3}
    assert result.attempts == 1
    assert tasks.add.get_result(result.id).is_finished
    with pytest.raises(TaskResultMismatch):
        tasks.greet.get_result(result.id)
    for unknown in ("999999", "no-number"):
        with pytest.raises(TaskResultDoesNotExist):
            tasks.add.get_result(unknown)


def test_a_job_may_start_later() -> None:
    tasks.add.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(1)
    assert run_ready_jobs() == []
    assert len(run_ready_jobs(later=True)) == 1


def test_urgent_jobs_run_first_then_older_ones() -> None:
    tasks.ran.clear()
    tasks.add.enqueue(1)
    tasks.add.enqueue(2)
    tasks.greet.enqueue(name="Li")
    run_ready_jobs()
    assert tasks.ran == ["Li", (1, 0), (2, 0)]
