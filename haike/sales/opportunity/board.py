"""The board of opportunities, with stages as lanes, and their calendar by the day on which they are expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from haike.digits import whole
from haike.kernel.entity import Label, entity_of
from haike.kernel.policy import Actor
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.screens.board import Board, Lane, days_here, declare_board
from haike.screens.calendar import Calendar, declare_calendar


def lanes(user: Actor, group: str) -> Sequence[Lane]:
    """The stages of a pipeline (its key as text)."""
    key = whole(group)
    return [] if key is None else [Lane(str(s.pk), str(s), s.pk, f"{s.probability}%", s) for s in stages_of(key)]


def pipelines(user: Actor) -> Sequence[tuple[str, Label]]:
    """The pipelines in use."""
    return [(str(each.pk), str(each)) for each in pipelines_in_use()]


def marks(record: Any, lane: Lane) -> str:
    """How long the card has lain in its stage, in red beyond the target."""
    return days_here(record.stage_since, most=lane.about.days)


def ask_url(record: Any, lane: Lane) -> str:
    """The form in which what the stage demands is filled in."""
    return f"{entity_of(Opportunity).url_of(record)}stage/{lane.key}?missing=1"


BOARD = declare_board(
    Opportunity._meta.label_lower,
    Board(
        field="stage",
        lanes=lanes,
        groups=pipelines,
        where=Q(state=OPEN),
        sort="-stage_since",
        total="worth",
        percent="probability",
        card=["title", "customer", "amount", "probability", "fit", "intent", "closes_on", "owner"],
        tabs=["all", "mine", "month", "overdue", "late"],
        marks=marks,
        ask_url=ask_url,
    ),
)

CALENDAR = declare_calendar(
    Opportunity._meta.label_lower,
    Calendar(
        field="closes_on", where=Q(state=OPEN), total="worth", tabs=["all", "mine", "overdue", "late"], tab="open"
    ),
)
