"""The rows a list may show, as owners and shares; a filter by owner narrows them before the database is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from haike.find.scope import Scope

OWNER_LOOKUPS = {"owner", "owner_id", "owner__pk", "owner__id", "owner__exact", "owner_id__exact"}
OWNERS_LOOKUPS = {"owner__in", "owner_id__in", "owner__pk__in", "owner__id__in"}


@dataclass(frozen=True)
class Reach:
    """`owners` None: everything. `shares`: rows shared with the user come on top of the owners' rows."""

    owners: tuple[int, ...] | None
    shares: bool
    scope: Scope

    @classmethod
    def of(cls, scope: Scope, where: Q) -> Reach:
        """The reach of a scope, narrowed by the owners that the filter names."""
        named = named_owners(where)
        if scope.everything:
            return cls(None if named is None else tuple(sorted(named)), False, scope)
        mine = frozenset(scope.owner_ids)
        if named is None:
            return cls(tuple(sorted(mine)), scope.shared, scope)
        return cls(tuple(sorted(mine & named)), scope.shared and not named <= mine, scope)

    @property
    def nothing(self) -> bool:
        """Whether no row can be in it."""
        return self.owners is not None and not self.owners and not self.shares

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from others in a cache."""
        scope = self.scope
        shares = (scope.user_id, scope.share_entity, scope.share_column, scope.writable) if self.shares else ()
        return (self.owners, shares)


def named_owners(where: Q) -> frozenset[int] | None:
    """The owners to whom a condition restricts rows, None when it does not.

    Only conditions that must all hold are looked at; what is not understood restricts nothing here and is left to
    the database.
    """
    if where.negated or (where.connector != Q.AND and len(where.children) > 1):
        return None
    found: frozenset[int] | None = None
    for child in where.children:
        owners: frozenset[int] | None = None
        if isinstance(child, Q):
            owners = named_owners(child)
        elif isinstance(child, tuple):
            lookup, value = child
            if lookup in OWNER_LOOKUPS:
                owners = _keys([value])
            elif lookup in OWNERS_LOOKUPS and isinstance(value, list | tuple | set | frozenset):
                owners = _keys(value)
        if owners is not None:
            found = owners if found is None else found & owners
    return found


def _keys(values: Iterable[Any]) -> frozenset[int] | None:
    keys = [getattr(value, "pk", value) for value in values]
    if any(type(key) is not int for key in keys):
        return None
    return frozenset(keys)
