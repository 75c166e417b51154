"""The funnel: how far the opportunities of a period have come, what is lost between stages, and how long each takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum

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


def read_funnel(asked: Asked, span: Span) -> list[Step]:
    """The funnel of the opportunities entered in a span of days."""
    if asked.pipeline is None:
        return []
    stages = stages_of(asked.pipeline.pk)
    rows = asked.begun(span)
    return funnel_of(stages, _ends(rows, stages), _days(rows, stages))


def _ends(rows: QuerySet[Any], stages: Sequence[Stage]) -> list[tuple[int, str, int, Decimal]]:
    """How far they came: the furthest stage in which they ever were, also where they went back."""
    keys = [stage.pk for stage in stages]
    moves = StageMove._base_manager.filter(opportunity=OuterRef("pk"), to_stage__in=keys).order_by()
    furthest = moves.values("opportunity").annotate(far=Max("to_stage__position")).values("far")
    grouped = rows.annotate(far=Subquery(furthest)).values("far", "state")
    places = {stage.position: place for place, stage in enumerate(stages)}
    found = grouped.annotate(number=Count("pk"), amount=Sum("worth"))
    return [(places.get(row["far"], 0), row["state"], row["number"], row["amount"] or Decimal(0)) for row in found]


def _days(rows: QuerySet[Any], stages: Sequence[Stage]) -> dict[int, float]:
    """The mean days of the stays that are over, by stage."""
    ended = ~Q(from_stage=F("to_stage")) | (Q(from_state=OPEN) & ~Q(to_state=OPEN))
    moves = StageMove._base_manager.filter(ended, opportunity__in=rows.values("pk"), from_state=OPEN).order_by()
    found = moves.filter(from_stage__in=[stage.pk for stage in stages]).values("from_stage").annotate(mean=Avg("days"))
    return {row["from_stage"]: float(row["mean"]) for row in found}


@dataclass(frozen=True)
class Share:
    """What one owner or department has of it; `rate` is won by won and lost, from 0 to 1, None before either."""

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


def shares(asked: Asked, span: Span, by: str) -> list[Share]:
    """The opportunities entered in a span by "owner" or "department", the most won first."""
    named = asked.people if by == "owner" else asked.departments
    rows = asked.begun(span).values(by)
    counted = rows.annotate(
        number=Count("pk"),
        open=Count("pk", filter=Q(state=OPEN)),
        won=Count("pk", filter=Q(state=WON)),
        lost=Count("pk", filter=Q(state=LOST)),
        amount=Sum("worth", filter=Q(state=WON)),
    )
    found = [
        Share(
            row[by], named.get(row[by], ""), row["number"], row["open"], row["won"], row["lost"],
            row["amount"] or Decimal(0),
        )
        for row in counted
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.amount, -each.won, -each.number, each.label))
