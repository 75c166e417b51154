"""SQL made by Django's ORM, with what the ORM cannot say: the index to use, and what drives the query.

The ORM compiles the filters; the text behind `FROM "table"` is then put in by hand. On SQLite CROSS JOIN fixes the
order of the joins and INDEXED BY the index, so a plan does not depend on statistics that may be missing.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.sql import Query

from haike.find.share import Share

Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters."""

    sql: str
    params: list[Any] = field(default_factory=list)

    def ids(self, connection: BaseDatabaseWrapper) -> array[int]:
        """Run it for the column `id` alone: as one value, which for a million rows takes half the time of rows."""
        found = array("q")
        if connection.vendor == "sqlite":
            found.extend(orjson.loads(self.within("SELECT json_group_array(id) FROM ({})").rows(connection)[0][0]))
        else:
            packed = self.within("SELECT string_agg(int8send(id), '') FROM ({}) listed").rows(connection)[0][0]
            found.frombytes(packed or b"")
            found.byteswap()
        return found

    def within(self, frame: str) -> Statement:
        """This one in place of the braces of another."""
        return Statement(frame.format(self.sql), self.params)

    def limited(self, limit: int) -> Statement:
        """Its first rows."""
        return Statement(f"{self.sql} LIMIT %s", [*self.params, limit])

    def driver(self, name: str, column: str) -> Driver:
        """Its ids, looked up in the column one by one."""
        return Driver(f'({self.sql}) "{name}"', self.params, f'{column} = "{name}".id')

    def rows(self, connection: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
        """Run it."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return cursor.fetchall()


@dataclass(frozen=True)
class Driver:
    """What goes before the model's table in FROM, and the condition that ties the two together.

    Where `sql` is empty the condition alone, with the parameters, leads to the rows.
    """

    sql: str
    params: list[Any]
    condition: str


def condition(sql: str, params: Sequence[Any] = ()) -> RawSQL:
    """A piece of SQL as a filter of a queryset."""
    return RawSQL(sql, params, output_field=BooleanField())  # noqa: S611 - names are the model's, values parameters


def compiled(
    connection: BaseDatabaseWrapper,
    rows: Rows,
    driver: Driver | None = None,
    index: str | None = None,
    limit: int | None = None,
) -> Statement:
    """The queryset as SQL. `index` is a name, or "" for none but the row id; PostgreSQL chooses by itself.

    Raises EmptyResultSet when Django sees that no row can be found.
    """
    if driver is not None:
        rows = rows.filter(condition(driver.condition, [] if driver.sql else driver.params))
    if limit is not None:
        rows = rows[:limit]
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    source = f"FROM {connection.ops.quote_name(rows.model._meta.db_table)}"
    target, leading = source, []
    if driver is not None and driver.sql:
        target = f"FROM {driver.sql} CROSS JOIN{source[4:]}"
        leading = driver.params
    if index is not None and connection.vendor == "sqlite":
        target += f" INDEXED BY {connection.ops.quote_name(index)}" if index else " NOT INDEXED"
    if target != source:
        before, found, after = sql.partition(source)
        if not found or "%s" in before:
            raise ValueError(f"no place for a driver or an index in: {sql}")
        sql = before + target + after
    return Statement(sql, [*leading, *params])


def together(parts: Sequence[Statement], tail: str = "", params: Sequence[Any] = ()) -> Statement:
    """UNION ALL of the parts, none of which holds a row of another."""
    arms = " UNION ALL ".join(f"SELECT * FROM ({part.sql}) arm{at}" for at, part in enumerate(parts))
    every = [value for part in parts for value in part.params]
    return Statement(f"SELECT * FROM ({arms}) found {tail}", [*every, *params])


def list_driver(connection: BaseDatabaseWrapper, column: str, values: Sequence[int], name: str) -> Driver:
    """Rows whose column (qualified and quoted) is one of the values, looked up value by value."""
    if connection.vendor == "sqlite":
        return Driver(f'json_each(%s) "{name}"', [json.dumps(list(values))], f'{column} = "{name}".value')
    # A join with unnest() PostgreSQL sometimes turns round and reads the whole table.
    return Driver("", [list(values)], f"{column} = ANY(%s::bigint[])")


def share_driver(column: str, user_id: int, entity: str, writable: bool) -> Driver:
    """Rows shared with the user."""
    only = " AND can_write" if writable else ""
    return Driver(
        f'(SELECT record_id FROM "{Share._meta.db_table}" WHERE user_id = %s AND entity = %s{only}) "shared"',
        [user_id, entity],
        f'{column} = "shared".record_id',
    )


def multiplies(rows: Rows) -> bool:
    """Whether a filter of the queryset joins to many, so that a row could come twice."""
    fields: list[Any] = [getattr(join, "join_field", None) for join in rows.query.alias_map.values()]
    return any(field.many_to_many or field.one_to_many for field in fields if field is not None)


def filter_columns(rows: Rows) -> set[str] | None:
    """The columns that the filters read, None where they read more than the model's own table."""
    found: set[str] = set()
    if len([1 for alias, count in rows.query.alias_refcount.items() if count]) > 1:
        return None
    pending: list[Any] = [rows.query.where]
    while pending:
        node = pending.pop()
        if isinstance(node, models.expressions.Col):
            found.add("id" if node.target.primary_key else str(node.target.column))
        elif isinstance(node, (RawSQL, Query, Subquery)):
            return None
        elif hasattr(node, "children"):
            pending += node.children
        elif hasattr(node, "get_source_expressions"):
            pending += [each for each in node.get_source_expressions() if each is not None]
    return found
