"""The page of speed: what is promised for each kind of page, and what is measured in this installation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.people.pages import demand_grant
from haike.site.models import SpeedSample
from haike.site.speed.kinds import KINDS, Budget, time_of
from haike.site.speed.measure import company, counted, folded

SPANS = {"hour": (_("Last hour"), timedelta(hours=1)), "day": (_("Last 24 hours"), timedelta(hours=24))}


def speed_view(request: HttpRequest) -> HttpResponse:
    """Budgets and measured figures of the last hour or day."""
    demand_grant(request, "settings", "log")
    chosen = request.GET.get("span", "")
    span = chosen if chosen in SPANS else "hour"
    context = {
        "rows": figures(SPANS[span][1]),
        "span": span,
        "spans": [(key, label) for key, (label, _length) in SPANS.items()],
        "database": "SQLite" if connection.vendor == "sqlite" else "PostgreSQL",
    }
    return render(request, "site/speed.html", context)


def figures(length: timedelta) -> list[dict[str, Any]]:
    """One row per kind of page, of all samples within the time and of what this process has not written down."""
    name = company()
    samples = list(SpeedSample.objects.filter(at__gte=timezone.now() - length).values_list("counts", flat=True))
    samples.append(folded(page for page in counted.copy() if page.company == name))
    return [
        _row(budget, _sum(samples, kind, "times"), _sum(samples, kind, "queries")) for kind, budget in KINDS.items()
    ]


def _sum(samples: list[dict[str, Any]], kind: str, what: str) -> Counter[int]:
    total: Counter[int] = Counter()
    for sample in samples:
        for key, count in sample.get(kind, {}).get(what, {}).items():
            total[int(key)] += count
    return total


def _row(budget: Budget, times: Counter[int], queries: Counter[int]) -> dict[str, Any]:
    promised = budget.milliseconds(connection.vendor)
    row: dict[str, Any] = {
        "label": budget.label,
        "budget": promised,
        "most_queries": budget.queries,
        "count": times.total(),
    }
    if not row["count"]:
        return row
    row["median"], row["p95"] = shown(share(times, 0.5, time_of)), shown(share(times, 0.95, time_of))
    row["queries"], row["queries_p95"] = share(queries, 0.5, int), share(queries, 0.95, int)
    over = promised is not None and share(times, 0.5, time_of) > promised
    over = over or (budget.queries is not None and row["queries"] > budget.queries)
    if promised is not None:
        row["state"] = "over" if over else "within"
    return row


def share(counts: Counter[int], part: float, value: Callable[[int], float]) -> float:
    """The value that the given part of all does not exceed."""
    wanted, passed = part * counts.total(), 0
    for key in sorted(counts):
        passed += counts[key]
        if passed >= wanted:
            return value(key)
    return 0


def shown(milliseconds: float) -> str:
    """A time as one reads it."""
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:.0f}"
