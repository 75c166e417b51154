"""The board of projects: the phases as lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.project.project.record import PHASES, Project
from haike.screens.board import Board, Lane, days_here, declare_board


def lanes(user: Actor, group: str) -> Sequence[Lane]:
    """The phases in order."""
    return [Lane(key, str(label), key) for key, label in PHASES.items()]


def marks(record: Any, lane: Lane) -> str:
    """How long the project has been in its phase."""
    return days_here(record.phase_since)


def ask_url(record: Any, lane: Lane) -> str:
    """The form in which the outcome is said."""
    return f"{entity_of(Project).url_of(record)}stage/{lane.key}"


BOARD = declare_board(
    Project._meta.label_lower,
    Board(
        field="state",
        lanes=lanes,
        sort="-phase_since",
        total="expected",
        card=["name", "expected", "signs_on", "owner"],
        tabs=["all", "mine", "late"],
        marks=marks,
        ask_url=ask_url,
    ),
)
