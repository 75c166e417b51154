"""The worker: threads that run jobs, and beside them the watch, the clock and the keeper of leases."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from contextlib import suppress
from secrets import token_hex
from time import monotonic

from django.db import close_old_connections, connection

from haike.jobs import lease
from haike.jobs.clock import Clock
from haike.jobs.companies import Door
from haike.jobs.context import Halt, Running
from haike.jobs.declare import OUTSIDE_QUEUE, SLOW_QUEUE
from haike.jobs.job import Job
from haike.jobs.keeper import Keeper
from haike.jobs.memory import give_back, grown, limit_memory
from haike.jobs.rounds import Rounds
from haike.jobs.run import execute, overrun
from haike.jobs.supervisor import RENEWAL_EXIT, supervise
from haike.jobs.trouble import survived
from haike.jobs.watch import Watch

# Seconds after the signal to stop: until then jobs may end by themselves; until then they may heed the request to
# stop; what still runs is given back and ends with the process.
PATIENCE = 1.5
INSISTENCE = 2.2
# Exit code of a process that ended itself because a job did not stop when its time was over.
OVERRUN_EXIT = 75

logger = logging.getLogger(__name__)


def worker_name() -> str:
    """A name that no other worker has or had."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{token_hex(4)}"


class Worker:
    """Runs jobs in this process until told to stop. With several threads the first leaves slow jobs to the others.

    One thread more runs what waits for other people's machines; it sleeps nearly always.
    """

    def __init__(self, *, threads: int = 2, name: str = "", parent: int = 0, dead: str = "", pulse: int = -1) -> None:
        self.name = name or worker_name()
        self.stopping = threading.Event()
        self._ended = threading.Event()
        self._parent = parent
        self._pulse = pulse
        self._code = 0
        self._keeper = Keeper(self._give_up)
        self._all, self._quick, self._outside = Rounds(), Rounds(), Rounds()
        express = threads > 1
        lanes = [self._quick if express and number == 0 else self._all for number in range(threads)]
        lanes.append(self._outside)
        self._runners = [
            threading.Thread(target=self._run_lane, args=[lane], name=f"job-{number}", daemon=True)
            for number, lane in enumerate(lanes)
        ]
        loops = {
            "keeper": self._keeper.loop,
            "watch": Watch(set(lanes)).loop,
            "clock": Clock(dead).loop,
        }
        self._attendants = [
            threading.Thread(target=loop, args=[self._ended], name=f"jobs-{name}", daemon=True)
            for name, loop in loops.items()
        ]

    def run(self) -> int:
        """Work until stopped; returns the exit code."""
        logger.info("Worker %s starts with %d threads.", self.name, len(self._runners))
        for thread in (*self._attendants, *self._runners):
            thread.start()
        while not self.stopping.wait(0.5):
            self._beat()
            if self._parent and os.getppid() != self._parent:
                logger.warning("The supervisor has gone; worker %s stops.", self.name)
                self.stopping.set()
        return self._shut_down()

    def _beat(self) -> None:
        """Show the supervisor that this process is not hung up."""
        if self._pulse >= 0:
            # The pipe is full while nobody listens, and broken when the supervisor has gone.
            with suppress(BlockingIOError, BrokenPipeError):
                os.write(self._pulse, b".")

    def _run_lane(self, lane: Rounds) -> None:
        """Body of a thread that runs jobs."""
        while not self.stopping.is_set():
            found = lane.take(1.0)
            if found is None:
                continue
            # When a company's door is shut, others may still be served.
            with survived(logger, f"Could not run a job of {found[0] or 'the company'}."):
                self._run_one(lane, *found)
        connection.close()

    def _run_one(self, lane: Rounds, company: str, door: Door) -> None:
        close_old_connections()
        with door():
            job = self._claim(lane)
            if job is None:
                return
            lane.add({company: door})
            running = Running(job, company, door)
            self._keeper.add(running)
            try:
                execute(running)
            finally:
                self._keeper.drop(running)
                close_old_connections()
                if job.queue == SLOW_QUEUE:
                    give_back()
                    self._make_room()

    def _make_room(self) -> None:
        """After a large job, with nothing else under way, make room for a process that has not grown."""
        if self._parent and not self.stopping.is_set() and not self._keeper.all() and grown():
            logger.info("Worker %s has grown and makes room for a new one.", self.name)
            self._code = RENEWAL_EXIT
            self.stopping.set()

    def _claim(self, lane: Rounds) -> Job | None:
        if lane is self._outside:
            return lease.claim(self.name, only=OUTSIDE_QUEUE)
        left = [SLOW_QUEUE, OUTSIDE_QUEUE] if lane is self._quick else [OUTSIDE_QUEUE]
        return lease.claim(self.name, without=left)

    def _give_up(self, running: Running) -> None:
        """A job does not stop: a thread cannot be ended, so the process is."""
        if self.stopping.is_set():
            return
        logger.error("Job %s does not stop; worker %s ends itself.", running.job.pk, self.name)
        with running.door():
            overrun(running)
        self._code = OVERRUN_EXIT
        self.stopping.set()

    def _shut_down(self) -> int:
        """Let jobs end, ask them to, give back the rest; in less than three seconds."""
        begun = monotonic()
        for lane in (self._all, self._quick, self._outside):
            lane.close()
        self._wait(begun + PATIENCE)
        for running in self._keeper.all():
            running.stop(Halt.STOPPING)
        self._wait(begun + INSISTENCE)
        self._ended.set()
        if not any(thread.is_alive() for thread in self._runners):
            logger.info("Worker %s has stopped.", self.name)
            return self._code
        for running in self._keeper.all():
            self._release(running)
        # A thread is still in the middle of a job: only the end of the process rolls back what it has not committed.
        logging.shutdown()
        os._exit(self._code)

    def _wait(self, until: float) -> None:
        for thread in self._runners:
            thread.join(max(0.0, until - monotonic()))

    def _release(self, running: Running) -> None:
        with (
            survived(logger, f"Job {running.job.pk} could not be given back; its lease will run out."),
            running.door(),
        ):
            if connection.vendor == "sqlite":
                # The job itself may hold the write lock; then its lease has to run out.
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 200")
            lease.release(running.job)


def main(
    *, processes: int = 1, threads: int = 2, name: str = "", parent: int = 0, dead: str = "", pulse: int = -1
) -> int:
    """Run jobs until SIGTERM or SIGINT; returns the exit code. Each of the processes has so many threads and is
    started again when it dies; with `processes=0` the jobs run in this process."""
    if processes > 0:
        return supervise(processes=processes, threads=threads)
    if parent:
        # Only a process of its own: a worker within another program must not limit that.
        limit_memory()
    worker = Worker(threads=threads, name=name, parent=parent, dead=dead, pulse=pulse)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stopping.set())
    return worker.run()
