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


@pytest.fixture
def haike(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    if running.process is not None:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()
        running.process.stdout.close()


def test_starts_and_stops_and_starts_again_quickly(haike: Running, tmp_path: Path) -> None:
    haike.start()
    assert haike.stop() < 8
    said = haike.process.stdout.read()
    assert f"http://127.0.0.1:{haike.port}/" in said
    assert said.rstrip().endswith("Haike has stopped.")
    haike.process.stdout.close()
    stamp = tmp_path / "prepared.json"
    prepared = stamp.stat().st_mtime_ns
    haike.start()
    assert stamp.stat().st_mtime_ns == prepared  # nothing was prepared again, which takes most of a first start
    assert haike.stop() < 8


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
    while time.monotonic() < until and (len(haike.children()) < 2 or set(haike.children()) & set(before)):
        time.sleep(0.1)
    assert len(haike.children()) == 2
    assert not set(haike.children()) & set(before)
    assert haike.stop() < 8
