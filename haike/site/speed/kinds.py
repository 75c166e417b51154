"""Kinds of pages, what is promised for each, and which kind a request is of."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Label


@dataclass(frozen=True)
class Budget:
    """What the median of a kind may take at 1 000 000 customers, with rights; None: nothing is promised."""

    label: Label
    sqlite: int | None = None
    """Milliseconds with SQLite."""
    postgresql: int | None = None
    """Milliseconds with PostgreSQL."""
    queries: int | None = None

    def milliseconds(self, vendor: str) -> int | None:
        """The time promised with this database."""
        return self.sqlite if vendor == "sqlite" else self.postgresql


KINDS: dict[str, Budget] = {
    "list": Budget(_("List"), 10, 15, 8),
    "count": Budget(_("Count and sums of a list"), 150, 150),
    "search": Budget(_("Search"), 15, 20),
    "record": Budget(_("A record's page"), 20, 20, 20),
    "create": Budget(_("Save a new record"), 12, 12, 12),
    "change": Budget(_("Save a change"), 12, 12, 12),
    "other": Budget(_("All other pages")),
}

VIEWS = {
    ("GET", "kernel:list"): "list",
    ("GET", "kernel:count"): "count",
    ("GET", "kernel:pick"): "search",
    ("GET", "search"): "search",
    ("GET", "palette"): "search",
    ("GET", "kernel:record"): "record",
    ("POST", "kernel:new"): "create",
    ("POST", "kernel:edit"): "change",
    ("POST", "kernel:field"): "change",
}


def kind_of(request: HttpRequest) -> str:
    """The key of the kind in KINDS; empty for what is no page."""
    match = request.resolver_match
    if match is None or match.view_name == "health":
        return ""
    kind = VIEWS.get((request.method or "", match.view_name), "other")
    return "search" if kind == "list" and request.GET.get("q") else kind


STEPS = 8
"""Steps from one time to its double; a figure is exact to a twelfth."""


def step_of(milliseconds: float) -> int:
    """The step that a time falls on."""
    return max(0, math.ceil(math.log2(max(milliseconds, 0.1) * 10) * STEPS))


def time_of(step: int) -> float:
    """The longest time of a step in milliseconds."""
    return float(2 ** (step / STEPS) / 10)
