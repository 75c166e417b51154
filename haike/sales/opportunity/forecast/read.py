"""The forecast of what a reader sees: by period, by who has it, and the deals that would lift the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from heapq import nlargest
from itertools import pairwise
from typing import Any

from django.db.models import FloatField, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from haike.kernel.period import today
from haike.people.grants import organisation
from haike.sales.opportunity.forecast.learn import past
from haike.sales.opportunity.forecast.past import Expected, Past, months_from, weighed
from haike.sales.opportunity.record import OPEN, WON
from haike.sales.opportunity.report import Asked, Span

MONTH, QUARTER = "month", "quarter"
PERIODS = {MONTH: 6, QUARTER: 4}
"""So many periods are foretold."""
BORDER = (20, 80)
"""A deal of this probability in percent may go either way."""
MOST = 10
"""So many borderline deals are shown."""


def spans(unit: str, day: date) -> list[Span]:
    """The periods that are foretold, this one first."""
    if unit == MONTH:
        starts = months_from(day, PERIODS[MONTH])
    else:
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        starts = months_from(first, 3 * PERIODS[QUARTER])[::3]
    return [Span(first, after) for first, after in pairwise(starts)]


@dataclass
class Line:
    """One period, or one owner, department or pipeline in a period.

    `won` is won already; `said` follows from the probability of those expected in it, `open` from how open ones like
    them went; `fresh` is what those bring that are not entered yet. `number` are expected in it, worth `worth`.
    """

    won: float = 0.0
    said: Expected = field(default_factory=Expected)
    open: Expected = field(default_factory=Expected)
    fresh: Expected = field(default_factory=Expected)
    number: int = 0
    worth: float = 0.0

    @property
    def by_probability(self) -> float:
        """Won already and expected by probability."""
        return self.won + self.said.mean

    @property
    def by_history(self) -> float:
        """Won already and expected by history."""
        return self.won + self.open.mean + self.fresh.mean

    @property
    def range_said(self) -> tuple[float, float]:
        """Four times out of five it lies between these, by probability."""
        low, high = self.said.range(self.worth)
        return self.won + low, self.won + high

    @property
    def range_history(self) -> tuple[float, float]:
        """The same by history."""
        low, high = (self.open + self.fresh).range()
        return self.won + low, self.won + high


@dataclass(frozen=True)
class Border:
    """A deal that may go either way: won, it lifts what history expects of the period by `lift`."""

    key: int
    chance: float
    lift: float


@dataclass
class Forecast:
    """What is foretold: a line for each period, and for the chosen one those of its groups and its borderline deals.

    `overdue` open deals were expected on a day that has passed; probability says nothing of them.
    """

    lines: list[Line]
    groups: dict[int | None, Line]
    border: list[Border]
    overdue: int
    number: int
    cases: int


GROUPS = {"owner": 2, "department": 3, "pipeline": 4}
"""By what a period is parted, and the column in which it stands."""


def read_forecast(asked: Asked, periods: Sequence[Span], at: int, by: str) -> Forecast:
    """The forecast of open opportunities; `at` is the place of the period that is parted `by` owner and so on."""
    rows = asked.rows().annotate(value=Cast("worth", FloatField()))
    deals = rows.filter(state=OPEN).values_list(
        "pk", "stage_id", "owner_id", "department_id", "pipeline_id", "kind", "value", "probability", "closes_on",
        "stage_since",
    )  # fmt: skip
    found = foretell(deals.iterator(chunk_size=5_000), past(), periods, at, GROUPS[by])
    for span, line in zip(periods, found.lines, strict=True):
        line.won = float(asked.closed(span).filter(state=WON).aggregate(won=Sum("worth"))["won"] or Decimal(0))
    won = asked.closed(periods[at]).filter(state=WON).values_list(by).annotate(won=Sum("worth"))
    for key, amount in won:
        found.groups.setdefault(key, Line()).won = float(amount)
    _add_fresh(asked, found, periods, at, by)
    return found


def _add_fresh(asked: Asked, found: Forecast, periods: Sequence[Span], at: int, by: str) -> None:
    known, day = past(), today()
    people = frozenset(asked.people)
    if asked.department is not None:
        inside = organisation().subtree([asked.department])
        people = frozenset(key for key in people if organisation().users[key].department_id in inside)
    if asked.owner is not None:
        people &= {asked.owner}
    pipeline = asked.pipeline.pk if asked.pipeline else None
    offsets = [(max((span.first - day).days, 0), (span.last - day).days) for span in periods]
    for line, (first, last) in zip(found.lines, offsets, strict=True):
        line.fresh = Expected(*known.fresh(first, last, pipeline, people))
    parts: dict[int | None, tuple[int | None, frozenset[int]]] = {}
    if by == "owner":
        parts = {key: (pipeline, frozenset([key])) for key in people}
    elif by == "pipeline":
        parts = {each.pk: (each.pk, people) for each in asked.pipelines if pipeline in (None, each.pk)}
    else:
        members: dict[int | None, set[int]] = defaultdict(set)
        for key in people:
            members[organisation().users[key].department_id].add(key)
        parts = {key: (pipeline, frozenset(some)) for key, some in members.items()}
    for group, (one, some) in parts.items():
        fresh = Expected(*known.fresh(*offsets[at], one, some))
        if fresh.mean or group in found.groups:
            found.groups.setdefault(group, Line()).fresh = fresh


def foretell(deals: Iterable[Any], known: Past, periods: Sequence[Span], at: int, column: int) -> Forecast:
    """Go once through the open deals (the columns as `read_forecast` asks for them)."""
    now, day = timezone.now(), today()
    ends = [span.last for span in periods]
    ahead = [(end - day).days for end in ends]
    lines, groups = [Line() for _ in periods], defaultdict[int | None, Line](Line)
    border: list[Border] = []
    overdue = number = 0
    low, high = BORDER
    means, spreads = [0.0] * len(periods), [0.0] * len(periods)
    for deal in deals:
        pk, stage, owner, _department, _pipeline, kind, worth, probability, closes_on, since = deal
        number += 1
        hoped = (closes_on - day).days if closes_on is not None else None
        chances = known.chances(stage, owner, kind, max((now - since).days, 0), ahead, hoped, probability / 100)
        before, group = 0.0, groups[deal[column]]
        for place, chance in enumerate(chances):
            part = max(chance - before, 0.0)
            before = chance
            means[place] += worth * part
            spreads[place] += worth * worth * part * (1 - part)
            if place == at:
                group.open += weighed(worth, part)
        if hoped is None:
            continue
        if hoped < 0:
            overdue += 1
        elif hoped <= ahead[-1]:
            place = next(place for place, more in enumerate(ahead) if hoped <= more)
            for line in (lines[place], group) if place == at else (lines[place],):
                line.said += weighed(worth, probability / 100)
                line.number += 1
                line.worth += worth
        if hoped <= ahead[at] and low <= probability <= high and worth:
            border.append(Border(pk, chances[at], worth * (1 - chances[at])))
    for line, mean, spread in zip(lines, means, spreads, strict=True):
        line.open = Expected(mean, spread)
    chosen = nlargest(MOST, border, key=lambda each: (each.lift, -each.key))
    return Forecast(lines, dict(groups), chosen, overdue, number, known.cases)


@dataclass(frozen=True)
class Outlook:
    """What is foretold of one opportunity: its chances this month and at all, and the day on which it is likely won."""

    month: float
    ever: float
    day: date | None


def outlook(opportunity: Any) -> Outlook:
    """What history says of an open opportunity."""
    known, day = past(), today()
    where = (opportunity.stage_id, opportunity.owner_id, opportunity.kind)
    days = max((timezone.now() - opportunity.stage_since).days, 0)
    month = (months_from(day, 1)[1] - day).days - 1
    hoped = (opportunity.closes_on - day).days if opportunity.closes_on is not None else None
    chances = known.chances(*where, days, [month, FAR], hoped, (opportunity.probability or 0) / 100)
    left = known.days_left(*where, days)
    return Outlook(chances[0], chances[1], None if left is None else day + timedelta(days=left))


FAR = 1_000
"""So many days ahead everything has ended."""
