"""What a kind of rule over all records says, so that one job can run them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from haike.kernel.entity import Entity, Label
from haike.kernel.policy import Actor, System

RUNNER = System("rules")
"""Who acts when nobody asked."""


@dataclass(frozen=True)
class Tally:
    """How many records a rule changes the one way and the other, and how many it holds in all."""

    came: int = 0
    left: int = 0
    held: int = 0


class Sweep(ABC):
    """A kind of rule. A run plans stretch by stretch of the keys, and writes each part of a plan in a transaction of
    its own; planned anew after an interruption, what is done already is not in the plan any more."""

    key: ClassVar[str]
    of: ClassVar[str]
    """The label of the rules themselves."""
    label: ClassVar[Label]
    came: ClassVar[Label]
    left: ClassVar[Label]

    @abstractmethod
    def due(self) -> Iterable[Any]:
        """The rules that run by themselves."""

    @abstractmethod
    def rule(self, key: int) -> Any | None:
        """A rule by its key, None when it is gone."""

    @abstractmethod
    def entity(self, rule: Any) -> Entity:
        """Whose records the rule goes over."""

    @abstractmethod
    def demand_ready(self, rule: Any) -> None:
        """Refuse a rule that cannot run yet."""

    @abstractmethod
    def foresee(self, rule: Any) -> Tally:
        """What a run would do at this moment."""

    @abstractmethod
    def plan(self, rule: Any, low: int, high: int) -> Sequence[Any]:
        """What is to be done with the records whose key is above `low` and up to `high`, in parts."""

    @abstractmethod
    def write(self, rule: Any, part: Any, by: Actor) -> Tally:
        """Do one part; called within a transaction."""


_sweeps: dict[str, Sweep] = {}


def declare_sweep(sweep: Sweep) -> Sweep:
    """Make a kind of rule known."""
    _sweeps[sweep.key] = sweep
    return sweep


def sweeps() -> dict[str, Sweep]:
    """All kinds of rule by key."""
    return _sweeps
