"""Keeps a number of worker processes alive.

Imports nothing of Django: `python -m haike.jobs.supervisor` is a small process. DJANGO_SETTINGS_MODULE must be set.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from secrets import token_hex
from time import monotonic

# Seconds a child is given to stop before it is killed; it needs three.
STOP_WITHIN = 4.0
# A child that lived shorter than this has failed to start: the next one waits.
SHORT_LIFE = 10.0
LONGEST_PAUSE = 30.0
# Exit code of a child that ended itself so that one with less memory takes its place.
RENEWAL_EXIT = 76
# Seconds without a sign of life after which a child hangs: a job may keep the interpreter to itself, and then neither
# the keeper of leases nor anybody else in that process has a turn.
SILENCE = 120.0
LOOK = 0.5

logger = logging.getLogger(__name__)


@dataclass
class Post:
    """A place for one child process, filled again whenever the child dies."""

    threads: int
    process: subprocess.Popen[bytes] | None = None
    name: str = ""
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    silence: float = SILENCE
    pulse: int = -1
    silent: int = 0
    """Looks since the last sign of life; a machine that slept meanwhile took none."""

    def fill(self) -> None:
        """Start a child. It learns the name of its predecessor, whose jobs it need not wait for."""
        dead, self.name = self.name, f"{socket.gethostname()[:60]}-{os.getpid()}-{token_hex(4)}"
        command = [sys.executable, "-m", "django", "run_worker", "--processes=0", f"--threads={self.threads}"]
        command += [f"--name={self.name}", f"--parent={os.getpid()}", f"--dead={dead}"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.pulse, end = os.pipe()
        os.set_blocking(self.pulse, False)
        os.set_blocking(end, False)
        command.append(f"--pulse={end}")
        self.process = subprocess.Popen(command, env=environment, pass_fds=[end])  # noqa: S603 - every part is ours
        os.close(end)
        self.silent = 0
        self.started_at = monotonic()

    def look(self) -> None:
        """See whether the child lives; if not, start another, after a pause if it died young."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                self.listen()
                return
            self.hang_up()
            lived = monotonic() - self.started_at
            self.failures = self.failures + 1 if lived < SHORT_LIFE and code != RENEWAL_EXIT else 0
            pause = min(0.25 * 2.0**self.failures, LONGEST_PAUSE) if self.failures else 0.0
            if code != RENEWAL_EXIT:
                logger.warning("Worker %s died with code %s; another starts in %.1f s.", self.name, code, pause)
            self.process, self.start_at = None, monotonic() + pause
        if monotonic() >= self.start_at:
            self.fill()

    def listen(self) -> None:
        """Take the signs of life since the last look; kill a child that hangs. What it ran is tried again."""
        if self.process is None or self.pulse < 0:
            return
        try:
            self.silent = 0 if os.read(self.pulse, 65536) else self.silent + 1
        except BlockingIOError:
            self.silent += 1
        if self.silent * LOOK >= self.silence:
            logger.error("Worker %s hangs and is killed.", self.name)
            self.process.kill()
            self.process.wait()

    def hang_up(self) -> None:
        """The child has died."""
        if self.pulse >= 0:
            os.close(self.pulse)
            self.pulse = -1

    def stop(self) -> None:
        """Ask the child to stop."""
        if self.process is not None:
            self.process.terminate()

    def end(self, by: float) -> None:
        """Wait for the child to have stopped, and kill it if it does not."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, by - monotonic()))
        except subprocess.TimeoutExpired:
            logger.error("Worker %s did not stop and is killed.", self.name)
            self.process.kill()
            self.process.wait()


def supervise(*, processes: int, threads: int, silence: float = SILENCE) -> int:
    """Keep so many workers alive until SIGTERM or SIGINT."""
    stopping = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
    posts = [Post(threads, silence=silence) for _ in range(processes)]
    while True:
        for post in posts:
            post.look()
        if stopping.wait(LOOK):
            break
    for post in posts:
        post.stop()
    by = monotonic() + STOP_WITHIN
    for post in posts:
        post.end(by)
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="haike.jobs.supervisor", description="Keep job workers running.")
    parser.add_argument("--processes", type=int, default=1, help="worker processes")
    parser.add_argument("--threads", type=int, default=2, help="threads of each process")
    parser.add_argument("--silence", type=float, default=SILENCE, help="seconds after which a silent one is killed")
    given = parser.parse_args()
    return supervise(processes=given.processes, threads=given.threads, silence=given.silence)


if __name__ == "__main__":
    sys.exit(main())
