"""The job that runs in this thread: hears its progress, and tells it to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import Any

from haike.jobs import files
from haike.jobs.companies import Door
from haike.jobs.declare import tuning_of
from haike.jobs.job import Job
from haike.progress import Cancelled, listening


class Halt(Enum):
    """Why a running job is asked to stop."""

    CANCELLED = "a user cancelled it"
    LOST = "its lease went to another worker"
    TIMEOUT = "its time is over"
    STOPPING = "the worker stops"


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    done: int = 0
    total: int | None = None
    message: str = ""

    def columns(self) -> dict[str, Any]:
        """The progress as columns of the job."""
        return {"done": self.done, "total": self.total, "message": self.message}


class Running:
    """One run of a job. The thread that works writes here, the keeper's thread carries it to the database."""

    def __init__(self, job: Job, company: str = "", door: Door = nullcontext) -> None:
        self.job = job
        self.company = company
        self.door = door
        self.halt: Halt | None = None
        self.ends_at = monotonic() + tuning_of(job.task).timeout
        self.beaten_at = monotonic()
        self.file = ""
        self._progress = Progress()
        self._written = self._progress

    @property
    def number(self) -> str:
        """The same at every attempt: a key by which the outside world knows a repeated request."""
        return f"haike-{self.company or 'job'}-{self.job.pk}"

    def report(self, done: int, total: int | None, message: str) -> None:
        """See `haike.progress.report`."""
        self._progress = Progress(done, total, message[:255] or self._progress.message)
        if self.halt is not None:
            raise Cancelled(self.halt.value)

    def cancelled(self) -> bool:
        """See `haike.progress.cancelled`."""
        return self.halt is not None

    def result_file(self, name: str) -> Path:
        """See `haike.progress.result_file`. A job has one file; a second call replaces the first."""
        if self.file:
            files.remove(self.file)
        self.file = files.new_path(self.job.pk, name)
        return files.full_path(self.file)

    def stop(self, halt: Halt) -> None:
        """Ask the work to stop at its next report. The first reason stays; the time of what a user stops is over."""
        if self.halt is None:
            self.halt = halt
        if halt is Halt.CANCELLED:
            self.ends_at = min(self.ends_at, monotonic())

    @property
    def progress(self) -> Progress:
        """What was reported last."""
        return self._progress

    @property
    def has_news(self) -> bool:
        """Whether progress was reported that is not yet in the database."""
        return self._progress is not self._written

    def beaten(self, written: Progress) -> None:
        """The lease was extended and this progress is in the database."""
        self.beaten_at = monotonic()
        self._written = written


_current: ContextVar[Running | None] = ContextVar("running_job", default=None)


def current() -> Running | None:
    """The job that this code runs in, or None."""
    return _current.get()


@contextmanager
def entered(running: Running) -> Iterator[None]:
    """Within the block this thread works for the job."""
    token = _current.set(running)
    try:
        with listening(running):
            yield
    finally:
        _current.reset(token)
