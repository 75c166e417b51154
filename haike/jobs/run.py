"""Running one claimed job and writing down what became of it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from traceback import format_exception
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskContext
from django_tasks.signals import task_finished, task_started

from haike.jobs import files, lease
from haike.jobs.backend import LeaseBackend, result_of
from haike.jobs.context import Halt, Running, entered
from haike.jobs.declare import UnknownTask, task_of, tuning_of
from haike.jobs.job import Job, Status
from haike.jobs.memory import allowed_mb
from haike.progress import Cancelled
from haike.refused import Refused
from haike.said import Said, said

# How long the outcome is kept in hand when the database does not take it, in seconds between the tries.
PAUSES = (0.2, 1.0, 3.0, 6.0, 10.0, 20.0, 20.0)

logger = logging.getLogger(__name__)


class TimeIsOver(Exception):
    """The job ran longer than it may."""


class Unstorable(Exception):
    """The job returned something that is not JSON. Its work is done, so it is not repeated."""


def execute(running: Running) -> BaseException | None:
    """Do the work of a claimed job and record the outcome. Returns what it raised, if anything."""
    with translation.override(running.job.language or settings.LANGUAGE_CODE):
        try:
            value = _storable(_work(running))
        except BaseException as error:  # noqa: BLE001 - whatever a job raises, its worker lives on and tells
            _record(running, partial(_ended_badly, running, error))
            return error
        _record(running, partial(_ended_well, running, value))
    return None


def _work(running: Running) -> Any:
    job = running.job
    task = task_of(job.task)
    task_started.send_robust(LeaseBackend, task_result=result_of(job))
    with entered(running):
        given = [TaskContext(task_result=result_of(job))] if task.takes_context else []
        # In a context of its own: what a job notes there, such as the origin of changes, ends with it.
        return copy_context().run(task.call, *given, *job.args, **job.kwargs)


def _storable(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("message"), Said):
        value = {**value, "said": value["message"].told}
    try:
        json.dumps(value, cls=DjangoJSONEncoder)
    except (TypeError, ValueError) as error:
        raise Unstorable(str(error)) from error
    return value


def _record(running: Running, write: Callable[[], bool]) -> None:
    """Write the outcome, several times if the database is away for a moment. If it stays away the lease ends by
    itself and the job is run again."""
    for pause in (*PAUSES, None):
        try:
            ours = write()
            break
        except DatabaseError as error:
            logger.warning("The outcome of job %s could not be written. (%s)", running.job.pk, error)
            if pause is None or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    if not ours:
        logger.warning("Job %s was no longer ours when it ended; its outcome was dropped.", running.job.pk)
    kept = ours and Job.objects.filter(pk=running.job.pk, status=Status.DONE).exists()
    if running.file and not kept:
        files.remove(running.file)
    if ours:
        _announce(running)


def _announce(running: Running) -> None:
    running.job.refresh_from_db()
    if running.job.active:
        return
    try:
        result = result_of(running.job)
    except UnknownTask:
        return
    task_finished.send_robust(LeaseBackend, task_result=result)


def _ended_well(running: Running, value: Any) -> bool:
    progress = running.progress.columns()
    if progress["total"] is not None:
        progress["done"] = progress["total"]
    told: dict[str, Any] = {"error": "", "error_class": "", "traceback": ""}
    return lease.finish(running.job, Status.DONE, result=value, file=running.file, **progress, **told)


def _ended_badly(running: Running, error: BaseException) -> bool:
    """Cancelled, given back, put off for another attempt, or failed for good."""
    job, progress = running.job, running.progress.columns()
    if isinstance(error, Cancelled) or running.halt is Halt.STOPPING:
        if running.halt is Halt.STOPPING:
            return lease.release(job)
        if running.halt is not Halt.TIMEOUT:
            return lease.finish(job, Status.CANCELLED, **progress)
        error = TimeIsOver(error)
    told = _told(running, error)
    final = isinstance(error, Refused | UnknownTask | Unstorable | MemoryError) or job.attempt >= job.max_attempts
    if final:
        return lease.finish(job, Status.FAILED, **told, **progress)
    return lease.put_off(job, tuning_of(job.task).pause(job.attempt), **told, **progress)


def overrun(running: Running) -> bool:
    """Record that a job did not stop when its time was over. Its worker process ends right after."""
    if running.halt is Halt.CANCELLED:
        return lease.finish(running.job, Status.CANCELLED, **running.progress.columns())
    told = _told(running, TimeIsOver(running.number))
    if running.job.attempt >= running.job.max_attempts:
        return lease.finish(running.job, Status.FAILED, **told)
    return lease.put_off(running.job, tuning_of(running.job.task).pause(running.job.attempt), **told)


def _told(running: Running, error: BaseException) -> dict[str, str]:
    """The error as columns: its class, a sentence for the user, the trace for the administrator."""
    if isinstance(error, Refused):
        sentence, trace = str(error), ""
    else:
        sentence, trace = _sentence(running, error), "".join(format_exception(error))
        logger.error("Job %s (%s) raised.", running.job.pk, running.job.task, exc_info=error)
    kind = type(error)
    return {"error": sentence, "error_class": f"{kind.__module__}.{kind.__qualname__}"[:200], "traceback": trace}


def _sentence(running: Running, error: BaseException) -> str:
    """What is told of a fault, kept so that each reads it in his own language."""
    if isinstance(error, TimeIsOver):
        minutes = max(1, round(tuning_of(running.job.task).timeout / 60))
        return said(_("It was stopped after %(minutes)s min, the longest that it may take."), minutes=minutes)
    if isinstance(error, MemoryError):
        return said(_("It needed more memory than a job may have (%(most)s MB)."), most=allowed_mb())
    if isinstance(error, UnknownTask):
        return said(_("This version of the program does not know this kind of job any more."))
    told = _("An unexpected error stopped it. Tell your administrator the number of this job: %(number)s.")
    return said(told, number=running.job.pk)
