"""What a user owns, by kind of record."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

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


def holdings_of(user: User, *, by: Actor) -> list[Holding]:
    """The records of a user by kind, without kinds of which he has none."""
    found = []
    for entity in filter(_handed_over, entities()):
        count = entity.model.objects.live().filter(owner=user).count()
        if count:
            movable = entity.model.objects.visible_to(by, "transfer").filter(owner=user).count()
            owned = Group((Line(entity.looks["owner"], "one_of", [str(user.pk)]),)).text()
            url = f"{entity.url}?{urlencode({'f': owned})}"
            found.append(Holding(entity.label, entity.label_plural, entity.icon, count, movable, url))
    return found
