"""make bench: the published budgets on generated companies.

python -m bench [--sizes 10000,100000,1000000] [--databases sqlite,postgresql] [--only WORD] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import report
from bench.acts import bulk, nightly
from bench.databases import DATABASES, ROOT, Company
from bench.documents import documents
from bench.reading import read
from bench.results import Results, middle
from bench.server import Server, memory, running
from bench.streams import listen
from bench.visit import visit
from bench.writing import move, write

PASSWORD = "haike-demo-2026"
"""Of everybody in the sample company."""


def facts(company: Company) -> dict[str, Any]:
    """Who is measured, and with which words."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.facts"], env=company.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    return dict(json.loads(done.stdout))


def measure(company: Company, only: str) -> Results:
    """All figures of one company."""
    results, before = Results(company.database, company.size), pace()
    known = facts(company)
    people = known["people"]
    for who, person in people.items():
        print(f"  {who} is {person['username']} and sees {person['sees']:,} customers")
    if only in "sample company made":
        results.put("sample company made", "", company.made["seconds"])
    with running(company) as server:
        acts: list[Callable[[], None]] = [
            *(partial(act, server, people, PASSWORD, results, only) for act in (visit, read, write, listen)),
            partial(documents, server, known, PASSWORD, results, only),
            partial(_memory, server, results, only),
            partial(nightly, company, server, people, PASSWORD, results, only),
            partial(move, server, people, PASSWORD, results, only),
            partial(bulk, server, known, PASSWORD, results, only),
        ]
        for act in acts:
            try:
                act()
            except RuntimeError as error:
                # What was measured before and what comes after is worth keeping.
                print(f"  STOPPED: {str(error)[:500]}")
            report.keep(results)
    if only in "the machine: a loop in Python":
        # While the company was measured it was now faster, now slower: the middle of both ends says enough.
        results.put("the machine: a loop in Python", "", (before + pace()) / 2)
        report.keep(results)
    return results


def pace() -> float:
    """Milliseconds of the processor for a million steps of plain Python: how fast the machine is just now."""
    took = []
    for __ in range(15):
        began, total = time.process_time(), 0
        for step in range(1_000_000):
            total += step * step % 7
        took.append((time.process_time() - began) * 1000)
    return middle(took)


def _memory(server: Server, results: Results, only: str) -> None:
    if only in "memory per web worker":
        workers = server.workers()
        results.put("memory per web worker", "", max(map(memory, workers)) if workers else float("nan"))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000", help="customers, by commas")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--only", default="", help="only figures with this word in their name")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    asked = parser.parse_args()
    try:
        # On a machine that does other things too, these are not what is to be measured.
        os.nice(-15)
    except PermissionError:
        pass
    found: list[Results] = []
    for database in asked.databases.split(","):
        for size in map(int, asked.sizes.split(",")):
            print(f"{database}, {size:,} customers", flush=True)
            with DATABASES[database](size) as company:
                found = report.keep(measure(company, asked.only))
    for database in asked.databases.split(","):
        print(f"\n{report.TITLES[database]}\n\n{report.table(database, found)}")
    if asked.write:
        report.write(found)
        print(f"\nWritten: {report.DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
