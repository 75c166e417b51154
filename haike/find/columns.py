"""Which columns a query reads, worked out once instead of with each query.

A record has forty columns and more. Django 5.2 makes an expression of each column, writes its SQL, asks its field for
converters, and hashes it again for each query that has an order: half the time of a page. All of this follows from the
model, the joins and the fields asked for, which are the same again and again; only conditions, order and limits differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import sql
from django.db.models.sql.compiler import SQLCompiler

MOST = 1000
"""Kinds of reading that are remembered; users who choose columns for their lists make new ones."""


@dataclass(frozen=True)
class Columns:
    """The first part of a SELECT: what `get_select` gave, and what it noted down in the query about joined tables."""

    key: tuple[Any, ...]
    select: tuple[Any, Any, Any]
    joins: dict[str, Any]
    uses: dict[str, int]
    tables: dict[str, list[str]]


_known: dict[tuple[Any, ...], Columns] = {}


def _kind(join: Any) -> tuple[Any, ...]:
    return join.table_alias, join.parent_alias, join.join_type, getattr(join, "join_field", None)


class ColumnsCompiler(SQLCompiler):
    """Django's compiler with a memory for columns."""

    columns: Columns | None = None

    def get_select(self, with_col_aliases: bool = False) -> tuple[Any, Any, Any]:
        """The columns, remembered for queries that read plain models."""
        query = self.query
        plain = query.default_cols and query.selected is None
        if not plain or with_col_aliases or query.combinator or query.annotations or query.extra or query.distinct:
            return super().get_select(with_col_aliases)
        names, defer = query.deferred_loading
        # Joins that the conditions made are used again for the columns of the same table.
        joined = tuple(map(_kind, query.alias_map.values())) if query.select_related else query.base_table
        key = (query.model, joined, str(query.select_related), frozenset(names), defer, self.connection.vendor)
        self.columns = _known.get(key)
        if self.columns is None:
            self.columns = self._work_out(key)
        else:
            query.alias_map.update(self.columns.joins)
            query.table_map.update({table: list(aliases) for table, aliases in self.columns.tables.items()})
            for alias, number in self.columns.uses.items():
                query.alias_refcount[alias] = query.alias_refcount.get(alias, 0) + number
        return self.columns.select

    def _work_out(self, key: tuple[Any, ...]) -> Columns:
        query = self.query
        before, used = query.alias_map.copy(), query.alias_refcount.copy()
        select = super().get_select()
        joins = {alias: join for alias, join in query.alias_map.items() if before.get(alias) is not join}
        uses = {alias: number - used.get(alias, 0) for alias, number in query.alias_refcount.items()}
        tables = {table: list(aliases) for table, aliases in query.table_map.items()}
        found = Columns(key, select, joins, {alias: number for alias, number in uses.items() if number}, tables)
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = found
        return found

    def get_order_by(self) -> list[Any]:
        """The order. Django compares it with each column to write numbers instead of names; names do as well."""
        if self.columns is None:
            return super().get_order_by()
        select, self.select = self.select, ()
        try:
            return super().get_order_by()
        finally:
            self.select = select

    def get_converters(self, expressions: Any) -> dict[int, Any]:
        """How values are converted; kept with the connection, whose methods some of them are."""
        if self.columns is None:
            return super().get_converters(expressions)
        kept: dict[Any, Any] = self.connection.__dict__.setdefault("_haike_converters", {})
        found = kept.get(self.columns.key)
        if found is None:
            if len(kept) >= MOST:
                kept.clear()
            found = kept[self.columns.key] = super().get_converters(expressions)
        return found


class ColumnsQuery(sql.Query):
    """A query that reads by ColumnsCompiler."""

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:
        """The compiler of the database; one that is not Django's common one is left alone."""
        found = super().get_compiler(using, connection, elide_empty)
        if type(found) is SQLCompiler:
            found.__class__ = ColumnsCompiler
        return found
