"""What an entity says when it opts in, and who has done so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entity_named

Label = str | Promise
Contacts = Callable[[Sequence[int], datetime], Iterable[tuple[int, datetime]]]
"""Of some keys: (key, moment) of each time since a moment at which somebody cared for the record."""
Revenue = Callable[[Sequence[int], date], Iterable[tuple[int, date, Decimal]]]
"""Of some keys: (key, day, amount in own currency) of all that was sold since a day."""


@dataclass(frozen=True)
class Condition:
    """A reason to spare a record: the same thing said to the database and of one record."""

    label: Label
    q: Q
    holds: Callable[[Any], bool]
    reads: tuple[str, ...] = ()
    """The fields that `holds` reads."""


@dataclass(frozen=True)
class Pooling:
    """What the words of the rules mean for one entity."""

    name: Label
    followed: str
    stage: str = ""
    steps: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()
    region: str = ""
    profile: tuple[str, ...] = ()
    """The fields by which a record is compared with what somebody has won."""
    icon: str = "ripple"
    conditions: dict[str, Condition] = field(default_factory=dict)
    contacts: list[Contacts] = field(default_factory=list)
    bought: str = ""
    """The field that sums what a record has brought; who may not read it is told no revenue."""
    revenue: list[Revenue] = field(default_factory=list)
    done: Condition | None = None
    """Records for which no rule takes back anything, whatever the pool spares: what was settled."""

    @property
    def said(self) -> str:
        """Its name within a sentence."""
        return str(self.name).lower()

    def steps_of(self, before: str | None, after: str | None) -> tuple[str, ...]:
        """The facts that a change of the stage sets to its moment: a step forward, a deal."""
        forward = after in self.steps and (
            before not in self.steps or self.steps.index(after) > self.steps.index(before)
        )
        deal = after in self.deals and before not in self.deals
        return (*(("advanced_at",) if forward else ()), *(("dealt_at",) if deal else ()))

    @property
    def sparing(self) -> list[Condition]:
        """All conditions under which a record may be spared."""
        return [*self.conditions.values(), *([self.done] if self.done else [])]

    def spares(self, chosen: Sequence[str]) -> list[Condition]:
        """The conditions that spare a record where these are chosen."""
        found = [self.conditions[key] for key in chosen if key in self.conditions]
        return [*found, *([self.done] if self.done else [])]

    @property
    def read(self) -> tuple[str, ...]:
        """The fields that the rules read of a record."""
        more = [name for condition in self.sparing for name in condition.reads]
        return tuple(dict.fromkeys([*FACTS, self.followed, *([self.region] if self.region else []), *more]))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The same as a record holds them."""
        return frozenset(self.read)


FACTS = (
    "owner_id",
    "department_id",
    "created_at",
    "pool_id",
    "pooled_at",
    "owned_since",
    "protected_until",
    "advanced_at",
    "dealt_at",
)
"""The columns of `Pooled` and `Record` that the rules read."""

_poolings: dict[str, Pooling] = {}


def pool_entity(entity: Entity, pooling: Pooling) -> Pooling:
    """Let the records of an entity lie in pools."""
    _poolings[entity.label] = pooling
    return pooling


def poolings() -> dict[str, Pooling]:
    """The entities whose records may lie in pools, by label."""
    return _poolings


def return_label(entity: Entity) -> str:
    """What giving a record back is called."""
    return str(_("Return to the %(pool)s") % {"pool": _poolings[entity.label].said})


def entity_choices() -> list[tuple[str, Label]]:
    """For the form of a pool."""
    return [(label, pooling.name) for label, pooling in _poolings.items()]


def kind_choices() -> list[tuple[str, Label]]:
    """The same for what says of which records it is, and not in which pools they lie."""
    return [(label, entity.label_plural) for label in _poolings if (entity := entity_named(label)) is not None]
