"""Reminders: what is due on a day, told some days ahead, each thing once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from haike.kernel.period import span
from haike.screens.module import is_off, known_on
from haike.talk.notice.kinds import Kind, declare_kind

PERIODS = ("today", "tomorrow", "next_week", "next_month")
"""By which the page of reminders is narrowed."""


@dataclass(frozen=True)
class Due:
    """Something due on a day, and whom it concerns."""

    user: int
    record: int
    day: date
    facts: Mapping[str, Any] = field(default_factory=dict)


Source = Callable[[date, date, Sequence[int] | None], Iterable[Due]]
"""What is due from the first day to before the second, for these users or (None) for all, with few queries."""


@dataclass(frozen=True)
class Reminder:
    """One kind of reminder: `entity` is the label of the records it is about, `ahead` the usual number of days, which
    each user sets for himself where he is `asked`."""

    kind: Kind
    entity: str
    source: Source
    ahead: int = 0
    asked: bool = True


_reminders: dict[str, Reminder] = {}


def declare_reminder(reminder: Reminder) -> Reminder:
    """Make a kind of reminder known, and with it a kind of notice."""
    declare_kind(reminder.kind)
    _reminders[reminder.kind.key] = reminder
    return reminder


def reminders() -> dict[str, Reminder]:
    """All kinds in the order of their declaration."""
    return dict(_reminders)


def reminders_on() -> dict[str, Reminder]:
    """The same without those of modules that are off."""
    known = {key: each for key, each in _reminders.items() if not is_off(each.entity)}
    return known_on(known, "reminders")


def due_in(period: str, user: int) -> list[tuple[Reminder, Due]]:
    """Everything that is due for a user in a named period, by day."""
    first, after = span(period)
    assert first is not None
    assert after is not None
    found = [(each, due) for each in reminders_on().values() for due in each.source(first, after, [user])]
    return sorted(found, key=lambda pair: (pair[1].day, pair[0].kind.key, pair[1].record))
