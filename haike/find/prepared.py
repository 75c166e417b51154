"""Queries of the ORM that are compiled once and then run with other keys.

Django takes a millisecond to put together what a page asks again and again: the rows of a list by their keys, what is
open in the strip, how many attachments each row has. Only the keys differ, so the SQL is kept with all it was made of,
and rows become records as Django makes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import BooleanField, Count, QuerySet, prefetch_related_objects
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators

LARGEST = 2**63 - 1
"""No key is larger; PostgreSQL would refuse the question. An address may hold any number."""
MOST = 1_000
"""So many queries are kept; whoever sees other owners or chooses other columns makes new ones."""
GIVEN, ALONE = object(), object()
"""They stand in a kept query where the keys go, or the only one."""


@dataclass(frozen=True)
class Prepared:
    """A compiled query: what is executed, and what makes of its rows what the queryset would give."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, list[Any], Any], ...]
    read: Callable[[Sequence[Any]], Any]
    prefetch: tuple[Any, ...]
    database: str

    def run(self, ids: Sequence[Any]) -> list[Any]:
        """The rows with these keys, in no order but the queryset's own."""
        connection = connections[self.database]
        given = {GIVEN: _listed(ids, connection), ALONE: ids[0] if ids else None}
        # Without keys the rights alone decide how the rows are best found, so that is planned anew.
        planned = getattr(connection, "planned_cursor", connection.cursor) if ids else connection.cursor
        with planned() as cursor:
            cursor.execute(self.sql, [given[value] if type(value) is object else value for value in self.params])
            rows = cursor.fetchall()
        if self.converters:
            rows = self._converted(rows, connection)
        found = [self.read(row) for row in rows]
        if self.prefetch:
            prefetch_related_objects(found, *self.prefetch)
        return found

    def _converted(self, rows: list[Any], connection: Any) -> list[Any]:
        # Column by column: a page of a list has some five hundred values, most of them moments.
        found = [list(row) for row in rows]
        for place, converters, expression in self.converters:
            if converters == [_moment]:
                # The most by far, so without a call for each.
                for row in found:
                    value = row[place]
                    if type(value) is datetime and value.tzinfo is None:
                        row[place] = value.replace(tzinfo=UTC)
                    elif value is not None:
                        row[place] = _moment(value, expression, connection)
                continue
            for convert in converters:
                for row in found:
                    row[place] = convert(row[place], expression, connection)
        return found


def _moment(value: Any, expression: Any, connection: Any) -> Any:
    """What Django makes of a moment of SQLite, at a quarter of the time: it keeps moments in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


def _quick(convert: Any, connection: Any) -> Any:
    """The converter, or a quicker one that does the same."""
    named, sqlite = getattr(convert, "__qualname__", ""), connection.vendor == "sqlite"
    if named.endswith("convert_datetimefield_value") and sqlite and connection.timezone is UTC:
        return _moment
    if named == "JSONField.from_db_value":
        return partial(_json, convert)
    if "get_decimalfield_converter" in named and sqlite:
        return partial(_decimal, convert, {})
    return convert


def _json(convert: Any, value: Any, expression: Any, connection: Any) -> Any:
    """Most records have nothing in them."""
    return {} if value == "{}" else [] if value == "[]" else convert(value, expression, connection)


def _decimal(convert: Any, known: dict[int, Any], value: Any, expression: Any, connection: Any) -> Any:
    """Most sums are nought."""
    if value != 0:
        return convert(value, expression, connection)
    if 0 not in known:
        known[0] = convert(0, expression, connection)
    return known[0]


_kept: dict[Hashable, Prepared | None] = {}


def keyed(model: type[models.Model], column: str = "id") -> RawSQL:
    """A condition for `filter`: the column is one of the keys that `prepared` is given."""
    return _among(model, column, GIVEN)


def among(model: type[models.Model], keys: Iterable[int], column: str = "id") -> RawSQL:
    """A condition for `filter`: the column is one of these keys.

    They are one value of the query; `pk__in` would look at each of some hundred several times.
    """
    return _among(model, column, _listed(keys, connections[model._base_manager.db]))


def _listed(keys: Iterable[int], connection: Any) -> Any:
    """Keys as one value."""
    return json.dumps(list(keys)) if connection.vendor == "sqlite" else list(keys)


def _among(model: type[models.Model], column: str, keys: Any) -> RawSQL:
    connection = connections[model._base_manager.db]
    name = _name(model, column)
    test = "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s::bigint[])"
    return RawSQL(f"{name} {test}", [keys], output_field=BooleanField())  # noqa: S611 - names of our own tables


def keyed_alone(model: type[models.Model], column: str = "id") -> RawSQL:
    """A condition for `filter`: the column is the only key that is given; simpler than `keyed` for the database."""
    return RawSQL(f"{_name(model, column)} = %s", [ALONE], output_field=BooleanField())  # noqa: S611 - as above


def _name(model: type[models.Model], column: str) -> str:
    quote = connections[model._base_manager.db].ops.quote_name
    return f"{quote(model._meta.db_table)}.{quote(column)}"


def prepared(key: Hashable, rows: Callable[[], QuerySet[Any, Any]], ids: Sequence[int]) -> list[Any]:
    """What `rows()`, filtered by `keyed`, gives for these keys.

    `key` tells everything else that the query depends on, such as the scope of its reader; `rows` is called once for
    each.
    """
    ids = [id for id in ids if abs(id) <= LARGEST]
    found = _remembered(key, rows) if ids else None
    return found.run(ids) if found is not None else []


def prepared_whole(key: Hashable, rows: Callable[[], QuerySet[Any, Any]]) -> list[Any]:
    """What `rows()` gives, which takes no keys; `key` as for `prepared`."""
    found = _remembered(key, rows, places=0)
    return found.run(()) if found is not None else []


def _remembered(key: Hashable, rows: Callable[[], QuerySet[Any, Any]], places: int = 1) -> Prepared | None:
    # Engines differ in their SQL; tests use several in one process.
    whole = (connections["default"].vendor, key)
    if whole not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[whole] = _compiled(rows(), places)
    return _kept[whole]


@dataclass(frozen=True)
class Counted:
    """The question how many of `rows()` have a key in a column of their table; `key` as for `prepared`."""

    key: Hashable
    rows: Callable[[], QuerySet[Any, Any]]
    column: str

    def _query(self) -> QuerySet[Any, Any]:
        found = self.rows()
        some = found.filter(keyed_alone(found.model, self.column)).order_by()
        return some.values_list(self.column).annotate(number=Count("pk"))

    @property
    def compiled(self) -> Prepared | None:
        """What is executed; None where no row can be found."""
        return _remembered((self.key, self.column), self._query)


def count_each(asked: Sequence[Counted], id: int) -> list[int]:
    """How many each of these finds with one key, by one query for all."""
    found = {place: query for place, each in enumerate(asked) if (query := each.compiled) is not None}
    numbers = [0] * len(asked)
    if found:
        arms = [f'SELECT {place} AS place, "number" FROM ({query.sql}) c{place}' for place, query in found.items()]
        first = next(iter(found.values()))
        whole = Prepared(
            " UNION ALL ".join(arms), sum((query.params for query in found.values()), ()), (), tuple, (), first.database
        )
        for place, number in whole.run([id]):
            numbers[place] = number
    return numbers


@dataclass(frozen=True)
class Tally:
    """How many all of these find with one key together, and `more`; not asked yet, so that a page asks for all of its
    numbers at once."""

    asked: tuple[Counted, ...]
    id: int
    more: int = 0


def tallied(numbers: Sequence[int | Tally | None]) -> list[int | None]:
    """The numbers, after one query for all with the same key."""
    by_id: dict[int, list[Counted]] = {}
    for each in numbers:
        if isinstance(each, Tally):
            by_id.setdefault(each.id, []).extend(each.asked)
    found = {id: iter(count_each(asked, id)) for id, asked in by_id.items()}
    return [
        each.more + sum(next(found[each.id]) for _ in each.asked) if isinstance(each, Tally) else each
        for each in numbers
    ]


def run_once(rows: Callable[[], QuerySet[Any, Any]], ids: Sequence[int]) -> list[Any]:
    """The same for a query that is not worth keeping, such as the part behind a certain place."""
    found = _compiled(rows())
    return found.run(ids) if found is not None else []


def run_each(rows: QuerySet[Any, Any], keys: Sequence[Any]) -> list[list[Any]]:
    """What a queryset filtered by `keyed_alone` gives for each of these keys by itself, put together but once."""
    found = _compiled(rows)
    return [found.run([key]) if found is not None else [] for key in keys]


def _compiled(rows: QuerySet[Any, Any], places: int = 1) -> Prepared | None:
    """The queryset as it would be executed, None where Django sees that no row can be found."""
    compiler: Any = rows.query.get_compiler(using=rows.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    if sum(type(value) is object for value in params) != places:
        raise ValueError("a prepared query is given its keys in one place")
    converters = compiler.get_converters([column[0] for column in compiler.select])
    kept = tuple(
        (place, [_quick(each, compiler.connection) for each in functions], expression)
        for place, (functions, expression) in converters.items()
    )
    prefetch = tuple(rows._prefetch_related_lookups)  # type: ignore[attr-defined]
    return Prepared(sql, tuple(params), kept, _reader(rows, compiler), prefetch, rows.db)


def _reader(rows: Any, compiler: Any) -> Callable[[Sequence[Any]], Any]:
    kind = rows._iterable_class
    if issubclass(kind, ValuesListIterable):
        return tuple
    if kind is not ModelIterable or rows.query.annotations:
        raise ValueError("a prepared query gives records or tuples")
    select, info, database = compiler.select, compiler.klass_info, rows.db
    model, fields = info["model"], info["select_fields"]
    first, last = fields[0], fields[-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    populators = get_related_populators(info, select, database)  # type: ignore[call-arg]  # stubs of Django 6

    def read(row: Sequence[Any]) -> Any:
        record = model.from_db(database, names, row[first:last])
        for each in populators:
            each.populate(row, record)
        return record

    return read
