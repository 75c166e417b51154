"""Real worker processes that are killed, stopped and sent home while they work, on both databases."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

pytestmark = [pytest.mark.feature("P35"), pytest.mark.slow]

SERVER = os.environ.get("HAIKE_TEST_POSTGRES", "")
ROOT = Path(__file__).parents[3]
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from haike.jobs.tests.jobs import *
"""


class Site:
    """A small site of its own, its workers and its marks."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "haike.jobs.tests.chaos_settings",
            "HAIKE_CHAOS_DATABASE": url,
            "HAIKE_CHAOS_FOLDER": str(folder),
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", *command], env=self.environment, cwd=self.folder)
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("django", "run_worker", "--processes=0")

    def prepare(self, enqueue: str) -> None:
        assert self.start("django", "shell", "-v0", "-c", PREPARE + enqueue).wait() == 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            link = sqlite3.connect(urlsplit(self.url).path, timeout=20)
            try:
                return link.execute(query).fetchall()
            finally:
                link.close()
        with psycopg.connect(self.url) as server:
            return server.execute(query).fetchall()

    def marks(self, name: str) -> list[int]:
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ]
)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    if request.param == "sqlite":
        made = Site(tmp_path, f"sqlite://{tmp_path}/chaos.db")
        yield made
        made.end()
        return
    if not SERVER:
        pytest.skip("HAIKE_TEST_POSTGRES is not set")
    name = f"chaos_{token_hex(4)}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        made = Site(tmp_path, urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")))
        try:
            yield made
        finally:
            made.end()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def wait_for(what: Callable[[], object], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def test_nothing_is_lost_or_run_twice_at_once_when_workers_are_killed(site: Site) -> None:
    """Kill -9 workers at random; every job ends as done, and no two live runs of a job ever met."""
    count = 12
    site.prepare(f"[hold.enqueue(number, 0.5) for number in range({count})]")
    workers = [site.worker() for _ in range(2)]
    wait_for(lambda: site.marks("0.begun"), 30)
    chance = random.Random(7)
    for _ in range(3):
        time.sleep(chance.uniform(0.3, 0.6))
        victim = workers.pop(chance.randrange(len(workers)))
        victim.kill()
        workers.append(site.worker())
    wait_for(lambda: not site.rows("SELECT 1 FROM jobs_job WHERE status IN ('ready', 'running') AND key IS NULL"), 60)
    ended = site.rows("SELECT status, count(*) FROM jobs_job WHERE key IS NULL GROUP BY status")
    assert ended == [("done", count)]
    assert list(site.folder.glob("*.twice")) == []
    assert sum(len(site.marks(f"{number}.begun")) for number in range(count)) > count, "no kill hit a running job"


def test_a_worker_taken_for_dead_changes_nothing_and_cron_runs_once(site: Site) -> None:
    """One of two workers freezes beyond its lease in the middle of a job and wakes when the other has done it."""
    site.prepare("freeze.enqueue(0.6)")
    workers = {process.pid: process for process in (site.worker(), site.worker())}
    wait_for(lambda: site.marks("freeze.begun"), 30)
    [frozen] = site.marks("freeze.begun")
    os.kill(frozen, signal.SIGSTOP)
    wait_for(lambda: site.marks("freeze.ended"), 30)
    [heir] = site.marks("freeze.ended")
    assert heir in workers
    assert heir != frozen
    os.kill(frozen, signal.SIGCONT)
    wait_for(lambda: len(site.marks("freeze.ended")) == 2, 30)
    time.sleep(0.5)
    [(status, result, attempt)] = site.rows("SELECT status, result, attempt FROM jobs_job WHERE key IS NULL")
    assert (status, int(result), attempt) == ("done", heir, 2)
    # Both workers tried every second's cron job. A slot has one job, and no job ran oftener than it was claimed.
    [(done,)] = site.rows("SELECT count(*) FROM jobs_job WHERE status = 'done' AND key IS NOT NULL")
    ran = len(site.marks("ticks"))
    [(claims, slots, jobs)] = site.rows(
        "SELECT sum(attempt), count(DISTINCT key), count(*) FROM jobs_job WHERE key IS NOT NULL"
    )
    assert 2 <= done <= ran <= claims
    assert slots == jobs


def test_a_worker_that_is_sent_home_gives_its_jobs_back_at_once(site: Site) -> None:
    """SIGTERM: one job heeds the request to stop, the other does not; both are given back, no attempt is counted."""
    site.prepare("hold.enqueue(1, 60); sit.enqueue(60)")
    worker = site.worker()
    wait_for(lambda: site.marks("1.begun") and site.marks("sit.begun"), 30)
    begun = time.monotonic()
    worker.terminate()
    assert worker.wait(30) == 0
    # Far from the minute that they wanted, however busy the machine.
    assert time.monotonic() - begun < 15
    left = site.rows("SELECT status, attempt, token FROM jobs_job WHERE key IS NULL")
    assert left == [("ready", 0, ""), ("ready", 0, "")]
    assert site.marks("sit.ended") == []


@pytest.mark.parametrize("site", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
def test_the_supervisor_replaces_a_dead_worker_who_inherits_at_once(site: Site) -> None:
    site.prepare("hold.enqueue(1, 0.5)")
    supervisor = site.start("haike.jobs.supervisor", "--processes=1", "--threads=2")
    wait_for(lambda: site.marks("1.begun"), 30)
    [first] = site.marks("1.begun")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: site.rows("SELECT 1 FROM jobs_job WHERE status = 'done' AND attempt = 2 AND key IS NULL"), 30)
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    second = site.marks("1.begun")[1]
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


@pytest.mark.parametrize("site", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
def test_a_worker_that_hangs_is_killed_and_other_jobs_run_on(site: Site) -> None:
    """One job that lets nobody else have a turn is tried again and then lost; those behind it are done."""
    site.prepare("hang.enqueue(600); hold.enqueue(1, 0.5)")
    supervisor = site.start("haike.jobs.supervisor", "--processes=1", "--threads=2", "--silence=5")
    ended = "SELECT status, attempt FROM jobs_job WHERE key IS NULL AND status NOT IN ('ready', 'running') ORDER BY id"
    wait_for(lambda: len(site.rows(ended)) == 2, 90)
    [lost, done] = site.rows(ended)
    assert lost == ("lost", 2)
    assert done[0] == "done"
    assert len(set(site.marks("hang.begun"))) == 2
    supervisor.terminate()
    assert supervisor.wait(30) == 0
