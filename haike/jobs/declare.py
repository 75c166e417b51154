"""Declaring a job: an ordinary Django task plus what this room wants to know of it.

    @job(title=_("Recycle customers"), attempts=5)
    def recycle_customers(*, sea: int, by: int) -> dict[str, int]: ...

    recycle_customers.enqueue(sea=3, by=request.user.pk)

A keyword argument `by` is the id of the user who asked: the job appears in that user's list. `asking()` says more
about one particular job. Both are hints: with another task backend the same call sites work without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django_tasks import DEFAULT_TASK_QUEUE_NAME, task
from django_tasks.base import Task

from haike.said import said

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

P = ParamSpec("P")
T = TypeVar("T")

# The queue for work of minutes. The first thread of every worker leaves it alone, so that short jobs never wait
# behind long ones.
SLOW_QUEUE = "slow"
# The queue for work that waits for other people's machines. A thread of its own runs it, so that it waits for no long
# job, and none for it.
OUTSIDE_QUEUE = "outside"


class UnknownTask(Exception):
    """No task of this name is installed."""


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """How one kind of job is named and treated when it fails."""

    title: str | _StrPromise | Callable[..., str] = ""
    """What users read: a text, or a function of the job's arguments that returns one."""

    attempts: int = 3
    """How often it is begun at most. Use 1 for work that must not be repeated unseen."""

    timeout: float = 3600
    """Seconds after which it is stopped and counted as failed."""

    backoff: float = 10
    """Seconds before the second attempt; each further pause is four times as long, up to an hour."""

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the given attempt has failed."""
        return min(self.backoff * 4.0 ** max(attempt - 1, 0), 3600.0)

    def name(self, path: str, args: list[Any], kwargs: dict[str, Any]) -> str:
        """The title of a job with these arguments; without a declared one, the name of its function."""
        text = self.title(*args, **kwargs) if callable(self.title) else self.title
        return (said(text) if isinstance(text, Promise) else text) or path.rpartition(".")[2]


_tunings: dict[str, Tuning] = {}
_DEFAULT = Tuning()


def tune(path: str, tuning: Tuning) -> None:
    """Set the tuning of the task with this dotted path, also of one declared elsewhere with Django's own `@task`."""
    _tunings[path] = tuning


def tuning_of(path: str) -> Tuning:
    """The tuning of a task, or the usual one. A worker may not have loaded the module that declares it: without its
    limit a job would run for an hour that may take a minute."""
    if path not in _tunings:
        with suppress(Exception):  # what cannot be loaded is told where it is to be run
            import_string(path)
    return _tunings.get(path, _DEFAULT)


def job(
    *,
    title: str | _StrPromise | Callable[..., str] = "",
    attempts: int = 3,
    timeout: float = 3600,
    backoff: float = 10,
    priority: int = 0,
    slow: bool = False,
    outside: bool = False,
) -> Callable[[Callable[P, T]], Task[P, T]]:
    """Django's `@task` with a title, a number of attempts, a time limit; `slow=True` for work of minutes,
    `outside=True` for work that waits for other people's machines."""
    queue = OUTSIDE_QUEUE if outside else SLOW_QUEUE if slow else DEFAULT_TASK_QUEUE_NAME

    def decorate(function: Callable[P, T]) -> Task[P, T]:
        made = task(priority=priority, queue_name=queue)(function)
        tune(made.module_path, Tuning(title=title, attempts=attempts, timeout=timeout, backoff=backoff))
        return made

    return decorate


def task_of(path: str) -> Task[..., Any]:
    """The task with this dotted path."""
    try:
        found = import_string(path)
    except ImportError as error:
        raise UnknownTask(path) from error
    if not isinstance(found, Task):
        raise UnknownTask(path)
    return found


@dataclass(frozen=True)
class Asking:
    """What is said about the jobs enqueued within one block."""

    by: int | None = None
    title: str = ""
    key: str | None = None


_NOTHING = Asking()
_asking: ContextVar[Asking] = ContextVar("asking", default=_NOTHING)


@contextmanager
def asking(*, by: int | None = None, title: str = "", key: str | None = None) -> Iterator[None]:
    """Jobs enqueued within the block are asked for by this user (its id), carry this title, and are made only once
    per key: enqueueing again with a key that is already there returns the job that is there."""
    token = _asking.set(Asking(by=by, title=title, key=key))
    try:
        yield
    finally:
        _asking.reset(token)


def asked() -> Asking:
    """What the surrounding `asking()` block says."""
    return _asking.get()
