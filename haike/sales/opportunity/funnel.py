"""The funnel: how far the opportunities of a period have come, what is lost between stages, and how long each takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from haike.find.memory import Memory
from haike.sales.opportunity.products import parts
from haike.sales.opportunity.record import LOST, OPEN, WON, StageMove
from haike.sales.opportunity.report import Asked, Span
from haike.sales.opportunity.stage import Stage, stages_of


@dataclass(frozen=True)
class Step:
    """One stage, or (without a stage) what was won.

    `number` opportunities came here or further, worth `amount`; `share` is theirs of all that began and `on` that of
    those that went on from here to the next step, both from 0 to 1; `days` is how long they stayed on the average,
    None before one has left. `lost` ended here, `present` are here now.
    """

    stage: Stage | None
    number: int
    amount: Decimal
    share: float
    on: float | None
    days: float | None
    lost: int
    present: int


def funnel_of(
    stages: Sequence[Stage], ends: Sequence[tuple[int, str, int, Decimal]], days: dict[int, float]
) -> list[Step]:
    """The steps from how far opportunities came: (place of the stage from 0, state, number, amount), and mean days."""
    places = range(len(stages))
    won = [row for row in ends if row[1] == WON]
    come = [[row for row in ends if row[0] >= place or row[1] == WON] for place in places] + [won]
    numbers = [sum(row[2] for row in rows) for rows in come]
    steps = []
    for place, rows in enumerate(come):
        stage = stages[place] if place < len(stages) else None
        here = [row for row in ends if row[0] == place and stage is not None]
        steps.append(
            Step(
                stage,
                numbers[place],
                sum((row[3] for row in rows), Decimal(0)),
                numbers[place] / numbers[0] if numbers[0] else 0.0,
                numbers[place + 1] / numbers[place] if stage is not None and numbers[place] else None,
                days.get(stage.pk) if stage is not None else None,
                sum(row[2] for row in here if row[1] == LOST),
                sum(row[2] for row in here if row[1] == OPEN),
            )
        )
    return steps


@dataclass(frozen=True)
class Group:
    """Opportunities that have been in the same stages (their keys), with the same state and the same owner."""

    visited: frozenset[int]
    state: str
    owner: int | None
    department: int | None
    number: int
    amount: Decimal


def groups_of(asked: Asked, span: Span) -> list[Group]:
    """The opportunities entered in a span of days, counted and summed in one pass."""
    # Of the rows and not of their keys, which the index by which PostgreSQL reads nothing else does not hold.
    keys, sums = ("visited", "state", "owner", "department"), {"number": Count("*"), "amount": Sum("worth")}
    return [
        Group(frozenset(map(int, visited.split())), state, owner, department, number, amount or Decimal(0))
        for rows in asked.begun(span)
        for visited, state, owner, department, number, amount in rows.values_list(*keys).annotate(**sums)
    ]


def read_funnel(asked: Asked, span: Span, groups: Sequence[Group] | None = None) -> list[Step]:
    """The funnel of the opportunities entered in a span of days; `groups`: where they have been read already."""
    if asked.pipeline is None:
        return []
    stages = stages_of(asked.pipeline.pk)
    places = {stage.pk: place for place, stage in enumerate(stages)}
    ends: dict[tuple[int, str], tuple[int, Decimal]] = {}
    for group in groups_of(asked, span) if groups is None else groups:
        # The furthest stage in which they ever were, also where they went back.
        end = max((places[key] for key in group.visited if key in places), default=0), group.state
        number, amount = ends.get(end, (0, Decimal(0)))
        ends[end] = number + group.number, amount + group.amount
    return funnel_of(stages, [(*end, *sums) for end, sums in ends.items()], _days(asked, span, stages))


means = Memory(60, 1 << 20)
"""The mean days of stays, where many were read for them: those alone are kept for a minute."""
DEAR = 5_000


def _days(asked: Asked, span: Span, stages: Sequence[Stage]) -> dict[int, float]:
    """The mean days of the stays that are over, by stage."""
    if not stages:
        return {}
    arms = [rows.values("pk") for rows in asked.begun(span)]
    asks = [rows.query.sql_with_params() for rows in arms]
    key = connection.settings_dict["NAME"], getattr(connection, "schema_name", ""), *asks, len(stages)
    read = means.get(key, lambda: _read_days(arms, stages), _weight)
    return {stage: days / number for stage, (number, days) in read.items()}


def _weight(read: dict[int, tuple[int, float]]) -> int:
    return 200 * len(read) if sum(number for number, _ in read.values()) >= DEAR else 0


def _read_days(arms: Sequence[QuerySet[Any]], stages: Sequence[Stage]) -> dict[int, tuple[int, float]]:
    """How many stays are over and how many days they took together, by stage."""
    ended = ~Q(from_stage=F("to_stage")) | (Q(from_state=OPEN) & ~Q(to_state=OPEN))
    # A sum for each stage in one row: to sort the moves by their stages would double the time.
    sums: dict[str, Any] = {}
    for stage in stages:
        here = Q(from_stage=stage.pk)
        sums |= {f"n{stage.pk}": Count("pk", filter=here), f"d{stage.pk}": Sum("days", filter=here)}
    found: dict[int, tuple[int, float]] = {}
    for rows in arms:
        moves = StageMove._base_manager.filter(ended, opportunity__in=rows, from_state=OPEN).order_by()
        row = moves.aggregate(**sums)
        for key in [stage.pk for stage in stages if row[f"n{stage.pk}"]]:
            number, days = found.get(key, (0, 0.0))
            found[key] = number + row[f"n{key}"], days + float(row[f"d{key}"])
    return found


@dataclass(frozen=True)
class Share:
    """What one owner, department or product has of it; `rate` is won by won and lost, 0 to 1, None before either."""

    key: int | None
    label: str
    number: int
    open: int
    won: int
    lost: int
    amount: Decimal

    @property
    def rate(self) -> float | None:
        """Won of those decided."""
        decided = self.won + self.lost
        return self.won / decided if decided else None


def shares(asked: Asked, span: Span, by: str, groups: Sequence[Group] | None = None) -> list[Share]:
    """The opportunities entered in a span by "owner", "department" or "product", the most won first; `groups` as
    above, which know no products."""
    numbers: dict[int | None, Counter[str]] = defaultdict(Counter)
    amounts: dict[int | None, Decimal] = defaultdict(Decimal)
    names: dict[int | None, str] = {}
    if by == "product":
        for part in (part for rows in asked.begun(span) for part in parts(rows, asked.user)):
            names[part.product] = part.name
            numbers[part.product][part.state] += part.number
            amounts[part.product] += part.amount if part.state == WON else 0
    else:
        named = asked.people if by == "owner" else asked.departments
        for group in groups_of(asked, span) if groups is None else groups:
            key = group.owner if by == "owner" else group.department
            names[key] = named.get(key, "") if key is not None else ""
            numbers[key][group.state] += group.number
            amounts[key] += group.amount if group.state == WON else 0
    found = [
        Share(key, names[key], some.total(), some[OPEN], some[WON], some[LOST], amounts[key])
        for key, some in numbers.items()
    ]
    return sorted(found, key=lambda each: (-each.amount, -each.won, -each.number, each.label))
