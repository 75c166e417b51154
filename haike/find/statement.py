"""SQL with what Django's ORM cannot say: the index to use, and what drives the query.

The ORM compiles the filters, where there are any; the rest is put together by hand. On SQLite CROSS JOIN fixes the
order of the joins and INDEXED BY the index, so a plan does not depend on statistics that may be missing.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from django.core.exceptions import FullResultSet
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.sql import Query

from haike.find.share import Share


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


@dataclass(frozen=True)
class Rows:
    """A query of one model's table in the making: Django's ORM would take a millisecond for what is always the same.

    `table` is quoted; `joins` are the tables that a filter or a sort key reads besides, as the ORM wrote them.
    """

    table: str
    select: Statement
    joins: Statement = Statement("")
    tests: tuple[Statement, ...] = ()
    order: str = ""
    limit: int | None = None
    offset: int = 0

    def where(self, *tests: Statement) -> Rows:
        """Only those that pass these tests too."""
        return replace(self, tests=(*self.tests, *tests))

    def with_column(self, sql: str) -> Rows:
        """With one more column."""
        return replace(self, select=Statement(f"{self.select.sql}, {sql}", self.select.params))

    def ordered(self, order: str, limit: int | None = None, offset: int = 0) -> Rows:
        """In this order, from the offset on, so many."""
        return replace(self, order=order, limit=limit, offset=offset)


def compiled(
    connection: BaseDatabaseWrapper,
    rows: Rows,
    driver: Driver | None = None,
    index: str | None = None,
    limit: int | None = None,
) -> Statement:
    """The rows as SQL. `index` is a name, or "" for none but the row id; PostgreSQL chooses by itself."""
    table, tests, params = rows.table, rows.tests, [*rows.select.params]
    if driver is not None:
        tests = (*tests, Statement(driver.condition, [] if driver.sql else driver.params))
        if driver.sql:
            table = f"{driver.sql} CROSS JOIN {table}"
            params += driver.params
    if index is not None and connection.vendor == "sqlite":
        table += f" INDEXED BY {connection.ops.quote_name(index)}" if index else " NOT INDEXED"
    sql = f"SELECT {rows.select.sql} FROM {table}{rows.joins.sql}"
    params += rows.joins.params
    if tests:
        sql += " WHERE " + " AND ".join([f"({test.sql})" for test in tests])
        for test in tests:
            params += test.params
    if rows.order:
        sql += f" ORDER BY {rows.order}"
    limit = rows.limit if limit is None else limit
    if limit is not None:
        sql += " LIMIT %s"
        params.append(limit)
    if rows.offset:
        sql += " OFFSET %s"
        params.append(rows.offset)
    return Statement(sql, params)


def by_orm(connection: BaseDatabaseWrapper, rows: QuerySet[Any, Any]) -> Rows:
    """What the ORM makes of a queryset of values: its columns, joins and filter.

    Raises EmptyResultSet when Django sees that no row can be found.
    """
    compiler: Any = rows.query.get_compiler(connection=connection)
    __, __, group_by = compiler.pre_sql_setup()
    if group_by or compiler.having or compiler.qualify:
        raise ValueError("a filter of a list cannot group")
    sources, join_params = compiler.get_from_clause()
    table = connection.ops.quote_name(rows.model._meta.db_table)
    if sources[0] != table:
        raise ValueError(f"a list begins with its table, not with {sources[0]}")
    select = [
        f"{sql} AS {connection.ops.quote_name(alias)}" if alias else sql for __, (sql, __), alias in compiler.select
    ]
    select_params = [value for __, (__, params), __ in compiler.select for value in params]
    try:
        sql, params = compiler.compile(compiler.where)
    except FullResultSet:
        sql, params = "", []
    joins = "".join(f" {source.strip()}" for source in sources[1:])
    return Rows(
        table,
        Statement(", ".join(select), select_params),
        Statement(joins, list(join_params)),
        (Statement(sql, list(params)),) if sql else (),
    )


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


def among(rows: QuerySet[Any, Any], ids: Sequence[int]) -> QuerySet[Any, Any]:
    """Only the records with these keys.

    On PostgreSQL as one parameter: psycopg does not remember how it took a query with more than fifty apart.
    """
    connection = connections[rows.db]
    if connection.vendor == "sqlite":
        return rows.filter(pk__in=ids)
    key = f"{connection.ops.quote_name(rows.model._meta.db_table)}.{connection.ops.quote_name('id')}"
    return rows.filter(RawSQL(f"{key} = ANY(%s::bigint[])", [list(ids)], output_field=BooleanField()))  # noqa: S611


def share_driver(column: str, user_id: int, entity: str, writable: bool) -> Driver:
    """Rows shared with the user."""
    only = " AND can_write" if writable else ""
    return Driver(
        f'(SELECT record_id FROM "{Share._meta.db_table}" WHERE user_id = %s AND entity = %s{only}) "shared"',
        [user_id, entity],
        f'{column} = "shared".record_id',
    )


def multiplies(rows: QuerySet[Any, Any]) -> bool:
    """Whether a filter of the queryset joins to many, so that a row could come twice."""
    fields: list[Any] = [getattr(join, "join_field", None) for join in rows.query.alias_map.values()]
    return any(field.many_to_many or field.one_to_many for field in fields if field is not None)


def filter_columns(rows: QuerySet[Any, Any]) -> set[str] | None:
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
