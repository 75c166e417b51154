"""Which rows of a table somebody may act on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet

from haike.find.share import Share


@dataclass(frozen=True)
class Scope:
    """Which rows: all, or those of `owner_ids` and those shared with `user_id`.

    Shares are looked up for `share_entity` under the value of column `share_column` ("id", or the key of the record
    this one hangs on). `writable` leaves out shares that only allow reading. `only` narrows all that, shares too, to
    the rows in whose column, named by a path, stands one of these keys: the products of some categories.
    """

    everything: bool
    owner_ids: tuple[int, ...]
    user_id: int
    shared: bool
    share_entity: str = ""
    share_column: str = "id"
    writable: bool = False
    only: tuple[str, tuple[int, ...]] | None = None

    @property
    def nothing(self) -> bool:
        """Whether no row can be in it."""
        return not self.everything and not self.owner_ids and not self.shared

    def rows(self) -> Q:
        """The same as a condition on the rows."""
        return self._reached() & self.narrowed

    @property
    def narrowed(self) -> Q:
        """What `only` says, as a condition."""
        return Q() if self.only is None else Q(**{f"{self.only[0]}__in": self.only[1]})

    def holds(self, record: Any) -> bool:
        """Whether `only` lets this record through."""
        return self.only is None or reduce(getattr, self.only[0].split("__"), record) in self.only[1]

    def _reached(self) -> Q:
        if self.everything:
            return Q()
        return self._owned | self._held if self.shared else self._owned

    def arms(self) -> list[Q]:
        """The same as conditions of which no row meets two: an index answers each, and none answers them with an "or".

        Whether anything is shared is asked of the database; where nothing is, whose rows they are remains.
        """
        if self.everything:
            return [self.narrowed]
        found = [self._owned] if self.owner_ids else []
        if self.shared and self._shares.exists():
            found.append(self._held & ~self._owned)
        return [arm & self.narrowed for arm in found]

    @property
    def _owned(self) -> Q:
        return Q(owner_id__in=self.owner_ids) if self.owner_ids else Q(pk__in=[])

    @property
    def _held(self) -> Q:
        return Q(**{f"{self.share_column}__in": self._shares.values("record_id")})

    @property
    def _shares(self) -> QuerySet[Share]:
        shares = Share.objects.filter(user_id=self.user_id, entity=self.share_entity)
        return shares.filter(can_write=True) if self.writable else shares
