"""Where companies of the bench are kept: made once per size, measured on a copy that may be written to.

SQLite: files in data/bench/sqlite. PostgreSQL: a server of our own in data/bench/postgresql with the durability of
production, one database per size.
"""

from __future__ import annotations

import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "data" / "bench"
# What a machine with a few gigabytes would be given; fsync and full_page_writes stay on.
POSTGRESQL = """
listen_addresses = '127.0.0.1'
shared_buffers = 1GB
effective_cache_size = 4GB
work_mem = 16MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
wal_compression = lz4
checkpoint_timeout = 15min
random_page_cost = 1.1
max_connections = 60
jit = off
"""


@dataclass
class Company:
    """A generated company, ready for a server: its environment, and how long it took to make."""

    database: str
    size: int
    environment: dict[str, str]
    made: dict[str, float]


def free_port() -> int:
    """A loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(arguments: list[str], environment: dict[str, str]) -> None:
    """One of Haike's commands."""
    done = subprocess.run([sys.executable, "-m", "haike", *arguments], env=environment, cwd=ROOT, check=False,
                          stdout=subprocess.DEVNULL)  # fmt: skip
    if done.returncode:
        raise SystemExit(f"haike {' '.join(arguments)} failed")


def _environment(folder: Path, **more: str) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAIKE_")}
    return {**kept, "HAIKE_DATA": str(folder), "HAIKE_LANG": "en", "HAIKE_LOG_LEVEL": "WARNING", **more}


def _make(environment: dict[str, str], size: int, note: Path) -> dict[str, float]:
    if note.exists():
        return dict(json.loads(note.read_text()))
    print(f"  making a company of {size:,} customers …", flush=True)
    run(["migrate"], environment)
    began = time.perf_counter()
    run(["demo", "--customers", str(size)], environment)
    made = {"seconds": round(time.perf_counter() - began, 1)}
    note.write_text(json.dumps(made))
    return made


@contextmanager
def sqlite(size: int) -> Iterator[Company]:
    """A company in a file."""
    base, work = KEPT / "sqlite" / str(size), KEPT / "work" / f"sqlite-{size}"
    note = base / "made.json"
    if not note.exists():
        shutil.rmtree(base, ignore_errors=True)
    made = _make(_environment(base), size, note)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run(["cp", "--reflink=auto", "--", *map(str, base.glob("haike.db*")), str(work)], check=True)
    # Or the first checkpoint of somebody who saves waits until all of the copy is on the disk.
    os.sync()
    made["bytes"] = sum(path.stat().st_size for path in base.glob("haike.db*"))
    try:
        yield Company("sqlite", size, _environment(work), made)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def postgresql(size: int) -> Iterator[Company]:
    """A company in a database of our own server."""
    with _server() as port:
        base, work = f"company_{size}", f"work_{size}"
        folder, note = KEPT / "work" / f"postgresql-{size}", KEPT / "postgresql" / f"made-{size}.json"
        url = f"postgres://haike@127.0.0.1:{port}"
        if not note.exists():
            _ask(port, f"DROP DATABASE IF EXISTS {base}")
            _ask(port, f"CREATE DATABASE {base}")
        made = _make(_environment(folder, HAIKE_DATABASE_URL=f"{url}/{base}"), size, note)
        _ask(port, f"DROP DATABASE IF EXISTS {work}")
        _ask(port, f"CREATE DATABASE {work} TEMPLATE {base}")
        made["bytes"] = float(_ask(port, f"SELECT pg_database_size('{base}')"))
        # The copy has no map of visible rows and no statistics of its own activity.
        _ask(port, "VACUUM ANALYZE", work)
        _ask(port, "CHECKPOINT")
        try:
            yield Company("postgresql", size, _environment(folder, HAIKE_DATABASE_URL=f"{url}/{work}"), made)
        finally:
            _ask(port, f"DROP DATABASE IF EXISTS {work} WITH (FORCE)")
            shutil.rmtree(folder, ignore_errors=True)


def tools() -> Path | None:
    """The folder of PostgreSQL's programs, or None where it is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) + [
        str(Path(shutil.which("initdb") or "/none/initdb").parent)
    ]
    return next((Path(folder) for folder in found if (Path(folder) / "initdb").exists()), None)


def _ask(port: int, statement: str, database: str = "postgres") -> str:
    command = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "haike", "-d", database, "-Atqc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def _server() -> Iterator[int]:
    programs = tools()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed; measure with --databases sqlite.")
    folder = KEPT / "postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL refuses to run as root.
    owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if owner:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    if not data.exists():
        subprocess.run([*owner, str(programs / "initdb"), "--pgdata", str(data), "--username", "haike", "--auth", "trust",
                        "--encoding", "UTF8", "--locale", "C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd="/")  # fmt: skip
    control = [*owner, str(programs / "pg_ctl"), "--pgdata", str(data), "--silent", "--wait"]
    settings = f"{POSTGRESQL}port = {port}\nunix_socket_directories = '{folder}'\n"
    (folder / "bench.conf").write_text(settings)
    main = data / "postgresql.conf"
    line = "include '../bench.conf'\n"
    if line not in main.read_text():
        main.write_text(main.read_text() + line)
    subprocess.run([*control, "--log", str(folder / "log"), "start"], check=True, cwd="/")
    try:
        yield port
    finally:
        subprocess.run([*control, "--mode", "fast", "stop"], check=True, cwd="/")


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}
