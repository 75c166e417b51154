"""Keep child processes running and stop all of them quickly.

Imports nothing of Haike: the process that supervises stays small and has no connection to lose.
"""

import ctypes
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TOO_SHORT = 10.0  # a life shorter than this counts as a failed start
TRIES = 5
# Each thread else gets a pool of memory of its own, and what one has freed no other can use. And after one large piece
# the system's library keeps all pieces up to its size in that pool, where they leave holes: here they always go back.
MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed, so that nobody is left holding the port."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        # A session of its own keeps Ctrl-C from it: the supervisor alone decides when and how children stop.
        self.process = subprocess.Popen(
            self.command, start_new_session=True, preexec_fn=die_with_parent, env={**MEMORY, **os.environ}
        )
        self.started = time.monotonic()

    def signal_group(self, number: int) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass


@dataclass
class Supervisor:
    children: list[Child]
    say: Callable[[str], None]
    patience: float = 5.0  # seconds the children have to finish what they do
    pause: float = 0.5  # before the first restart; each further one waits twice as long
    stopping: bool = False
    signals: list[int] = field(default_factory=lambda: [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])

    def run(self, ready: Callable[[], bool], greet: Callable[[], None]) -> int:
        """Start the first, once `ready` holds `greet` and start the others, restart who dies; returns the exit code."""
        for number in self.signals:
            signal.signal(number, self.stop_soon)
        self.children[0].start()
        for child in self.children[1:]:
            # They would only take the processor from the first, which people wait for.
            child.start_at = math.inf
        greeted = gave_up = False
        while not self.stopping:
            if not greeted and ready():
                greeted = True
                greet()
                for child in self.children[1:]:
                    child.start_at = 0.0
            alive = [self.look_after(child) for child in self.children]
            if not all(alive):
                gave_up = True
                break
            time.sleep(0.2 if greeted else 0.05)
        self.stop()
        return 1 if gave_up else 0

    def stop_soon(self, number: int, frame: object) -> None:
        self.stopping = True

    def look_after(self, child: Child) -> bool:
        """Restart the child when it has died; False when that is of no use any more."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                child.start()
            return True
        code = child.process.poll()
        if code is None:
            return True
        child.signal_group(signal.SIGKILL)
        child.process = None
        child.failures = child.failures + 1 if now - child.started < TOO_SHORT else 0
        if child.failures >= TRIES:
            self.say(f"{child.name}: exit {code}")
            return False
        child.start_at = now + min(self.pause * 2**child.failures, 30.0)
        self.say(f"{child.name}: exit {code}, +{child.start_at - now:.1f} s")
        return True

    def stop(self) -> None:
        running = [child for child in self.children if child.process is not None]
        for child in running:
            # To the leader only: it knows best how to end the processes it has started.
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + self.patience
        for child in running:
            try:
                if child.process is not None:
                    child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            child.signal_group(signal.SIGKILL)
