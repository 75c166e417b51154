"""`haike run` as a user starts it: prepares, serves, starts again quickly, stops quickly, survives a dead worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

STARTS_WITHIN, STOPS_WITHIN = 3.0, 20.0
"""Seconds until the first page of a company that is there already, and until nothing runs any more."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one company: only the first to start it waits until it is made."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture
def haike(data: Path) -> Iterator[Running]:
    running = Running(data)
    yield running
    if running.process is not None:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()
        running.process.stdout.close()


def test_starts_and_stops_and_starts_again_quickly(haike: Running, data: Path) -> None:
    """Ctrl-C in a terminal reaches every process of the group, a signal to the process reaches only that one."""
    haike.start("--sample")
    family = haike.family()
    assert len(family) >= 5  # itself, pages with two workers, jobs with one
    assert haike.stop(group=True) < STOPS_WITHIN
    assert alive(family) == []
    said = haike.process.stdout.read()
    assert f"http://127.0.0.1:{haike.port}/" in said
    assert said.rstrip().endswith("Haike has stopped.")
    haike.process.stdout.close()
    stamp = data / "prepared.json"
    prepared = stamp.stat().st_mtime_ns

    again = haike.start("--sample")
    assert again.computed < STARTS_WITHIN
    assert again.waited < STARTS_WITHIN or busy(), again
    assert stamp.stat().st_mtime_ns == prepared  # nothing was prepared again, which takes most of a first start
    family = haike.family()
    assert haike.stop() < STOPS_WITHIN
    assert alive(family) == []


def alive(family: list[int]) -> list[int]:
    """Those that have not ended; one that waits to be buried has."""

    def state(pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "gone"

    return [pid for pid in family if state(pid) not in {"gone", "Z", "X"}]


def busy() -> bool:
    """Whether others compute on this machine too, so that one's own time on the clock says nothing."""
    return os.getloadavg()[0] > 0.75


def test_a_second_one_on_the_same_port_says_so(haike: Running) -> None:
    haike.start()
    command = [sys.executable, "-m", "haike", "run"]
    second = subprocess.run(command, env=haike.environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"Port {haike.port} is taken." in second.stderr


def test_a_dead_child_is_replaced(haike: Running) -> None:
    haike.start()
    before = haike.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while len(set(now := haike.children()) - set(before)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(now) == 2
    assert not set(now) & set(before)
    assert haike.stop() < STOPS_WITHIN
