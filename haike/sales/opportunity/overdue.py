"""Opportunities that have been in a stage for longer than its target days: a category, and a reminder for each stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.kernel.versioned import Versioned, bump
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.stage import Stage
from haike.talk.notice.dated import Dated
from haike.talk.notice.kinds import Kind
from haike.talk.notice.reminder import Due, Reminder, declare_reminder

KEY = "opportunity_stage_limits"
DAY = timedelta(days=1)
LONGEST = 200
"""So much of what is to be done next is told."""


@dataclass(frozen=True)
class Limit:
    """How many days an opportunity should be in a stage at most, and what it takes to get on."""

    days: int
    name: str
    next: str

    @property
    def over(self) -> timedelta:
        """After so long it is overdue: the days are full ones."""
        return (self.days + 1) * DAY


def _read() -> dict[int, Limit]:
    """The limits of all stages that have one, by the key of the stage."""
    found: dict[int, Limit] = {}
    after: dict[int, Stage] = {}
    for stage in Stage.objects.live().order_by("pipeline", "-position", "-id"):
        follows = after.get(stage.pipeline_id)
        after[stage.pipeline_id] = stage
        if stage.days:
            onward = "；".join(stage.task_lines) or stage.guidance.strip() or (f"→ {follows.name}" if follows else "")
            found[stage.pk] = Limit(stage.days, stage.name, onward[:LONGEST])
    return found


limits: Versioned[dict[int, Limit]] = Versioned(KEY, _read)


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """What a stage allows has changed: tell every process."""
    if entity.model is Stage:
        bump(KEY)


def overdue(user: Actor) -> Q:
    """Open, and in the stage for more than its target days."""
    now = timezone.now()
    parts = [Q(stage=key, stage_since__lte=now - limit.over) for key, limit in limits().items()]
    return Q(state=OPEN) & (reduce(or_, parts) if parts else Q(pk__in=[]))


def _becoming(first: date, after: date, users: Sequence[int] | None) -> Iterator[Due]:
    """Those whose target days run out in the span; the day is the same for the whole stay, so each is told once."""
    for stage, limit in limits().items():
        facts = {"stage": limit.name, "days": limit.days, "text": limit.next}
        yield from Dated(
            Opportunity, "stage_since", lambda _row, facts=facts: facts,  # type: ignore[misc]
            where=lambda stage=stage: Q(state=OPEN, stage=stage),  # type: ignore[misc]
            shift=limit.over,
        )(first, after, users)  # fmt: skip


STAGE_OVERDUE = declare_reminder(
    Reminder(
        Kind(
            "stage_overdue",
            _("Opportunities overdue in a stage"),
            _("More than %(days)s days in the stage “%(stage)s”. Next"),
            icon="clock-exclamation",
            field="stage_since",
        ),
        Opportunity._meta.label_lower,
        _becoming,
        asked=False,
    )
)
