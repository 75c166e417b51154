"""Haike as a user starts it, on a free port with a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]


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
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> None:
        """Returns when pages are served and jobs are worked off."""
        began = time.monotonic()
        command = [sys.executable, "-m", "haike", "run", "--threads", "2", *options]
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
