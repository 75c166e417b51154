"""Whom to give which record: by hand, at random, in turn, by load, by region, by what each has won.

A match compares the record's profile with the deals of each seller: for every field of the profile the share of his
deals that have the record's value, so that who sells most often to such customers comes first. It knows what the
entity knows: with few deals it says little, and then who has fewest records gets the next.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.pools.pooling import Pooling, poolings

HAND, RANDOM, TURN, LOAD, REGION, MATCH = "hand", "random", "turn", "load", "region", "match"
HOWS = {
    HAND: _("By hand"),
    RANDOM: _("At random"),
    TURN: _("Round robin"),
    LOAD: _("By load: who has fewest gets the next"),
    REGION: _("By region: who has most in the same province"),
    MATCH: _("By match: who has won most alike"),
}
PROVINCE = 2
"""So many digits of a region's code name the province."""


def deal_out(
    entity: Entity, how: str, keys: Sequence[int], people: Sequence[Any], *, seed: int, offset: int = 0
) -> dict[int, Any]:
    """The person for each record. `offset` is how many records came before these, `seed` makes chance repeatable."""
    pooling = poolings()[entity.label]
    if how == RANDOM:
        chance = random.Random(f"{seed}-{offset}")  # noqa: S311
        return {key: chance.choice(people) for key in keys}
    if how in (HAND, TURN):
        return {key: people[(offset + place) % len(people)] for place, key in enumerate(keys)}
    load = _loads(entity, people)
    scores: Mapping[int, Mapping[int, float]] = {}
    if how == REGION:
        scores = _near(entity, pooling, keys, people)
    elif how == MATCH:
        scores = _alike(entity, pooling, keys, people)
    found = {}
    for key in keys:
        mine = scores.get(key, {})
        chosen = max(people, key=lambda person: (mine.get(person.pk, 0.0), -load[person.pk]))
        load[chosen.pk] += 1
        found[key] = chosen
    return found


def _loads(entity: Entity, people: Iterable[Any]) -> Counter[int]:
    """How many live records each has."""
    keys = [person.pk for person in people]
    rows = entity.model._base_manager.filter(owner_id__in=keys, deleted_at__isnull=True, archived_at__isnull=True)
    return Counter(dict(rows.order_by().values_list("owner_id").annotate(number=Count("pk"))))


def _near(entity: Entity, pooling: Pooling, keys: Sequence[int], people: Sequence[Any]) -> dict[int, dict[int, float]]:
    """How many records in the same province each has."""
    if not pooling.region:
        return {}
    rows = entity.model._base_manager.filter(pk__in=keys).values_list("pk", pooling.region)
    provinces = {pk: region[:PROVINCE] for pk, region in rows if region}
    owned = entity.model._base_manager.filter(owner_id__in=[person.pk for person in people], deleted_at__isnull=True)
    have: dict[str, dict[int, float]] = {}
    for province in set(provinces.values()):
        inside = owned.filter(**{f"{pooling.region}__startswith": province}).order_by().values_list("owner_id")
        have[province] = {owner: float(number) for owner, number in inside.annotate(number=Count("pk"))}
    return {pk: have[province] for pk, province in provinces.items()}


def _alike(entity: Entity, pooling: Pooling, keys: Sequence[int], people: Sequence[Any]) -> dict[int, dict[int, float]]:
    """How well each one's deals resemble each record."""
    if not pooling.profile or not pooling.deals:
        return {}
    deals = entity.model._base_manager.filter(
        owner_id__in=[person.pk for person in people], **{f"{pooling.stage}__in": pooling.deals}
    ).filter(deleted_at__isnull=True)
    won = Counter(dict(deals.order_by().values_list("owner_id").annotate(number=Count("pk"))))
    shares: dict[tuple[str, Any], dict[int, float]] = defaultdict(dict)
    for name in pooling.profile:
        counted = deals.order_by().values_list("owner_id", name).annotate(number=Count("pk"))
        together: Counter[tuple[int, str]] = Counter()
        for owner, value, number in counted:
            together[owner, _part(pooling, name, value)] += number
        for (owner, value), number in together.items():
            # One deal more in the divisor: a single one is no record of wins.
            shares[name, value][owner] = number / (won[owner] + 1)
    found: dict[int, dict[int, float]] = {}
    for row in entity.model._base_manager.filter(pk__in=keys).values("pk", *pooling.profile):
        sums: Counter[int] = Counter()
        for name in pooling.profile:
            if value := _part(pooling, name, row[name]):
                sums.update(shares[name, value])
        found[row["pk"]] = dict(sums)
    return found


def _part(pooling: Pooling, name: str, value: Any) -> str:
    return str(value or "")[:PROVINCE] if name == pooling.region else str(value or "")
