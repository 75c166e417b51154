"""The jobs of the chaos tests, for which this folder is a room.

They leave marks in a folder: locks, which the system frees when a process dies, so that two runs at once are seen, and
a line for each run.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import time
from pathlib import Path

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.progress import report

FOLDER = Path(os.environ.get("HAIKE_CHAOS_FOLDER", "."))


def mark(name: str) -> None:
    """Add a line with the number of this process."""
    with (FOLDER / name).open("a") as out:
        out.write(f"{os.getpid()}\n")


@job(attempts=100, backoff=0.1)
def hold(number: int, seconds: float) -> int:
    """Hold a lock that nobody else may hold, for some time. Returns the process that did it."""
    with (FOLDER / f"{number}.lock").open("w") as lock:
        mark(f"{number}.begun")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            mark(f"{number}.twice")
            raise
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.05)
            report(1, 2)
    return os.getpid()


@job(attempts=1)
def sit(seconds: float) -> None:
    """Heed nothing."""
    mark("sit.begun")
    time.sleep(seconds)
    mark("sit.ended")


@job(attempts=3)
def freeze(seconds: float) -> int:
    """Sleep without looking up, as a process does that is stopped from outside."""
    mark("freeze.begun")
    time.sleep(seconds)
    mark("freeze.ended")
    return os.getpid()


@cron("* * * * * *", name="chaos.tick")
@job()
def tick() -> None:
    """Every second."""
    mark("ticks")


@job(attempts=2)
def hang(seconds: int) -> None:
    """Keep the interpreter to itself, as an expression that is matched for ever does: no other thread has a turn."""
    mark("hang.begun")
    ctypes.PyDLL(None).sleep(seconds)
