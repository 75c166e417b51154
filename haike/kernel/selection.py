"""What a user has found: a tab, words, a filter and an order over one entity.

List, count, totals, export, bulk work and API start from the same selection, so their numbers agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.find.finder import Find
from haike.find.prepared import keyed, prepared
from haike.kernel.discreet import behind_veil, without_secrets
from haike.kernel.entity import Entity
from haike.kernel.filter import Group, filterable, read_filter
from haike.kernel.look import MoneyLook, NumberLook
from haike.kernel.paths import needed_fields, select_paths
from haike.kernel.policy import Actor
from haike.refused import Refused

NO_FILTER = Group()


@dataclass(frozen=True)
class Selection:
    """The rows of `entity` that `user` may `action`, narrowed by tab, words and filter, in an order."""

    entity: Entity
    user: Actor
    tab: str = "all"
    words: str = ""
    filter: Group = NO_FILTER
    sort: str = ""
    action: str = "view"
    state: str = ""
    within: tuple[str, ...] = ()
    """The searched fields in which the words must be; all of them if empty."""

    @classmethod
    def from_query(cls, entity: Entity, user: Actor, query: Mapping[str, str], *, action: str = "view") -> Selection:
        """Read from the query of an address; what cannot be read is Refused."""
        tab, tabs = query.get("tab", "") or "all", entity.categories_for(user)
        if tab not in tabs:
            tab = "all"
        sort = query.get("sort", "") or tabs[tab].sort
        if sort and not sortable(entity, user, sort.lstrip("-")):
            sort = ""
        return cls(
            entity,
            user,
            tab=tab,
            words=query.get("q", "").strip()[:100],
            filter=read_filter(entity, user, query.get("f", "")),
            sort=sort or entity.sort,
            action=action,
            state="archived" if query.get("archived") == "1" else "",
            within=tuple(path for path in query.get("in", "").split(",") if path in entity.search),
        )

    @cached_property
    def where(self) -> Q:
        """Tab and filter as a condition; rights and words come on top in `find`."""
        found = self.entity.categories_for(self.user)[self.tab].q(self.user) & self.filter.q(self.user)
        named = [self.entity.look_at(self.sort.lstrip("-")), *(line.look for line in self.filter.lines())]
        if self.veils and any(look.personal for look in named):
            # Where it is masked it must not be told by what is found, nor by the order.
            found &= ~Q(owner_id__in=self.veils)
        return found

    @cached_property
    def veils(self) -> frozenset[int]:
        """The owners whose records show personal fields masked."""
        return self.entity.policy.veils(self.user)

    @cached_property
    def find(self) -> Find:
        """The query builder for this selection."""
        found = Find(
            self.entity.model,
            self.entity.policy.scope(self.user, self.action),
            where=self.where,
            sort=self.order,
            words=self.words if self.entity.search else "",
            # Whoever searches by words finds the archived ones too.
            state=self.state or ("live" if self.words else "active"),
        )
        if not found.words:
            return found
        allowed = without_secrets(self.entity, self.user, found, self.within)
        if self.veils:
            allowed &= behind_veil(self.entity, self.veils, found.narrowed(Q(owner_id__in=self.veils)))
        return found.narrowed(allowed) if allowed else found

    @cached_property
    def order(self) -> list[str]:
        """The order as columns."""
        descending, name = self.sort.startswith("-"), self.sort.lstrip("-")
        column = self.entity.look_at(name).order()
        key = self.entity.pinyin_keys.get(column, column)
        return [f"-{key}" if descending else key]

    def rows(self, ids: list[int], columns: list[str], *, narrow: bool = False, also: Sequence[str] = ()) -> list[Any]:
        """The records with these keys, in that order, with what the columns need; rights checked once more.

        With `narrow` only the columns shown, and `also`, are read; any other field costs a query of its own.
        """
        looks = self.entity.looks
        joins = tuple(select_paths(self.entity, columns))
        many = tuple(name for name in columns if name in looks and looks[name].kind == "references")
        only = (*needed_fields(self.entity, columns), *also) if narrow else ()

        def rows() -> QuerySet[Any]:
            found: QuerySet[Any] = self.entity.model.objects.visible_to(self.user, self.action)
            found = found.select_related(*joins).prefetch_related(*many).filter(keyed(self.entity.model))
            return found.only(*only) if narrow else found

        # Not by the columns: an own field may be made anew under the name of a former one.
        key = ("list", self.entity.policy.key(self.user, self.action), joins, many, only)
        found = {row.pk: row for row in prepared(key, rows, ids)}
        fetch_ahead(self.entity, columns, list(found.values()), self.user)
        return [found[pk] for pk in ids if pk in found]

    def batches(self, columns: list[str], size: int = 2000) -> Iterator[list[Any]]:
        """All records found, in batches; for exports and bulk work."""
        ids = iter(self.find.ids())
        while batch := list(islice(ids, size)):
            yield self.rows(batch, columns)

    def sums(self) -> dict[str, Any]:
        """The totals of the entity's `totals` that the user may see."""
        names = [name for name in self.entity.totals if self.entity.right(self.user, name) in ("edit", "read")]
        return self.find.sums(names) if names else {}

    def acting(self, action: str) -> Selection:
        """The same for another action, such as "export"."""
        return replace(self, action=action)


def fetch_ahead(entity: Entity, columns: Iterable[str], records: Sequence[Any], user: Actor) -> None:
    """Let the looks of these columns read what lies in other tables, for all records at once."""
    looks = entity.looks
    for name in filter(looks.__contains__, columns):
        looks[name].fetch(records, user)


def sortable(entity: Entity, user: Actor, name: str) -> bool:
    """Whether the user may sort by a field: he may read it plainly and it has one value."""
    look = entity.looks.get(name)
    if look is None or look.multiple or look.kind in ("picture", "lines"):
        return False
    return entity.right(user, name) in ("edit", "read")


def numeric(entity: Entity, user: Actor) -> dict[str, NumberLook]:
    """The number fields the user may read."""
    return {n: look for n, look in filterable(entity, user).items() if isinstance(look, NumberLook | MoneyLook)}


def check_ids(raw: str) -> list[int]:
    """Keys chosen on a list, separated by commas."""
    parts = [part for part in raw.split(",") if part]
    keys = [key for key in map(whole, parts) if key is not None]
    if len(keys) < len(parts):
        raise Refused(_("Choose some rows first."))
    return keys
