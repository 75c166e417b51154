"""Time and queries of every page, counted in memory and written down once a minute.

A page pays for reading a clock twice, for one addition a query and for one entry in a queue; it never writes. What a
process has counted since its last sample is lost when it is killed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import timedelta
from time import perf_counter
from typing import Any, NamedTuple

from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from haike.jobs.companies import doors
from haike.jobs.trouble import survived
from haike.site.models import SpeedSample
from haike.site.speed.kinds import kind_of, step_of

EVERY = 60.0
KEPT = timedelta(hours=25)
MOST = 50_000
"""Pages of a process in a minute; of more only the latest count."""

log = logging.getLogger(__name__)


class Answered(NamedTuple):
    """One page that was answered."""

    company: str
    kind: str
    step: int
    queries: int


counted: deque[Answered] = deque(maxlen=MOST)
"""What this process has not written down yet."""


def company() -> str:
    """The name of the company whose data is open, as in `doors()`; empty where there is but one."""
    return str(getattr(connection, "schema_name", ""))


class SpeedMiddleware:
    """Counts every page that was answered; faults and refusals are nobody's measure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        queries = 0

        def count(execute: Callable[..., Any], *given: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*given)

        began = perf_counter()
        with connection.execute_wrapper(count):
            response = self.get_response(request)
        took = (perf_counter() - began) * 1000
        if response.status_code < 400 and (kind := kind_of(request)):
            counted.append(Answered(company(), kind, step_of(took), queries))
        return response


def folded(pages: Iterable[Answered]) -> dict[str, dict[str, dict[str, int]]]:
    """The pages as a sample keeps them."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: {"times": Counter(), "queries": Counter()})
    for page in pages:
        found[page.kind]["times"][str(page.step)] += 1
        found[page.kind]["queries"][str(page.queries)] += 1
    return {kind: {what: dict(each) for what, each in counts.items()} for kind, counts in found.items()}


def write_down() -> None:
    """Write what was counted into the table of each company, and remove samples that nobody looks at any more."""
    by_company: dict[str, list[Answered]] = defaultdict(list)
    for _number in range(len(counted)):
        page = counted.popleft()
        by_company[page.company].append(page)
    known = doors()
    now = timezone.now()
    for name, pages in by_company.items():
        if name in known:
            with known[name]():
                SpeedSample.objects.create(at=now, counts=folded(pages))
                SpeedSample.objects.filter(at__lt=now - KEPT).delete()


def start() -> None:
    """Write down once a minute from now on, besides the pages; for processes that serve."""
    threading.Thread(target=_loop, name="speed", daemon=True).start()


def _loop() -> None:
    pause = threading.Event()
    while not pause.wait(EVERY):
        with survived(log, "Could not write down how quickly pages were answered."):
            close_old_connections()
            write_down()
        # A minute is long for a connection that does nothing.
        connection.close()
