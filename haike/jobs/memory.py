"""How much memory a worker process may take: a job that wants more fails in words, and the machine lives on."""

from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path

USUAL_MB = 4096
NAME = "HAIKE_JOB_MEMORY_MB"
GROWN_MB = 150
"""A process that has so much for itself after a large job has grown: small pieces that stay lie all over it."""


def give_back() -> None:
    """Give the system what a large job has left behind; the library keeps it otherwise, for a job as large."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def grown() -> bool:
    """Whether so much of its memory stays behind in this process that a new one in its place is cheaper."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return False
    return any(int(line.split()[1]) > GROWN_MB * 1024 for line in lines if line.startswith("RssAnon:"))


def allowed_mb() -> int:
    """Megabytes of address space that a worker process may have; 0 is no limit."""
    told = os.environ.get(NAME, "").strip()
    return int(told) if told.isdigit() else USUAL_MB


def limit_memory() -> None:
    """Hold this process to it; the system's own limit stays where it is lower."""
    if wanted := allowed_mb() * 1024 * 1024:
        __, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
