"""What a user owns, by kind of record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from haike.find.prepared import Counted, count_each
from haike.kernel.entity import Entity, Label, entities
from haike.kernel.filter import Group, Line
from haike.kernel.policy import Actor
from haike.people.grants import HOUSE
from haike.people.user.record import User


@dataclass(frozen=True)
class Holding:
    """How many records of one kind a user owns, and how many of them one may give away."""

    entity: str
    label: Label
    icon: str
    count: int
    movable: int
    url: str


def _handed_over(entity: Entity) -> bool:
    # What hangs on another record follows it; users, departments and roles are nobody's to inherit.
    return entity.parent is None and "owner" in entity.looks and entity.label.partition(".")[0] not in HOUSE


def holdings_of(user: User, *, by: Actor, seen: bool = False) -> list[Holding]:
    """The records of a user by kind, without kinds of which he has none; with `seen` only those that `by` sees."""
    found = []
    kinds = [entity for entity in entities() if _handed_over(entity)]
    for entity, count in zip(kinds, _counts(kinds, user, by if seen else None), strict=True):
        if count:
            movable = entity.model.objects.visible_to(by, "transfer").filter(owner=user).count()
            owned = Group((Line(entity.looks["owner"], "one_of", [str(user.pk)]),)).text()
            url = f"{entity.url}?{urlencode({'f': owned})}"
            found.append(Holding(entity.label, entity.label_plural, entity.icon, count, movable, url))
    return found


def _counts(kinds: Sequence[Entity], user: User, seer: Actor | None) -> list[int]:
    """How many of each kind he owns, and with `seer` how many of them that one sees."""
    asked: list[Counted] = []
    for entity in kinds:
        rows = partial(entity.model.objects.visible_to, seer) if seer else entity.model.objects.live
        key = ("owned", entity.label, entity.policy.key(seer) if seer else None)
        asked.append(Counted(key, rows, "owner_id"))
    return count_each(asked, user.pk)
