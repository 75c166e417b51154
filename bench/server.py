"""The server as `haike run` starts it, for the time of a measurement."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.browser import Browser
from bench.databases import ROOT, Company, free_port

WORKERS = 2


class Server:
    """A running Haike."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def browser(self) -> Browser:
        """A new visitor."""
        return Browser(self.port)

    def workers(self) -> list[int]:
        """The processes that serve pages: the grandchildren under `haike serve`."""
        serving = [pid for pid in _children(self.process.pid) if "serve" in _command(pid)]
        found = [worker for pid in serving for worker in _children(pid) if "resource_tracker" not in _command(worker)]
        return [pid for pid in found if memory(pid) > 30]

    def jobs(self) -> list[int]:
        """The processes that do jobs."""
        working = [pid for pid in _children(self.process.pid) if "work" in _command(pid).split()]
        return [*working, *(child for pid in working for child in _children(pid))]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text().split())
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
        yield Server(process, port)
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
