"""In which territory a record lies, who of its sellers gets it, and what would change hands.

The seller of a territory becomes the owner of what lies in it, so rights go by owner as everywhere and no query asks
for territories (see docs/adr/0015-territories.md).
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS, Act
from haike.bulk.run import BulkRun
from haike.bulk.write import Outcome, change_many
from haike.kernel.entity import Entity
from haike.kernel.filter import Group
from haike.kernel.versioned import Versioned
from haike.people.grants import organisation
from haike.pools.assignment.people import takers
from haike.pools.pooling import poolings
from haike.pools.territory.record import Territory
from haike.refused import Refused
from haike.segments.conditions import READER, group_of

REDRAW = "territory"
DRAWN = "territories"
NOWHERE = _("It lies in no territory.")
NO_SELLER = _("All sellers of “%(name)s” are closed.")


def _read() -> frozenset[str]:
    rows: Any = Territory.objects.live().filter(active=True)
    return frozenset(rows.values_list("entity", flat=True).distinct())


in_use: Versioned[frozenset[str]] = Versioned(DRAWN, _read)
"""The kinds of record for which there are territories."""


@dataclass(frozen=True)
class Part:
    """A territory as it is or as it would be: what lies in it, and its sellers who work here."""

    key: int
    name: str
    position: int
    group: Group | None
    sellers: tuple[Any, ...]

    def seller_for(self, key: int) -> Any:
        """Who of several gets a record: by its key, so that asking twice says the same; None when all are closed."""
        return self.sellers[zlib.crc32(str(key).encode()) % len(self.sellers)] if self.sellers else None


def part_of(territory: Territory, **values: Any) -> Part:
    """A territory with some values as they would be."""
    get = {"name": territory.name, "position": territory.position, "conditions": territory.conditions, **values}
    sellers = values["sellers"] if "sellers" in values else territory.sellers.all() if territory.pk else []
    try:
        group = group_of(get["conditions"]) if get["conditions"] else None
    except Refused:
        group = None
    return Part(territory.pk or 0, get["name"], get["position"] or 0, group, tuple(takers(sellers, [], organisation())))


def parts_of(label: str, *, without: int = 0) -> list[Part]:
    """The territories in use that are drawn, in the order in which they are asked."""
    rows: Any = Territory.objects.live().filter(entity=label, active=True).exclude(pk=without)
    found = [part_of(each) for each in rows.prefetch_related("sellers").order_by("position", "pk")]
    return [part for part in found if part.group is not None]


def places(entity: Entity, parts: Sequence[Part], rows: Any) -> Iterator[tuple[int, int | None, Part]]:
    """Of these rows each that lies in a territory: its key, its owner, the territory."""
    taken: set[int] = set()
    for part in parts:
        assert part.group is not None
        for pk, owner in rows.filter(part.group.q(READER)).order_by().values_list("pk", "owner_id"):
            if pk not in taken:
                taken.add(pk)
                yield pk, owner, part


def lie_in(entity: Entity, keys: Sequence[int], parts: Sequence[Part] | None = None) -> dict[int, Part]:
    """The territory of each of these records."""
    rows = entity.model._base_manager.filter(pk__in=list(keys), deleted_at__isnull=True)
    return {pk: part for pk, __, part in places(entity, parts_of(entity.label) if parts is None else parts, rows)}


def belongs(part: Part, key: int, owner: int | None) -> Any:
    """Who is to get a record; None where it stays as it is."""
    if any(seller.pk == owner for seller in part.sellers):
        return None
    return part.seller_for(key)


@dataclass
class Drawing:
    """What the territories say of the records that somebody may give away."""

    moves: dict[int, tuple[int | None, Any, Part]] = field(default_factory=dict)
    """Of each that changes hands: its owner, the new one, the territory."""
    inside: Counter[int] = field(default_factory=Counter)
    """How many lie in each territory."""

    @property
    def between(self) -> Counter[tuple[int | None, int]]:
        """How many go from whom to whom."""
        return Counter((owner, new.pk) for owner, new, __ in self.moves.values())


def draw(entity: Entity, user: Any, parts: Sequence[Part]) -> Drawing:
    """What would change hands among the records that the user may transfer; nothing is written."""
    found = Drawing()
    rows = entity.model.objects.visible_to(user, "transfer").filter(archived_at__isnull=True)
    for pk, owner, part in places(entity, parts, rows):
        found.inside[part.key] += 1
        new = belongs(part, pk, owner)
        if new is not None:
            found.moves[pk] = (owner, new, part)
    return found


def _write(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    parts = lie_in(entity, keys)

    def make(record: Any) -> Mapping[str, Any]:
        part = parts.get(record.pk)
        if part is None:
            raise Refused(NOWHERE)
        if not part.sellers:
            raise Refused(NO_SELLER % {"name": part.name})
        return {"owner": belongs(part, record.pk, record.owner_id) or record.owner}

    return change_many(entity, keys, make, ("owner",), by=by, batch=run.batch, actions=("transfer",))


def _drawn(entity: Entity, user: Any, tab: str) -> bool:
    return entity.label in poolings() and entity.label in in_use()


ACTS[REDRAW] = Act(
    REDRAW, _("Give to their territory"), icon="map-2", needs=("transfer",), write=_write, fits=_drawn, hanging=False,
    said=_("%(count)s changed hands."),
)  # fmt: skip
