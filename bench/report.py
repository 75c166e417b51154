"""The figures as a table, and as docs/performance.md."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bench.databases import KEPT, ROOT
from bench.results import BUDGETS, Results, shown
from haike.site.cli.check import slow_python

DOCUMENT = ROOT / "docs" / "performance.md"
KEPT_RESULTS = KEPT / "results.json"
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEAD = """# Performance · 性能

Measured by `make bench` through HTTP against the server as it runs in production (granian, 2 workers), on generated
companies: 200 users in a tree of departments, realistic Chinese names, two contacts and two follow-ups for each
customer. Every page is complete, with rights, compressed as a browser asks for it. A seller sees about 0.5 %, a manager
10 % of the customers, the boss all. Each figure is the median of 30 requests after 6 to warm up, in milliseconds
unless another unit is named; "8 at once" is answers per second with eight requests under way. PostgreSQL runs on the
same machine with fsync on. Bulk acts are those of the boss on the customers of some sellers, worked out for 100 000;
what runs by night is called once over the whole company. The budget is the one for 1 000 000 customers; **bold**
figures miss it.

In brackets stands how much of it the processor was busy with: in serving pages, in jobs where they are measured, and in
the database. What else the machine does lengthens the figure by the clock, and hardly the one in brackets. Of rows per
second it is the rate of a core that does nothing else. The last line says how fast the machine itself was: a million steps
of plain Python, `total += step * step % 7`, in milliseconds of the processor.

`make bench ARGS="--sizes 10000,100000,1000000 --databases sqlite,postgresql --write"` measures again and writes this
page; a company once made is kept in `data/bench`.
"""


def machine() -> str:
    """What it was measured on."""
    model = "an unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1_048_576
    cores = len(os.sched_getaffinity(0))
    slow = any(slow_python())
    python = f"Python {platform.python_version()} {'without' if slow else 'with'} optimisation"
    return f"{cores} cores of {model}, {memory} GB, {platform.system()}, {python}"


def keep(results: Results) -> list[Results]:
    """Put these figures beside those of earlier runs, so that one size can be measured again by itself."""
    kept = {(each.database, each.size): each for each in _kept()}
    earlier = kept.get((results.database, results.size))
    if earlier is not None:
        results.busy = {
            **{key: busy for key, busy in earlier.busy.items() if key not in results.values},
            **results.busy,
        }
        results.values = {**earlier.values, **results.values}
    kept[results.database, results.size] = results
    data = [
        {
            "database": r.database,
            "size": r.size,
            "values": [[*key, value, r.busy.get(key)] for key, value in r.values.items()],
        }
        for r in kept.values()
    ]
    KEPT_RESULTS.write_text(json.dumps(data))
    return list(kept.values())


def _kept() -> list[Results]:
    if not KEPT_RESULTS.exists():
        return []
    return [
        Results(
            each["database"],
            each["size"],
            {(what, who): value for what, who, value, __ in each["values"] if what in BUDGETS},
            {(what, who): busy for what, who, __, busy in each["values"] if what in BUDGETS and busy is not None},
        )
        for each in json.loads(KEPT_RESULTS.read_text())
    ]


def table(database: str, found: Sequence[Results]) -> str:
    """One database: a line per figure and person, a column per size."""
    found = sorted((each for each in found if each.database == database), key=lambda each: each.size)
    names = {(what, who): None for what in BUDGETS for each in found for (w, who) in each.values if w == what}
    sizes = " | ".join(f"{each.size:,}".replace(",", " ") for each in found)
    lines = [f"| what | who | {sizes} | budget |", "| --- | --- |" + " ---: |" * (len(found) + 1)]
    for what, who in names:
        budget = BUDGETS[what]
        most = getattr(budget, database)
        allowed = f"{'≥' if budget.least else '≤'} {shown(most)} {budget.unit}" if math.isfinite(most) else budget.unit
        cells = []
        for each in found:
            value = each.values.get((what, who))
            text = "" if value is None else shown(value)
            text = f"**{text}**" if value is not None and each.verdict(what, value) else text
            busy = each.busy.get((what, who))
            cells.append(text if busy is None else f"{text} ({shown(busy)})")
        lines.append(f"| {what} | {who} | {' | '.join(cells)} | {allowed} |")
    return "\n".join(lines)


def document(found: Sequence[Results], notes: str) -> str:
    """The whole page."""
    parts = [HEAD, f"Last measured {datetime.now().astimezone():%Y-%m-%d} on {machine()}.\n"]
    for database, title in TITLES.items():
        if any(each.database == database for each in found):
            parts += [f"## {title}\n", table(database, found), ""]
    return "\n".join([*parts, notes]).rstrip() + "\n"


def write(found: Sequence[Results]) -> None:
    """Write the page; what people have written below the tables stays."""
    notes = ""
    if DOCUMENT.exists() and "\n## Notes" in (text := DOCUMENT.read_text()):
        notes = "## Notes" + text.split("\n## Notes", 1)[1]
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(found, notes))
