"""What the queries of one list are made of: its rows, its scope, its place in an order, its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connections, models
from django.db.models import F, Q, QuerySet
from django.db.utils import DEFAULT_DB_ALIAS

from haike.find.custom import sql_of
from haike.find.index.hits import row_test
from haike.find.index.tokens import fold_words
from haike.find.indexes import Indexes
from haike.find.order import Key, Place, keys_of
from haike.find.own_index import WALKED
from haike.find.reach import Reach
from haike.find.scope import Scope
from haike.find.statement import (
    Driver,
    Rows,
    Statement,
    by_orm,
    filter_columns,
    list_driver,
    multiplies,
    share_driver,
)

STATES: dict[str, dict[str, bool]] = {
    "active": {"archived_at": True, "deleted_at": True},
    "archived": {"archived_at": False, "deleted_at": True},
    "live": {"deleted_at": True},
    "bin": {"deleted_at": False},
}
"""Columns that are empty (True) or not in the rows of each state."""

known_indexes: dict[tuple[Any, ...], Indexes] = {}


@dataclass(frozen=True)
class Order:
    """The walked order of rows with a value of the key (`empty` False), without one (True), or of a key that every
    row has (None). Rows without a value come last, so a list is walked in two parts that no NULL ever mixes."""

    key: Key
    descending: bool
    empty: bool | None

    @property
    def sql(self) -> str:
        """For a query around the rows."""
        word = "DESC" if self.descending else "ASC"
        return f"ORDER BY sort_key_ {word}, id {word}"

    def sorted(self, rows: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        """Rows of several queries in this order."""
        return sorted(rows, key=lambda row: row[0] if self.empty else (row[1], row[0]), reverse=self.descending)


class Pieces:
    """One list, and the parts of its queries."""

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
        self.given, self.sort = where if where is not None else Q(), sort
        self.where = self.given & scope.narrowed
        self.words = fold_words(words)
        self.connection = connections[using]
        self.sqlite = self.connection.vendor == "sqlite"
        self.table = self.connection.ops.quote_name(model._meta.db_table)
        self.reach = Reach.of(scope, self.where)
        self.keys = keys_of(model, sort or [f"-{self.known.first_key(self.lead) or 'id'}"])

    def column(self, name: str) -> str:
        """A column of the model's table, quoted."""
        return f"{self.table}.{self.connection.ops.quote_name(name)}"

    @property
    def database(self) -> str:
        """What tells this database and schema from others in the process."""
        return f"{self.using} {self.connection.settings_dict['NAME']} {getattr(self.connection, 'schema_name', '')}"

    # Rows

    @cached_property
    def filtered(self) -> bool:
        """Whether anything but scope and state narrows."""
        return bool(self.where) or bool(self.words)

    @cached_property
    def state_tests(self) -> tuple[Statement, ...]:
        """What a row of this state passes."""
        empty = {True: "IS NULL", False: "IS NOT NULL"}
        return tuple(Statement(f"{self.column(name)} {empty[test]}") for name, test in STATES[self.state].items())

    @cached_property
    def sort_keys(self) -> dict[str, Key]:
        """The sort keys by the names their columns have in a query; the id, as the last one, is there anyway."""
        return {f"sort_key_{at or ''}": key for at, key in enumerate(self.keys) if not at or key.path != "id"}

    @cached_property
    def state_rows(self) -> Rows:
        """Rows of this state, unfiltered, as (id, sort key, further sort keys)."""
        if any(key.field is None for key in self.sort_keys.values()):
            return self.from_orm(self.model._base_manager.using(self.using), self.sort_keys)
        names = {name: str(key.field.column) for name, key in self.sort_keys.items() if key.field}
        columns = [f"{self.column(column)} AS {name}" for name, column in names.items()]
        return Rows(self.table, Statement(", ".join([f"{self.column('id')} AS id", *columns])), tests=self.state_tests)

    def from_orm(self, rows: QuerySet[Any, Any], keys: dict[str, Key]) -> Rows:
        """A queryset's rows of this state, as (id, keys)."""
        keyed = rows.order_by().annotate(**{name: F(key.path) for name, key in keys.items()})
        return by_orm(self.connection, keyed.values_list("id", *keys)).where(*self.state_tests)

    @cached_property
    def filtered_rows(self) -> QuerySet[Any, Any]:
        """All that the filter leaves; one that joins to many is turned into a set of ids, lest a row come twice."""
        every = self.model._base_manager.using(self.using)
        rows = every.filter(self.where)
        return every.filter(pk__in=rows.values("pk")) if multiplies(rows) else rows

    @cached_property
    def rows(self) -> Rows:
        """Rows of this state, filtered, as (id, sort key …); scope and search come on top."""
        return self.from_orm(self.filtered_rows, self.sort_keys) if self.where else self.state_rows

    @cached_property
    def plain_rows(self) -> Rows:
        """The same as ids, without a look at the sort key."""
        if self.where:
            return self.from_orm(self.filtered_rows, {})
        return Rows(self.table, Statement(f"{self.column('id')} AS id"), tests=self.state_tests)

    @cached_property
    def columns_tested(self) -> set[str] | None:
        """The columns that filter and state read, None where they read other tables."""
        found = filter_columns(self.filtered_rows) if self.where else set()
        return None if found is None else found | set(STATES[self.state])

    def searched(self, rows: Rows) -> Rows:
        """Only rows whose text has the words."""
        if not self.words:
            return rows
        sql, params = row_test(self.connection, self.model, self.words, self.table)
        return rows.where(Statement(sql, [*params]))

    @property
    def order_sql(self) -> str:
        """ORDER BY for a query around `rows`, whatever the sort."""
        terms = []
        for at, key in enumerate(self.keys):
            word, last = "DESC" if key.descending else "ASC", " NULLS LAST" if key.nullable else ""
            terms.append(f"id {word}" if at and key.path == "id" else f"sort_key_{at or ''} {word}{last}")
        return f"ORDER BY {', '.join(terms)}"

    # Scope

    def within_scope(self, rows: Rows) -> Rows:
        """Only rows of the scope, by whichever way."""
        scope = self.scope
        if scope.everything:
            return rows
        owned = self.owner_test(scope.owner_ids)
        if not scope.shared:
            return rows.where(owned)
        shared = share_driver("", scope.user_id, scope.share_entity, scope.writable)
        record = self.column(scope.share_column)
        found = Statement(f"{record} IN (SELECT record_id FROM {shared.sql})", shared.params)
        return rows.where(Statement(f"{owned.sql} OR {found.sql}", [*owned.params, *found.params]))

    def owned(self, rows: Rows) -> Rows:
        """Only rows of the owners in reach."""
        return rows if self.reach.owners is None else rows.where(self.owner_test(self.reach.owners))

    def not_owned(self, rows: Rows) -> Rows:
        """Only rows that come by no owner of the scope, for the part of the shares."""
        if not self.scope.owner_ids:
            return rows
        test = self.owner_test(self.scope.owner_ids)
        return rows.where(Statement(f"{self.column('owner_id')} IS NULL OR NOT ({test.sql})", test.params))

    def owner_test(self, owners: Sequence[int]) -> Statement:
        """Whether a row's owner is one of these."""
        column = self.column("owner_id")
        if self.sqlite:
            return Statement(f"{column} IN ({', '.join(str(int(owner)) for owner in owners) or 'NULL'})")
        return Statement(f"{column} = ANY(%s::bigint[])", [list(owners)])

    @property
    def share_driver(self) -> Driver:
        """Rows shared with the user."""
        scope = self.scope
        return share_driver(self.column(scope.share_column), scope.user_id, scope.share_entity, scope.writable)

    @property
    def share_index(self) -> str | None:
        """The row id finds them, or whichever index the planner knows for the parent's key."""
        return "" if self.scope.share_column == "id" else None

    def id_driver(self, ids: Sequence[int]) -> Driver:
        """Rows with these ids."""
        return list_driver(self.connection, self.column("id"), ids, "few")

    # Order

    def behind(self, rows: Rows, order: Order, place: Place | None) -> Rows:
        """Only rows of the order's part, and behind the place."""
        if order.empty is not None:
            rows = rows.where(Statement(f"{self.key_sql} IS {'' if order.empty else 'NOT '}NULL"))
        return rows if place is None else rows.where(self.beyond(order, place))

    def along(self, rows: Rows, order: Order, limit: int | None = None, offset: int = 0) -> Rows:
        """In the order of an index."""
        word = "DESC" if order.descending else "ASC"
        columns = dict.fromkeys((self.key_sql, self.column("id")))
        return rows.ordered(", ".join(f"{column} {word}" for column in columns), limit, offset)

    def beyond(self, order: Order, place: Place, *, until: bool = False) -> Statement:
        """Rows behind the place; with `until` those up to it, itself too."""
        sign = "<" if order.descending else ">"
        if until:
            sign = ">=" if order.descending else "<="
        if order.empty or order.key.path == "id":
            return Statement(f"{self.column('id')} {sign} %s", [place.id])
        # As text without a type PostgreSQL reads back what it gave, whatever the column is.
        value = place.value if self.sqlite else str(place.value)
        return Statement(f"({self.key_sql}, {self.column('id')}) {sign} (%s, %s)", [value, place.id])

    # Indexes

    @property
    def lead(self) -> tuple[str, ...]:
        """What an index begins with before the sort key."""
        return () if self.reach.owners is None else ("owner_id",)

    @property
    def key_column(self) -> str:
        """The column of the first sort key, or the path of an own field."""
        key = self.keys[0]
        if key.own:
            return key.path
        return "id" if key.field is None or key.field.primary_key else str(key.field.column)

    @property
    def key_sql(self) -> str:
        """The first sort key in a query, for an own field to the letter as its indexes have it."""
        own = self.keys[0].own
        if own is None:
            return self.column(self.key_column)
        return sql_of(*own, self.column("custom"), self.connection.vendor)

    @cached_property
    def known(self) -> Indexes:
        """The indexes of the table as it is now."""
        key = (self.database, self.model)
        if key not in known_indexes:
            known_indexes[key] = Indexes(self.connection, self.model)
        return known_indexes[key]

    @property
    def indexed(self) -> bool:
        """Whether the indexes hold the rows of this state; they leave out the recycle bin."""
        return self.state != "bin"

    @cached_property
    def hot(self) -> bool:
        """Whether an index lies in the order of the sort."""
        key = self.keys[0]
        if key.field is None and (key.own is None or key.own[0] not in WALKED):
            return False
        if not self.indexed or len(self.keys) > 2 or self.keys[-1].descending != key.descending:
            return False
        if self.reach.owners is None and key.path == "id":
            return True
        return self.known.walking(self.lead, self.key_column) is not None

    @property
    def walk_index(self) -> str | None:
        """The name of the index in which all rows lie in order, "" for the table itself."""
        found = self.known.walking((), self.key_column)
        return found.name if found else ("" if self.key_column == "id" else None)

    @property
    def own_index(self) -> str | None:
        """The name of the index in which the rows of each owner lie in order."""
        found = self.known.walking(("owner_id",), self.key_column)
        return found.name if found else None

    def covering(self, lead: tuple[str, ...], columns: set[str] | None) -> str | None:
        """The name of an index that holds all columns that are read (None: too many to tell).

        Without one, unfiltered rows of an owner come by any index that begins with him.
        """
        if not self.indexed:
            return None
        found = self.known.covering(lead, sorted(columns)) if columns is not None else None
        if found is None and lead and not self.filtered:
            found = self.known.covering(lead, [])
        return found.name if found else None
