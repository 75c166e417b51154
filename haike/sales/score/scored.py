"""What is scored: leads by one score, opportunities by two; each says how, and with which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haike.kernel.entity import Entity, Label, entity_of
from haike.sales.score.points import Found, Rules, total


@dataclass(frozen=True)
class Part:
    """A score, from rules about some subjects."""

    label: Label
    abouts: tuple[str, ...]

    def of(self, points: Sequence[Any]) -> int:
        """The score from the points of a record."""
        return total(each for each in points if each.rule.row.about in self.abouts)


@dataclass(frozen=True)
class Words:
    """What the page says; `newest`, `moved` and `deleted` have places to fill in."""

    title: Label
    list: Label
    none: Label
    spread: Label
    newest: Label
    trial: Label
    moved: Label
    deleted: Label


@dataclass(frozen=True)
class Scored:
    """Records that are scored by rules; `given` works out points, `changed` has all scored anew.

    `usual` are rules to begin with: about, name, points, days after which they halve, times, condition.
    """

    model: Any
    page: str
    tab: str
    parts: tuple[Part, ...]
    usual: Sequence[tuple[str, Label, int, int | None, int, str]]
    held: Callable[[], Rules]
    given: Callable[[Sequence[int], Rules], Mapping[int, Any]]
    sample: Callable[[int], list[int]]
    changed: Callable[[], None]
    words: Words

    @property
    def entity(self) -> Entity:
        """Of the records."""
        return entity_of(self.model)

    @property
    def abouts(self) -> tuple[str, ...]:
        """All subjects of its rules."""
        return tuple(about for part in self.parts for about in part.abouts)

    def part_of(self, about: str) -> Part:
        """The score to which a rule about this subject belongs."""
        return next(part for part in self.parts if about in part.abouts)

    def points(self, keys: Sequence[int], known: Rules) -> Found:
        """The points of these records."""
        return dict(self.given(keys, known)) if known.rules else {}


SCORED: dict[str, Scored] = {}
"""By the name of the model in lower case."""


def declare_scored(scored: Scored) -> Scored:
    """Make it known."""
    SCORED[scored.model._meta.model_name] = scored
    return scored


def scored_about(about: str) -> Scored:
    """What is scored by rules about this subject."""
    return next(scored for scored in SCORED.values() if about in scored.abouts)
