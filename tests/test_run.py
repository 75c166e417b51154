"""`haike run` as a user starts it: prepares, serves, starts again quickly, stops quickly, survives a dead worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


class Running:
    """Haike on a free port with its data in an empty folder."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HAIKE_")}
        self.environment = kept | {"HAIKE_DATA": str(data), "HAIKE_LANG": "en", "PYTHONPATH": str(ROOT)}
        self.environment["HAIKE_PORT"] = str(self.port)
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when pages are served and jobs are worked off."""
        began = time.monotonic()
        command = [sys.executable, "-m", "haike", "run", "--threads", "2"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        while time.monotonic() - began < 180:
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}: {self.process.stdout.read()}")
            try:
                answers = httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=30).status_code == 200
            except httpx.TransportError:
                answers = False
            if answers and len(self.children()) == 2:
                return
            time.sleep(0.05)
        raise AssertionError("did not answer within three minutes")

    def stop(self) -> float:
        """Ctrl-C; returns after how many seconds everything had ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0
        return time.monotonic() - began

    def children(self) -> list[int]:
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]


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
