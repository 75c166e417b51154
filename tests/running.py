"""Haike as a user starts it, on a free port with a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Start:
    """Seconds until the first page had come, and how many of them were computing that nobody could do besides."""

    waited: float
    computed: float


class Running:
    """Haike on a free port with its data in an empty folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HAIKE_")}
        self.environment = kept | {"HAIKE_DATA": str(data), "HAIKE_LANG": "en", "PYTHONPATH": str(ROOT)}
        self.environment["HAIKE_PORT"] = str(self.port)
        # A sample company of the full size would only make the tests wait.
        self.environment["HAIKE_SAMPLE_CUSTOMERS"] = "300"
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> Start:
        """Returns when pages are served and jobs are worked off; tells what the first page took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "haike", "run", "--threads", "2", *options]
        # A session of its own, like a terminal's: Ctrl-C there goes to the whole group.
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        first: Start | None = None
        while time.monotonic() - began < 180:
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}: {self.process.stdout.read()}")
            if first is None and self.answers():
                first = Start(time.monotonic() - began, self.longest_line())
            if first is not None and len(self.children()) == 2:
                return first
            time.sleep(0.02)
        raise AssertionError("did not answer within three minutes")

    def answers(self) -> bool:
        """Whether the page to sign in comes."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/signin", timeout=30).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, *, group: bool = False) -> float:
        """Ctrl-C, to the process alone or as from a terminal; returns after how many seconds everything had ended."""
        began = time.monotonic()
        if group:
            os.killpg(self.process.pid, signal.SIGINT)
        else:
            self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0
        return time.monotonic() - began

    def children(self) -> list[int]:
        return children(self.process.pid)

    def family(self) -> list[int]:
        """The process and all that have come of it."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    def longest_line(self) -> float:
        """The most computing, in seconds, that one after another had to do: each process and those above it."""

        def line(pid: int) -> float:
            return computed(pid) + max(map(line, children(pid)), default=0.0)

        return line(self.process.pid)


def children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]


def computed(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
