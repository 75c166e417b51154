"""All pools with their members, as each process keeps them until somebody changes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from haike.kernel.versioned import Versioned
from haike.people.grants import MORE_OWNERS, VEILED_OWNERS, organisation
from haike.pools.module import POOLS
from haike.screens.module import is_off

MEMBER = frozenset({"view", "print"})
"""What a member may do with records that lie in the pool; claiming is an act of its own."""
LEADER = frozenset({"view", "edit", "print", "transfer", "bulk", "export", "share", "delete"})


@dataclass
class Seas:
    """The pools by key and by account, in the order in which they are asked whether they receive a record."""

    pools: dict[int, Any] = field(default_factory=dict)
    by_account: dict[int, Any] = field(default_factory=dict)
    members: dict[int, frozenset[int]] = field(default_factory=dict)
    managers: dict[int, frozenset[int]] = field(default_factory=dict)
    departments: dict[int, frozenset[int]] = field(default_factory=dict)
    """The departments whose records flow into a pool, with all below them."""
    memory: dict[Any, Any] = field(default_factory=dict)
    """What others have worked out from it; forgotten with it."""

    def of_entity(self, entity: str) -> list[Any]:
        """The pools of one kind of record that are in use."""
        if is_off(entity):
            return []
        return [pool for pool in self.pools.values() if pool.entity == entity and pool.deleted_at is None]

    def open_to(self, user: Any, entity: str) -> list[Any]:
        """The pools in which a user sees what lies there."""
        reach = user.grants.owner_ids(entity, "view")
        if not user.grants.may(entity, "view"):
            return []
        return [pool for pool in self.of_entity(entity) if reach is None or pool.account_id in reach]

    def led_by(self, user_id: int | None, pool: Any) -> bool:
        """Whether somebody manages the pool."""
        return user_id in self.managers.get(pool.pk, ())

    def joined_by(self, user_id: int | None, pool: Any) -> bool:
        """Whether somebody may take records out of the pool."""
        return user_id in self.members.get(pool.pk, ()) or self.led_by(user_id, pool)


def _read() -> Seas:
    model, house = apps.get_model("pools", "Pool"), organisation()
    found = Seas()
    if not POOLS.is_on():
        return found
    rows = model._base_manager.prefetch_related("members", "member_departments", "managers", "departments")
    for pool in rows.order_by("position", "id"):
        found.pools[pool.pk], found.by_account[pool.account_id] = pool, pool
        belonging = house.inside(house.subtree(each.pk for each in pool.member_departments.all()))
        people = {each.pk for each in pool.members.all()} | belonging
        found.members[pool.pk] = frozenset(people - found.by_account.keys())
        found.managers[pool.pk] = frozenset(each.pk for each in pool.managers.all())
        found.departments[pool.pk] = frozenset(house.subtree(each.pk for each in pool.departments.all()))
    return found


seas: Versioned[Seas] = Versioned("people", _read)
"""It follows from people and departments too, and rights follow from it, so all of them change together."""


def _more_owners(user_id: int, entity: str, action: str) -> Iterable[int]:
    known = seas()
    for pool in known.of_entity(entity):
        if known.led_by(user_id, pool):
            allowed = LEADER
        elif known.joined_by(user_id, pool):
            allowed = MEMBER | {"export"} if pool.may_export else MEMBER
        else:
            continue
        if action in allowed:
            yield pool.account_id


def _veiled_owners(user_id: int, entity: str) -> Iterable[int]:
    known = seas()
    for pool in known.of_entity(entity):
        if pool.veiled and not known.led_by(user_id, pool):
            yield pool.account_id


MORE_OWNERS.append(_more_owners)
VEILED_OWNERS.append(_veiled_owners)
