"""The server as `haike run` starts it, for the time of a measurement."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.browser import Browser
from bench.databases import KEPT, ROOT, Company, free_port

WORKERS = 2


class Server:
    """A running Haike."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, database: str) -> None:
        self.process, self.port, self.database = process, port, database

    def browser(self) -> Browser:
        """A new visitor."""
        return Browser(self.port, self.busy)

    def busy(self) -> float:
        """Seconds of the processor that serving pages and the database have had so far."""
        return sum(_busy(pid) for root in self._serving() for pid in _tree(root)) + backends(self.database)

    def busy_in_all(self) -> float:
        """The same with the jobs."""
        return sum(map(_busy, _tree(self.process.pid))) + backends(self.database)

    def _serving(self) -> list[int]:
        return [pid for pid in _children(self.process.pid) if "serve" in _command(pid)]

    def workers(self) -> list[int]:
        """The processes that serve pages: the grandchildren under `haike serve`."""
        found = [
            worker for pid in self._serving() for worker in _children(pid) if "resource_tracker" not in _command(worker)
        ]
        return [pid for pid in found if memory(pid) > 30]

    def jobs(self) -> list[int]:
        """The processes that do jobs."""
        working = [pid for pid in _children(self.process.pid) if "work" in _command(pid).split()]
        return [*working, *(child for pid in working for child in _children(pid))]


def backends(database: str) -> float:
    """Seconds that PostgreSQL's processes for the company at hand have had; SQLite has none."""
    if database != "postgresql":
        return 0.0
    server = int((KEPT / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])
    return sum(_busy(pid) for pid in _children(server) if " haike work_" in _command(pid))


def _tree(pid: int) -> list[int]:
    return [pid, *(each for child in _children(pid) for each in _tree(child))]


def _busy(pid: int) -> float:
    try:
        # With the children that have ended.
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    except OSError:
        return 0.0
    return sum(map(int, parts)) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def memory(pid: int) -> float:
    """Memory in MB that a process has for itself. Pages of a database file that it maps are the system's cache."""
    wanted = "RssAnon"
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(wanted)), 0.0)


@contextmanager
def running(company: Company) -> Iterator[Server]:
    """`haike run` on a port of its own until the measurement is over."""
    port = free_port()
    command = [sys.executable, "-m", "haike", "run", "--port", str(port), "--workers", str(WORKERS)]
    log = (Path(company.environment["HAIKE_DATA"]) / "server.log").open("wb")
    process = subprocess.Popen(command, env=company.environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait(process, port, Path(log.name))
        yield Server(process, port, company.database)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        try:
            if Browser(port).get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The server does not answer:\n{log.read_text()[-4000:]}")
