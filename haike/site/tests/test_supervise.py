"""Children are kept running and stopped quickly; each test runs a supervisor as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = """
import sys
from haike.site.supervise import Child, Supervisor
children = [Child(str(n), [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[1:])]
supervisor = Supervisor(children, say=lambda line: print(line, flush=True), patience=1.0, pause=0.01)
sys.exit(supervisor.run(ready=lambda: True, greet=lambda: None))
"""
ROOT = Path(__file__).resolve().parents[3]
SLEEPER = "import os, time; open({path!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started = []

    def run(*codes: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, *codes]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def pids(path: Path, count: int) -> list[int]:
    """The children that have written themselves down, once there are so many."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = [int(line) for line in path.read_text().split()] if path.exists() else []
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"fewer than {count} children started")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").is_dir() else True


def gone(*children: int) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if not any(map(alive, children)):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "pids"
    supervisor = start(*[SLEEPER.format(path=str(path))] * 2)
    children = pids(path, 2)
    supervisor.send_signal(number)
    assert supervisor.wait(30) == 0
    assert gone(*children)


def test_a_child_that_will_not_stop_is_killed_in_time(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = start(DEAF.format(path=str(path)))
    children = pids(path, 1)
    began = time.monotonic()
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(30) == 0
    assert time.monotonic() - began > 0.9
    assert gone(*children)


def test_a_dead_child_is_started_again(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = start(SLEEPER.format(path=str(path)))
    (first,) = pids(path, 1)
    os.kill(first, signal.SIGKILL)
    assert len(pids(path, 2)) == 2
    assert supervisor.poll() is None


def test_a_child_that_never_lives_is_given_up(start: Start) -> None:
    supervisor = start("raise SystemExit(3)")
    assert supervisor.wait(60) == 1
    assert "exit 3" in supervisor.stdout.read()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_no_child_outlives_a_killed_supervisor(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = start(*[SLEEPER.format(path=str(path))] * 2)
    children = pids(path, 2)
    supervisor.kill()
    assert gone(*children)
