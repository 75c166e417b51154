"""How long work tells how far it is, and learns that it should stop, without knowing who runs it.

Code that may run for long calls `report()` now and then. Outside a job nothing listens and the calls cost nothing.
A job runner listens with `listening()`; it may answer a report by raising `Cancelled`, which must be let through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol


class Cancelled(Exception):
    """The work should stop here: somebody cancelled it, its time is over, or the program is shutting down."""


class Listener(Protocol):
    """What runs the work and wants to hear of it."""

    def report(self, done: int, total: int | None, message: str) -> None:
        """Take note of the progress; raise Cancelled if the work should stop."""

    def cancelled(self) -> bool:
        """Whether the work should stop."""

    def result_file(self, name: str) -> Path:
        """Where to write a file that the asker will download."""


_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


def report(done: int, total: int | None = None, message: str = "") -> None:
    """Say that `done` of `total` steps are finished. Cheap: call it once a row or once a batch, outside or inside a
    transaction. Raises Cancelled when the work should stop."""
    listener = _listener.get()
    if listener is not None:
        listener.report(done, total, str(message))


def cancelled() -> bool:
    """Whether the work should stop, for code that wants to tidy up itself instead of being stopped by `report()`."""
    listener = _listener.get()
    return listener is not None and listener.cancelled()


def result_file(name: str) -> Path:
    """Where to write the file called `name` that the work hands to the user who asked for it. Only inside a job."""
    listener = _listener.get()
    if listener is None:
        raise RuntimeError("result_file() works only inside a job; elsewhere choose a path yourself.")
    return listener.result_file(name)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Within the block all reports of this thread go to the listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
