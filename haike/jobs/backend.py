"""Django's task API on top of the table of jobs."""

from __future__ import annotations

from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django_tasks import DEFAULT_TASK_QUEUE_NAME
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json

from haike.jobs.bell import ring
from haike.jobs.declare import OUTSIDE_QUEUE, SLOW_QUEUE, UnknownTask, asked, task_of, tuning_of
from haike.jobs.job import Job, Status

P = ParamSpec("P")
T = TypeVar("T")

_STATUS = {
    Status.READY: TaskResultStatus.READY,
    Status.RUNNING: TaskResultStatus.RUNNING,
    Status.DONE: TaskResultStatus.SUCCESSFUL,
    Status.FAILED: TaskResultStatus.FAILED,
    Status.LOST: TaskResultStatus.FAILED,
    Status.CANCELLED: TaskResultStatus.FAILED,
}


class LeaseBackend(BaseTaskBackend):
    """Stores tasks as jobs in the caller's transaction; workers run them under a lease (`worker.py`)."""

    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, {"QUEUES": [DEFAULT_TASK_QUEUE_NAME, SLOW_QUEUE, OUTSIDE_QUEUE], **params})

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Make a job that exists if the surrounding transaction commits."""
        self.validate_task(task)
        job, made = _job(task, normalize_json(args), normalize_json(kwargs))
        result = result_of(job, task)
        if made:
            ring()
            task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """The state of a job by its number."""
        try:
            return result_of(Job.objects.get(pk=int(result_id)))
        except (Job.DoesNotExist, ValueError, UnknownTask) as error:
            raise TaskResultDoesNotExist(result_id) from error


def _job(task: Task[..., Any], args: list[Any], kwargs: dict[str, Any]) -> tuple[Job, bool]:
    """The job to be, and whether it is new: with a key that is taken it is the one that has the key."""
    path, told = task.module_path, asked()
    tuning = tuning_of(path)
    by = told.by if told.by is not None else kwargs.get("by")
    now = timezone.now()
    job = Job(
        task=path,
        args=args,
        kwargs=kwargs,
        queue=task.queue_name,
        priority=task.priority,
        run_at=task.run_after or now,
        enqueued_at=now,
        max_attempts=tuning.attempts,
        title=told.title or tuning.name(path, args, kwargs),
        by_id=by if isinstance(by, int) else None,
        language=get_language() or "",
        key=told.key,
    )
    if told.key is None:
        job.save(force_insert=True)
        return job, True
    taken = Job.objects.filter(key=told.key)
    if found := taken.first():
        return found, False
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if found := taken.first():
            return found, False
        raise
    return job, True


def result_of(job: Job, task: Task[..., Any] | None = None) -> TaskResult[Any]:
    """A job as the task API shows it."""
    task = task or task_of(job.task)
    status = _STATUS[Status(job.status)]
    failed = status is TaskResultStatus.FAILED and job.error_class
    result: TaskResult[Any] = TaskResult(
        task=task.using(priority=job.priority, queue_name=job.queue, run_after=job.run_at),
        id=str(job.pk),
        status=status,
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.attempted_at,
        args=job.args,
        kwargs=job.kwargs,
        backend=task.backend,
        errors=[TaskError(exception_class_path=job.error_class, traceback=job.traceback)] if failed else [],
        worker_ids=[job.worker] * job.attempt,
    )
    # The class is frozen and takes no return value; its own backends set it in the same way.
    object.__setattr__(result, "_return_value", job.result)
    return result
