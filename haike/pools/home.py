"""Which pool receives a record: the one it came from, else the first that takes its region or its department."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

from haike.kernel.division import divisions
from haike.pools.pool.record import Pool
from haike.pools.pooling import Pooling
from haike.pools.seas import Seas


@dataclass(frozen=True)
class Reach:
    """What a pool receives of the records that came from no pool: by the beginning of their region's code, and by
    their department; without either everything."""

    stems: tuple[str, ...]
    departments: frozenset[int]

    @cached_property
    def everything(self) -> bool:
        """Whether the pool takes whatever comes."""
        return not self.stems and not self.departments

    def takes(self, record: Any, pooling: Pooling) -> bool:
        """Whether the pool takes a record that came from no pool."""
        if self.everything or record.department_id in self.departments:
            return True
        return bool(self.stems) and getattr(record, pooling.region).startswith(self.stems)


def reach(pool: Pool, pooling: Pooling, known: Seas) -> Reach:
    """What a pool receives."""
    places, codes = divisions(), pool.regions if pooling.region else []
    stems = tuple(code[: places[code].level * 2] for code in codes if code in places)
    return Reach(stems, known.departments[pool.pk])


def homes(pools: Sequence[Pool], pooling: Pooling, known: Seas) -> Callable[[Any], Pool | None]:
    """A function that tells of each record the pool where it belongs, None where no pool takes it; of two pools the
    first."""
    by_key = {pool.pk: pool for pool in pools}
    takers = [(pool, reach(pool, pooling, known)) for pool in in_turn(pools, pooling, known)]

    def home(record: Any) -> Pool | None:
        own = by_key.get(record.pool_id)
        if own is not None:
            return own
        for pool, taken in takers:
            if taken.takes(record, pooling):
                return pool
        return None

    return home


def in_turn(pools: Sequence[Pool], pooling: Pooling, known: Seas) -> list[Pool]:
    """The pools in the order in which they are asked: those that take everything come last."""
    return sorted(pools, key=lambda pool: reach(pool, pooling, known).everything)


def home_q(pool: Pool, pools: Sequence[Pool], pooling: Pooling, known: Seas) -> Q:
    """The same as a condition: the records that belong to one of the pools."""
    mine = Q(pool_id=pool.pk)
    loose = ~Q(pool_id__in=[each.pk for each in pools]) | Q(pool_id__isnull=True)
    for other in in_turn(pools, pooling, known):
        if other.pk == pool.pk:
            return mine | (loose & _received(pool, pooling, known))
        loose &= ~_received(other, pooling, known)
    return mine


def _received(pool: Pool, pooling: Pooling, known: Seas) -> Q:
    taken = reach(pool, pooling, known)
    if taken.everything:
        return Q(pk__isnull=False)
    found = Q(pk__in=[])
    if taken.departments:
        # Said so that "not received" holds where there is no department.
        found |= Q(department_id__isnull=False, department_id__in=sorted(taken.departments))
    for stem in taken.stems:
        found |= Q(**{f"{pooling.region}__startswith": stem})
    return found
