"""The rows of a large sheet read by a second process.

Reading, checking and spelling rows is half of an import and needs Python's lock, so that a thread beside the one that
writes gains nothing. The other process is begun afresh and not forked: a worker has other threads, whose connections
to SQLite a copy of the process must not hold.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from haike.exchange.run import ImportRun

FROM = 20_000
"""Rows for which a second process is worth its start: two seconds, and some hundred megabytes meanwhile."""


def is_worthwhile(run: ImportRun) -> bool:
    """Whether what is left of an import is so much, and there is a second core to read it."""
    several = len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) > 1
    return (
        several
        and not settings.HAIKE_HOSTED
        and not connection.in_atomic_block
        and run.rows_total - run.rows_done >= FROM
    )


def apart(run: ImportRun, by: Any) -> Iterator[Sequence[Any]]:
    """The parsed rows that are left of an import, part by part; raises what went wrong in the other process."""
    order = {
        "run": run.pk,
        "by": by.pk,
        "database": str(connection.settings_dict["NAME"]),
        "language": translation.get_language(),
        "zone": timezone.get_current_timezone_name(),
    }
    command = [sys.executable, "-m", "django", "read_rows"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": str(settings.SETTINGS_MODULE),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    with subprocess.Popen(  # noqa: S603 - every part is ours
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with child.stdin:
                pickle.dump(order, child.stdin)
            while part := _next(child.stdout):
                yield part
        finally:
            # It only reads. What it is told when nobody wants more is that it may end, wherever it is.
            child.kill()


def _next(source: IO[bytes]) -> Sequence[Any]:
    try:
        found = pickle.load(source)  # noqa: S301 - from our own child
    except EOFError:
        raise RuntimeError("the process that reads rows has died") from None
    if isinstance(found, BaseException):
        raise found
    part: Sequence[Any] = found
    return part


def send(part: Sequence[Any] | BaseException, to: IO[bytes]) -> None:
    """Hand a part over; an exception that cannot be handed over goes as its words."""
    try:
        told = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError):
        if not isinstance(part, BaseException):
            raise
        told = pickle.dumps(RuntimeError(repr(part)))
    to.write(told)
    to.flush()
