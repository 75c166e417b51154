"""Acts on very many records, by hand and by night, with somebody looking at a list meanwhile."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from bench.browser import Browser
from bench.databases import ROOT, Company
from bench.reading import PAGE, demand
from bench.results import Results, Took, middle
from bench.server import Server, backends

ROWS = 100_000
NIGHTLY = {
    "recycle": "recycle into the public seas",
    "sweep": "tag rules over all customers",
    "cool": "heat of all customers",
    "health": "attention of all customers",
    "groups": "groups by profit and orders",
    "leads": "scores of all open leads",
    "assign": "assign 10 000 by rule",
    "scan": "duplicates in the whole stock",
}
"""Jobs of bench.nightly and what their seconds are called."""


def bulk(server: Server, known: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """The boss gives the customers of some sellers a level, then another owner; figures are those of 100 000."""
    people, many = known["people"], known["many"]
    browser = server.browser().sign_in(people["boss"]["username"], password)
    looker = server.browser().sign_in(people["seller"]["username"], password)
    level = {"bulk-field": "level", "bulk-how": "set", "level": "vip"}
    if many["rows"] < ROWS // 2:
        return  # of so few it says nothing
    for what, act, sent in (
        ("bulk: level", "edit", level),
        ("bulk: owner", "transfer", {"owner": str(many["heir"])}),
    ):
        if only not in what and only not in "list beside a bulk act":
            continue
        began, share = server.busy_in_all(), ROWS / many["rows"]
        with looking(looker, PAGE) as seen:
            took = _act(browser, act, many["owners"], sent)
        results.put(what, "boss", Took.of(took * share, (server.busy_in_all() - began) * share))
        if seen and act == "edit":
            results.put("list beside a bulk act", "seller", middle(seen))


def _act(browser: Browser, act: str, owners: list[int], sent: dict[str, str]) -> float:
    """Seconds until the batch has ended."""
    whose = json.dumps({"all": [{"field": "owner", "op": "one_of", "value": [str(pk) for pk in owners]}]})
    began = time.perf_counter()
    answer = browser.post(f"/customers/bulk/{act}?{urlencode({'f': whose})}", {**sent, "everything": "1", "sure": "1"})
    if answer.status not in (204, 302):
        raise RuntimeError(f"{act} was refused: {answer.status} {answer.text[:3000]}")
    while 'hx-trigger="every' in (page := browser.get(answer.location).text):
        time.sleep(1)
    took = time.perf_counter() - began
    print("   ", *re.findall(r"<dd>([\d,]+)</dd>", page), flush=True)
    return took


@contextmanager
def looking(browser: Browser, path: str) -> Iterator[list[float]]:
    """Milliseconds of a page that somebody opens five times a second in the meantime."""
    seen: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            seen.append(demand(browser.get(path), path).ms)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def nightly(
    company: Company, server: Server, people: dict[str, Any], password: str, results: Results, only: str = ""
) -> None:
    """What runs by itself, each once over the whole company."""
    looker: Callable[[], Browser] = lambda: server.browser().sign_in(people["seller"]["username"], password)  # noqa: E731
    for name, what in NIGHTLY.items():
        if only not in what and not (name == "recycle" and only in "list beside the recycle"):
            continue
        began = backends(company.database)
        with looking(looker(), PAGE) as seen:
            done = subprocess.run(
                [sys.executable, "-m", "bench.nightly", name],
                env=company.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE,
            )  # fmt: skip
        told = json.loads(done.stdout.splitlines()[-1])
        print(f"    {told}", flush=True)
        busy = told["busy"] + backends(company.database) - began
        results.put(what, "", Took.of(told["seconds"], busy))
        if name == "recycle" and seen:
            results.put("list beside the recycle", "seller", middle(seen))
