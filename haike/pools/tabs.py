"""The list of a sea: a tab for all, one for each pool, and what was given up lately by how long ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Category, entities
from haike.kernel.policy import Actor
from haike.pools.pool.record import Pool
from haike.pools.pooling import poolings
from haike.pools.seas import seas

SEA = "sea"
SINCE = {
    "day": (1, _("Given up within 1 day")),
    "3days": (3, _("Within 3 days")),
    "week": (7, _("Within a week")),
    "month": (30, _("Within a month")),
    "year": (365, _("Within a year")),
}


def is_sea(tab: str) -> bool:
    """Whether a tab shows what lies in pools."""
    return tab == SEA or tab.startswith(f"{SEA}-")


def pool_of_tab(tab: str, entity: str) -> Pool | None:
    """The pool whose tab this is."""
    key = tab.removeprefix(f"{SEA}-")
    found = seas().pools.get(int(key)) if key.isdecimal() and len(key) < 12 else None
    return found if found is not None and found.entity == entity else None


def tabs_for(entity: str, user: Actor) -> dict[str, Category]:
    """The tabs of the pools that a user sees; an entity's `categories_for` adds them to its own."""
    known = seas()
    key = ("tabs", entity, user.pk)
    if key not in known.memory:
        known.memory[key] = _tabs_of(entity, known.open_to(user, entity))
    found: dict[str, Category] = known.memory[key]
    return found


def _tabs_of(entity: str, pools: list[Pool]) -> dict[str, Category]:
    if not pools:
        return {}
    name, accounts = poolings()[entity].name, [pool.account_id for pool in pools]
    found = {SEA: Category(_("All in it"), Q(owner_id__in=accounts), of=name)}
    if len(pools) > 1:
        for pool in pools:
            found[f"{SEA}-{pool.pk}"] = Category(pool.name, Q(owner_id=pool.account_id), of=name)
    for key, (days, label) in SINCE.items():
        found[f"{SEA}-{key}"] = Category(label, partial(_given_up, accounts, days), of=name)
    return found


def _given_up(accounts: list[int], days: int, user: Actor) -> Q:
    return Q(owner_id__in=accounts, pooled_at__gte=timezone.now() - timedelta(days=days))


def menu_lists(user: Any) -> Iterable[tuple[str, str, str]]:
    """(label, address, icon) of each sea that stands in the user's menu."""
    known = seas()
    for entity in entities():
        pooling = poolings().get(entity.label)
        if pooling is not None and known.open_to(user, entity.label):
            yield str(pooling.name), f"{entity.url}?tab={SEA}", pooling.icon
