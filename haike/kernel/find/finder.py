"""A list: which records, in which order, how many, and sums over them.

The same list can be had in several ways, and none is good for all (the figures lie in `bench/`):

- few: some narrow condition leaves a few thousand candidates at most; they are fetched and sorted.
- walk: whoever sees everything walks the index of the sort until the page is full.
- arms: whoever sees some owners takes the first rows of each owner, by `(owner, key, id)`, and of the shares, merged.
- gather: everything that matches is collected and sorted; always right, and slow where nothing narrows.

Rights are part of each query; tokens of the search and remembered ids only narrow.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import F, Q
from django.db.utils import DEFAULT_DB_ALIAS

from haike.kernel.find.indexes import Index, Indexes
from haike.kernel.find.memory import Memory
from haike.kernel.find.order import Key, Place, keys_of
from haike.kernel.find.reach import Reach
from haike.kernel.find.statement import (
    Driver,
    Rows,
    Statement,
    compiled,
    condition,
    filter_columns,
    list_driver,
    multiplies,
    share_driver,
    together,
)
from haike.kernel.index.hits import expected, hits, row_test
from haike.kernel.index.tokens import fold_words
from haike.kernel.policy import Scope

CAP = 10_001
FEW = 5_001
WALK = 20_000
SMALL = 10_000
MOST_ARMS = 500
OFFSETS = 1_000
DEAR = 200

STATES: dict[str, dict[str, bool]] = {
    "active": {"deleted_at__isnull": True, "archived_at__isnull": True},
    "archived": {"deleted_at__isnull": True, "archived_at__isnull": False},
    "live": {"deleted_at__isnull": True},
    "bin": {"deleted_at__isnull": False},
}

Row = tuple[int, Any]
_counts = Memory(15, 1 << 20)
_sizes = Memory(60, 1 << 20)
_lists = Memory(60, 64 << 20)


def forget() -> None:
    """Drop what this process remembers of lists."""
    for memory in (_counts, _sizes, _lists):
        memory.clear()
    _indexes.clear()


_indexes: dict[tuple[Any, ...], Indexes] = {}


@dataclass(frozen=True)
class Page:
    """The ids of one page in order; `after` and `before` lead to the next and the previous one, None at the ends."""

    ids: list[int]
    after: str | None
    before: str | None


class Find:
    """A list of one model's records within a scope.

    `where` filters, `words` searches, `sort` names fields, "-" before those that descend; records without a value
    come last; without a sort the first hot one is taken, newest or largest first. `state` is "active", "archived",
    "live" (both) or "bin".
    """

    def __init__(
        self,
        model: type[models.Model],
        scope: Scope,
        *,
        where: Q | None = None,
        sort: Sequence[str] = (),
        words: str = "",
        state: str = "active",
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        self.model, self.scope, self.state, self.using = model, scope, state, using
        self.where = where if where is not None else Q()
        self.words = fold_words(words)
        self.connection = connections[using]
        self.sqlite = self.connection.vendor == "sqlite"
        self.reach = Reach.of(scope, self.where)
        self.keys = keys_of(model, sort or [f"-{self._known.first_key(self._lead) or 'id'}"])
        self.table = self.connection.ops.quote_name(model._meta.db_table)

    # What a caller asks for

    def page(self, size: int, number: int = 1, *, after: str | None = None, before: str | None = None) -> Page:
        """A page by its number, or the one after or before a place that another page gave."""
        try:
            place = Place.read(after or before or "", self._place_field) if after or before else None
            if place is not None and place.offset is None:
                return self._page_at(place, size, backwards=not after)
            if place is not None and place.offset is not None:
                number = max(place.offset - (0 if after else size), 0) // size + 1
            return self._page_number(size, max(number, 1))
        except EmptyResultSet:
            return Page([], None, None)

    def count(self, cap: int | None = CAP) -> tuple[int, bool]:
        """How many, and whether there are at least `cap`, where the counting stops."""
        try:
            number = _counts.get(("count", cap, *self._cache_key), lambda: self._count(cap), _worth)
        except EmptyResultSet:
            number = 0
        return number, cap is not None and number >= cap

    def exact_count(self) -> int:
        """How many, to the last."""
        return self.count(None)[0]

    def sums(self, fields: Sequence[str]) -> dict[str, Any]:
        """The sum of each of the model's own columns over everything found, None where there is no value."""
        try:
            return {name: self._sum(name) for name in fields}
        except EmptyResultSet:
            return dict.fromkeys(fields)

    def ids(self) -> Iterator[int]:
        """Everything found, in order."""
        try:
            yield from self._all_ids()
        except EmptyResultSet:
            return

    # Pages

    def _page_number(self, size: int, number: int) -> Page:
        offset = (number - 1) * size
        if offset + size <= OFFSETS:
            rows = self._top(offset + size + 1)[offset:]
        else:
            remembered = _lists.get(("ids", *self._cache_key), self._all_ids, _weight)
            some = list(remembered[offset : offset + size + 1])
            shown = self._still_there(some[:size])
            return self._page_of([(id, None) for id in shown], size, offset, len(some) > size)
        return self._page_of(rows, size, offset, len(rows) > size)

    def _page_of(self, rows: list[Row], size: int, offset: int, more: bool) -> Page:
        shown = rows[:size]
        if not self._hot or offset + size > OFFSETS:
            after = Place(offset=offset + size).text() if more else None
            before = Place(offset=offset).text() if offset else None
            return Page([row[0] for row in shown], after, before)
        return Page(
            [row[0] for row in shown],
            Place(shown[-1][1], shown[-1][0]).text() if more else None,
            Place(shown[0][1], shown[0][0]).text() if offset and shown else None,
        )

    def _page_at(self, place: Place, size: int, backwards: bool) -> Page:
        rows = self._top(size + 1, place, backwards)
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        if not rows:
            return self._page_number(size, 1) if backwards else Page([], None, place.text())
        first, last = Place(rows[0][1], rows[0][0]).text(), Place(rows[-1][1], rows[-1][0]).text()
        return Page([row[0] for row in rows], last if more or backwards else None, first if more or not backwards else None)

    def _still_there(self, some: list[int]) -> list[int]:
        """Those of remembered ids that are still found, with the rights of this moment."""
        if not some:
            return []
        rows = self._within_scope(self._base).values_list("id")
        driver = list_driver(self.connection, self._column("id"), some, "few")
        found = {row[0] for row in compiled(self.connection, rows, driver, "").rows(self.connection)}
        return [id for id in some if id in found]

    # Rows of a page

    def _top(self, limit: int, place: Place | None = None, backwards: bool = False) -> list[Row]:
        """The first rows behind a place, in order; those without a value come last."""
        if self.reach.nothing:
            return []
        if not self._hot:
            return self._gather(self._all_keys(), limit)
        parts: list[bool | None] = [False, True] if self.keys[0].nullable else [None]
        if backwards:
            parts.reverse()
        found: list[Row] = []
        for empty in parts:
            start = place
            if place is not None and empty is not None and (place.value is None) != empty:
                if empty == backwards:
                    continue
                start = None
            found += self._part(limit - len(found), empty, start, backwards)
            if len(found) >= limit:
                break
        return found

    def _part(self, limit: int, empty: bool | None, place: Place | None, backwards: bool) -> list[Row]:
        """Rows with a value, without (`empty`), or either (None): they are neighbours in the index."""
        key = self.keys[0]
        order = _Order(key, key.descending != backwards, empty)
        if self._few is not None:
            return self._sorted(limit, order, place)
        if self.reach.owners is not None and (not self._filtered or self._small):
            return self._arms(limit, order, place)
        if self._filtered or self.reach.owners is not None:
            rows = self._bounded_walk(limit, order, place)
            if rows is not None:
                return rows
            return self._arms(limit, order, place) if self.reach.owners is not None else self._sorted(limit, order, place)
        return self._walk(limit, order, place)

    def _walk(self, limit: int, order: _Order, place: Place | None, rows: Rows | None = None) -> list[Row]:
        rows = self._behind(self._base if rows is None else rows, order, place)
        ordered = rows.order_by(*order.terms)[:limit]
        return self._rows(compiled(self.connection, ordered, index=self._walk_index))

    def _bounded_walk(self, limit: int, order: _Order, place: Place | None) -> list[Row] | None:
        """A walk that gives up after so many rows: what is looked for may lie all at the far end."""
        plain = self._behind(self._state_rows, order, place).order_by(*order.terms)
        edge = self._rows(compiled(self.connection, plain[WALK : WALK + 1], index=self._walk_index))
        rows = self._base
        if edge:
            rows = rows.filter(self._beyond(order, Place(edge[0][1], edge[0][0]), inverse=True))
        found = self._walk(limit, order, place, self._owned(rows))
        if len(found) < limit and edge:
            return None
        if self.reach.shares:
            found += self._rows(self._shared(order, place, limit))
            found = order.sorted(found)[:limit]
        return found

    def _arms(self, limit: int, order: _Order, place: Place | None) -> list[Row]:
        owners = self.reach.owners or ()
        if len(owners) > MOST_ARMS or (owners and self._own_index is None):
            return self._sorted(limit, order, place)
        parts = []
        rows = self._behind(self._base, order, place).order_by(*order.terms)
        if owners and self.sqlite:
            mark = object()
            arm = compiled(
                self.connection,
                rows.filter(condition(f"{self._column('owner_id')} = %s", [mark]))[:limit],
                index=self._own_index,
            )
            at = next(at for at, value in enumerate(arm.params) if value is mark)
            parts = [Statement(arm.sql, [*arm.params[:at], owner, *arm.params[at + 1 :]]) for owner in owners]
        elif owners:
            arm = compiled(
                self.connection, rows.filter(condition(f"{self._column('owner_id')} = mine.owner"))[:limit]
            )
            arms = Statement(
                f"SELECT own.* FROM unnest(%s::bigint[]) AS mine(owner) CROSS JOIN LATERAL ({arm.sql}) own",
                [list(owners), *arm.params],
            )
            parts = [arms]
        if self.reach.shares:
            parts.append(self._shared(order, place, limit))
        if not parts:
            return []
        return self._rows(together(parts, f"{order.sql} LIMIT %s", [limit]))

    def _shared(self, order: _Order, place: Place | None, limit: int | None) -> Statement:
        rows = self._behind(self._not_owned(self._base), order, place).order_by(*order.terms)
        return compiled(self.connection, rows, self._share_driver, self._share_index, limit)

    def _sorted(self, limit: int, order: _Order, place: Place | None) -> list[Row]:
        """All that match, sorted; MATERIALIZED keeps the planner from walking the sort's index instead."""
        parts = self._matching(self._behind(self._base, order, place))
        every = together(parts, "")
        return self._rows(
            Statement(
                f"WITH matching AS MATERIALIZED ({every.sql}) SELECT * FROM matching {order.sql} LIMIT %s",
                [*every.params, limit],
            )
        )

    def _gather(self, rows: Rows, limit: int | None) -> list[Row]:
        """Any order, by Django's ORM."""
        driver = index = None
        if self._few is not None:
            driver, index = list_driver(self.connection, self._column("id"), self._few, "few"), ""
        found = compiled(self.connection, rows.values_list("id"), driver, index, limit).rows(self.connection)
        return [(row[0], None) for row in found]

    def _all_keys(self) -> Rows:
        return self._within_scope(self._filtered_rows).order_by(*(key.term() for key in self.keys))

    # Numbers

    def _count(self, cap: int | None) -> int:
        found = 0
        for part in self._matching(self._filtered_rows.values_list("id"), self._read_columns(set())):
            if cap is None:
                statement = part.wrapped("SELECT count(*) FROM", "counted")
            else:
                statement = part.wrapped("SELECT count(*) FROM", "counted", [])
                statement = Statement(f"SELECT count(*) FROM ({part.sql} LIMIT %s) counted", [*part.params, cap - found])
            found += statement.rows(self.connection)[0][0]
            if cap is not None and found >= cap:
                break
        return found

    def _sum(self, name: str) -> Any:
        field = self.model._meta.get_field(name)
        column = str(field.column)  # type: ignore[union-attr]
        rows = self._filtered_rows.annotate(sort_key_=F(name)).values_list("id", "sort_key_")
        total: Any = None
        for part in self._matching(rows, self._read_columns({column})):
            value = part.wrapped("SELECT sum(sort_key_) FROM", "summed").rows(self.connection)[0][0]
            if value is not None:
                if isinstance(field, models.DecimalField):
                    value = round(Decimal(repr(value) if isinstance(value, float) else value), field.decimal_places)
                total = value if total is None else total + value
        return total

    def _all_ids(self) -> array[int]:
        if self.reach.nothing:
            return array("q")
        if not self._hot:
            return array("q", (row[0] for row in self._gather(self._all_keys(), None)))
        found = array("q")
        for empty in [False, True] if self.keys[0].nullable else [None]:
            order = _Order(self.keys[0], self.keys[0].descending, empty)
            rows = self._behind(self._base, order, None)
            if self.reach.owners is None and self._few is None:
                statement = compiled(self.connection, rows.order_by(*order.terms), index=self._walk_index)
            else:
                statement = together(self._matching(rows), order.sql)
            found.extend(row[0] for row in statement.rows(self.connection))
        return found

    def _matching(self, rows: Rows, columns: set[str] | None = None) -> list[Statement]:
        """Everything found, unordered, in parts that share no row. `columns`: all that is read, None for too much."""
        if self.reach.nothing:
            return []
        if self._few is not None:
            driver = list_driver(self.connection, self._column("id"), self._few, "few")
            return [compiled(self.connection, self._within_scope(rows), driver, "")]
        if self.reach.owners is None:
            return [compiled(self.connection, rows, index=self._covering((), columns))]
        parts = []
        if self.reach.owners:
            lead = ("owner_id",)
            index = self._covering(lead, columns)
            if self.sqlite:
                driver = list_driver(self.connection, self._column("owner_id"), self.reach.owners, "mine")
                parts.append(compiled(self.connection, rows, driver, index))
            else:
                parts.append(compiled(self.connection, self._owned(rows)))
        if self.reach.shares:
            parts.append(compiled(self.connection, self._not_owned(rows), self._share_driver, self._share_index))
        return parts

    def _covering(self, lead: tuple[str, ...], columns: set[str] | None) -> str | None:
        """The name of an index that holds all that is read, or at least leads to the rows of an owner."""
        found = self._known.covering(lead, sorted(columns)) if columns is not None and self._partial else None
        if found is None and lead and self._partial and not self._filtered:
            found = self._known.covering(lead, [])
        return found.name if found else None

    def _read_columns(self, more: set[str]) -> set[str] | None:
        columns = None if self.words else filter_columns(self._filtered_rows)
        return None if columns is None else columns | more

    # Narrowing

    @cached_property
    def _few(self) -> list[int] | None:
        """Candidates, when a search or a filter leaves few; None when there are many or nothing narrows."""
        if self.reach.nothing or not self._filtered:
            return None
        if self.words:
            found = self._candidates()
            if found is not None:
                return found
        if self._small or not self.where:
            return None
        rows = self._state_rows.filter(self._where).values_list("id").order_by()
        found = []
        for part in self._matching_where(rows):
            found += [r[0] for r in Statement(f"{part.sql} LIMIT %s", [*part.params, FEW]).rows(self.connection)]
        return found if len(found) < FEW else None

    def _matching_where(self, rows: Rows) -> list[Statement]:
        columns = filter_columns(rows)
        if self.reach.owners is None:
            return [compiled(self.connection, rows)]
        parts = []
        if self.reach.owners:
            if self.sqlite:
                driver = list_driver(self.connection, self._column("owner_id"), self.reach.owners, "mine")
                parts.append(compiled(self.connection, rows, driver, self._covering(("owner_id",), columns)))
            else:
                parts.append(compiled(self.connection, self._owned(rows)))
        if self.reach.shares:
            parts.append(compiled(self.connection, self._not_owned(rows), self._share_driver, self._share_index))
        return parts

    def _candidates(self) -> list[int] | None:
        owners = self.reach.owners
        if not self.sqlite:
            if self._small and owners is not None:
                return None
            if expected(self.connection, self.model, self.words) > 4 * FEW:
                return None
            found = hits(self.connection, self.model, self.words, FEW)
            return found if len(found) < FEW else None
        if owners is None or len(owners) > 200:
            found = hits(self.connection, self.model, self.words, FEW)
            return found if len(found) < FEW else None
        found = hits(self.connection, self.model, self.words, FEW, owners) if owners else []
        if self.reach.shares and len(found) < FEW:
            rows = self._not_owned(self._state_rows).filter(self._row_test).values_list("id")
            shared = compiled(self.connection, rows, self._share_driver, self._share_index)
            found += [row[0] for row in shared.rows(self.connection)]
        return found if len(found) < FEW else None

    @cached_property
    def _small(self) -> bool:
        """Whether all the owners' rows together are few enough to look at each."""
        owners = self.reach.owners
        if owners is None:
            return False
        key = ("size", self._database, self.model._meta.label, owners)
        return _sizes.get(key, lambda: self._owners_size(), lambda size: 64 if size > DEAR else 0) <= SMALL

    def _owners_size(self) -> int:
        plain = Find(
            self.model,
            Scope(False, self.reach.owners or (), 0, False),
            state="live",
            using=self.using,
        )
        return plain._count(SMALL + 1)

    # Pieces

    @cached_property
    def _state_rows(self) -> Rows:
        rows = self.model._base_manager.using(self.using).filter(**STATES[self.state])
        return rows.annotate(sort_key_=F(self.keys[0].path)).values_list("id", "sort_key_")

    @cached_property
    def _where(self) -> Q:
        """The filter; one that joins to many is turned into a set of ids, lest a row come twice."""
        rows = self.model._base_manager.using(self.using).filter(self.where)
        return Q(pk__in=rows.values("pk")) if multiplies(rows) else self.where

    @cached_property
    def _base(self) -> Rows:
        rows = self._state_rows.filter(self._where)
        return rows.filter(self._row_test) if self.words else rows

    @cached_property
    def _filtered_rows(self) -> Rows:
        rows = self.model._base_manager.using(self.using).filter(**STATES[self.state]).filter(self._where).order_by()
        return rows.filter(self._row_test) if self.words else rows

    @cached_property
    def _row_test(self) -> Any:
        return condition(*row_test(self.connection, self.model, self.words, self.table))

    def _column(self, name: str) -> str:
        return f"{self.table}.{self.connection.ops.quote_name(name)}"

    def _within_scope(self, rows: Rows) -> Rows:
        return rows if self.reach.owners is None else rows.filter(self.scope.rows())

    def _owned(self, rows: Rows) -> Rows:
        return rows if self.reach.owners is None else rows.filter(self._owner_test(self.reach.owners))

    def _not_owned(self, rows: Rows) -> Rows:
        mine = self.scope.owner_ids
        if not mine:
            return rows
        return rows.filter(Q(owner_id__isnull=True) | ~self._owner_test(mine))

    def _owner_test(self, owners: Sequence[int]) -> Q:
        column = self._column("owner_id")
        if self.sqlite:
            return Q(condition(f"{column} IN ({', '.join(str(int(owner)) for owner in owners) or 'NULL'})"))
        return Q(condition(f"{column} = ANY(%s)", [list(owners)]))

    @property
    def _share_driver(self) -> Driver:
        scope = self.scope
        return share_driver(
            self._column(scope.share_column), scope.user_id, scope.share_entity, scope.writable
        )

    @property
    def _share_index(self) -> str | None:
        return "" if self.scope.share_column == "id" else None

    def _behind(self, rows: Rows, order: _Order, place: Place | None) -> Rows:
        """Only rows of the order's part, and behind the place."""
        if order.empty is not None:
            rows = rows.filter(**{f"{order.key.path}__isnull": order.empty})
        return rows if place is None else rows.filter(self._beyond(order, place))

    def _beyond(self, order: _Order, place: Place, inverse: bool = False) -> Any:
        """Rows behind the place; with `inverse` those up to it, itself too."""
        sign = "<" if order.descending else ">"
        if inverse:
            sign = ">=" if order.descending else "<="
        if order.empty or order.key.path == "id":
            return condition(f"{self._column('id')} {sign} %s", [place.id])
        column = self._column(str(order.key.field.column))  # type: ignore[union-attr]
        value = place.value if self.sqlite else str(place.value)
        return condition(f"({column}, {self._column('id')}) {sign} (%s, %s)", [value, place.id])

    @property
    def _filtered(self) -> bool:
        return bool(self.where) or bool(self.words)

    @property
    def _partial(self) -> bool:
        """Whether the indexes hold the rows of this state."""
        return self.state != "bin"

    @property
    def _place_field(self) -> models.Field[Any, Any] | None:
        return self.keys[0].field if self._hot else None

    @cached_property
    def _known(self) -> Indexes:
        key = (self._database, self.model)
        if key not in _indexes:
            _indexes[key] = Indexes(self.connection, self.model)
        return _indexes[key]

    @cached_property
    def _hot(self) -> bool:
        """Whether an index lies in the order of the sort."""
        key = self.keys[0]
        if not self._partial or key.field is None or len(self.keys) > 2 or self.keys[-1].descending != key.descending:
            return False
        if self.reach.owners is None and key.path == "id":
            return True
        return self._known.walking(self._lead, self._key_column) is not None

    @property
    def _lead(self) -> tuple[str, ...]:
        return () if self.reach.owners is None else ("owner_id",)

    @property
    def _key_column(self) -> str:
        field = self.keys[0].field
        return "id" if field is None or field.primary_key else str(field.column)

    @property
    def _walk_index(self) -> str | None:
        found: Index | None = self._known.walking((), self._key_column)
        return found.name if found else ("" if self._key_column == "id" else None)

    @property
    def _own_index(self) -> str | None:
        found = self._known.walking(("owner_id",), self._key_column)
        return found.name if found else None

    @property
    def _database(self) -> str:
        return f"{self.using} {self.connection.settings_dict['NAME']} {getattr(self.connection, 'schema_name', '')}"

    @cached_property
    def _cache_key(self) -> tuple[Any, ...]:
        statement = compiled(self.connection, self._filtered_rows.values_list("id"))
        return (
            self._database,
            self.state,
            self.reach.key,
            tuple((key.path, key.descending) for key in self.keys),
            statement.sql,
            repr(statement.params),
        )

    def _rows(self, statement: Statement) -> list[Row]:
        return [(row[0], row[1]) for row in statement.rows(self.connection)]


@dataclass(frozen=True)
class _Order:
    """The walked order of one part: `empty` tells of rows without a value."""

    key: Key
    descending: bool
    empty: bool | None

    @property
    def terms(self) -> list[str]:
        """For order_by; NULLs need no word, since a part has only them or none."""
        sign = "-" if self.descending else ""
        return [f"{sign}id"] if self.key.path == "id" else [f"{sign}{self.key.path}", f"{sign}id"]

    @property
    def sql(self) -> str:
        """For a query around the rows."""
        word = "DESC" if self.descending else "ASC"
        return f"ORDER BY sort_key_ {word}, id {word}"

    def sorted(self, rows: list[Row]) -> list[Row]:
        """Rows of several queries in one order."""
        return sorted(rows, key=lambda row: row[0] if self.empty else (row[1], row[0]), reverse=self.descending)


def _worth(number: int) -> int:
    return 64 if number >= DEAR else 0


def _weight(ids: array[int]) -> int:
    return len(ids) * ids.itemsize if len(ids) >= DEAR else 0
