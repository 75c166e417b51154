"""Numbers of a list by groups: how many rows, and sums, means and ends of columns, for each value of some keys.

A key is a column of the model's own table, its first characters (regions), or the span of time in which it lies. Two
shapes: one GROUP BY over each part of the list, and on SQLite, for spans of time, a count for every owner and span
along an index `(owner, time, …)`, since sorting a million rows into groups takes ten times as long as passing them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import models

from haike.find.custom import sql_of
from haike.find.finder import Find, groups
from haike.find.indexes import Index
from haike.find.own_index import value_at
from haike.find.statement import Rows, Statement, compiled

MOST_SPANS = 400
"""Counting span by span pays for so many; from then on one pass is faster."""

DEAR = 20_000
"""Answers over so many rows are kept for some seconds: whoever sorts or turns a pivot asks for the same again."""


class TooManyGroups(Exception):
    """There are more groups than were asked for."""


@dataclass(frozen=True)
class By:
    """One key: a path to a column of the list's own table or to an own field.

    With `bounds`, which rise, the number of bounds that are not above the value; with `first`, its first characters.
    """

    path: str
    bounds: tuple[Any, ...] = ()
    first: int = 0


@dataclass(frozen=True)
class Figures:
    """What is known of one column in one group."""

    number: int
    sum: Any
    least: Any
    most: Any


@dataclass(frozen=True)
class Found:
    """One group: a value for each key, how many rows, figures for each column."""

    keys: tuple[Any, ...]
    number: int
    figures: tuple[Figures, ...]


def read_groups(find: Find, keys: Sequence[By], columns: Sequence[str] = (), *, most: int = 50_000) -> list[Found]:
    """The groups that have rows, in no order; one may come in several pieces. TooManyGroups where more than `most`."""
    grouping = _Grouping(find, keys, columns, most)
    try:
        key = ("groups", tuple(keys), tuple(columns), most, *find.key)
        return groups.get(key, lambda: list(grouping.found()), _weight)
    except EmptyResultSet:
        return []


def _weight(found: Sequence[Found]) -> int:
    """The room that an answer takes; one over few rows is not kept, so that it is always of this moment."""
    return 400 * len(found) if sum(group.number for group in found) >= DEAR else 0


def ends_of(find: Find, path: str) -> tuple[Any, Any]:
    """The least and the greatest value of a column: of what is found, or of the whole table where that is faster."""
    column = _sql(find, path)
    index = None if find.filtered else find.known.walking((), _column(find, path) or "")
    try:
        if index is not None and find.indexed:
            # Not narrowed to the scope: the ends of an index cost nothing, and whoever asks wants room enough.
            live = Statement(f"{find.column('deleted_at')} IS NULL")
            some = []
            for end in ("min", "max"):
                rows = Rows(find.table, Statement(f"{end}({column})"), tests=(live,))
                some += [row[0] for row in compiled(find.connection, rows, index=index.name).rows(find.connection)]
        else:
            rows = find.plain_rows.with_column(f"{column} AS edge")
            some = []
            for part in find.matching(rows, find.read_columns(_names(find, [path]))):
                some += part.within("SELECT min(edge), max(edge) FROM ({}) listed").rows(find.connection)[0]
    except EmptyResultSet:
        return None, None
    known = [value for value in some if value is not None]
    return (min(known), max(known)) if known else (None, None)


def _column(find: Find, path: str) -> str | None:
    """The column of the table, None for an own field."""
    return None if value_at(path) else str(find.model._meta.get_field(path).column)  # type: ignore[union-attr]


def _names(find: Find, paths: Sequence[str]) -> set[str]:
    return {_column(find, path) or "custom" for path in paths}


def _sql(find: Find, path: str) -> str:
    own = value_at(path)
    if own is None:
        return find.column(_column(find, path) or "")
    return sql_of(*own, find.column("custom"), find.connection.vendor)


class _Grouping:
    """The queries of one question."""

    def __init__(self, find: Find, keys: Sequence[By], columns: Sequence[str], most: int) -> None:
        self.find, self.keys, self.columns, self.most = find, keys, columns, most
        self.fields = [self._field(path) for path in columns]

    def _field(self, path: str) -> models.Field[Any, Any] | None:
        return None if value_at(path) else self.find.model._meta.get_field(path)  # type: ignore[return-value]

    def found(self) -> Iterator[Found]:
        """All groups."""
        if self.find.reach.nothing:
            return
        spans = self._along()
        if spans is not None:
            yield from spans
            return
        rows = self.find.plain_rows.with_column(
            ", ".join(
                [
                    *(f"{self._key(by)} AS key_{at}" for at, by in enumerate(self.keys)),
                    *(f"{_sql(self.find, path)} AS value_{at}" for at, path in enumerate(self.columns)),
                    "1 AS one",
                ]
            )
        )
        names = [f"key_{at}" for at in range(len(self.keys))]
        places = ", ".join(str(at + 1) for at in range(len(names)))
        frame = f"SELECT {', '.join([*names, *self._aggregates([f'value_{at}' for at in range(len(self.columns))])])}"
        frame += " FROM ({}) listed" + (f" GROUP BY {places}" if names else "") + f" LIMIT {self.most + 1}"
        for part in self._parts(rows):
            answers = part.within(frame).rows(self.find.connection)
            if len(answers) > self.most:
                raise TooManyGroups
            for answer in answers:
                if answer[len(names)]:
                    yield self._read(answer[: len(names)], answer[len(names) :])

    def _aggregates(self, columns: Sequence[str]) -> list[str]:
        each = (f"count({name}), sum({name}), min({name}), max({name})" for name in columns)
        return ["count(*)", *each]

    def _read(self, keys: Sequence[Any], values: Sequence[Any]) -> Found:
        figures = [
            Figures(values[at], *(self._number(field, value) for value in values[at + 1 : at + 4]))
            for at, field in zip(range(1, len(values), 4), self.fields, strict=True)
        ]
        return Found(tuple(keys), values[0], tuple(figures))

    @staticmethod
    def _number(field: models.Field[Any, Any] | None, value: Any) -> Any:
        """As exact as the column: SQLite knows no decimals."""
        if value is None or isinstance(field, models.IntegerField | models.FloatField):
            return value
        number = Decimal(repr(value) if isinstance(value, float) else value)
        return round(number, getattr(field, "decimal_places", None) or 10)

    def _parts(self, rows: Rows) -> list[Statement]:
        """The list in parts; who sees everything gets them along an index that has the groups together, if any."""
        find, names = self.find, self._read_names()
        plain = [_column(find, by.path) or "custom" for by in self.keys if not by.bounds and not by.first]
        if find.sqlite and find.reach.owners is None and not find.filtered and names is not None:
            for lead in ((*plain,), (*reversed(plain),)):
                index = find.known.covering(lead, sorted(names)) if find.indexed else None
                if index is not None:
                    return [compiled(find.connection, rows, index=index.name)]
        return find.matching(rows, names)

    def _read_names(self) -> set[str] | None:
        return self.find.read_columns(_names(self.find, [*(by.path for by in self.keys), *self.columns]))

    # -- keys ------------------------------------------------------------------------------------------------------

    def _key(self, by: By) -> str:
        column = _sql(self.find, by.path)
        if by.first:
            return f"substr({column}, 1, {int(by.first)})"
        if not by.bounds:
            return column
        if not self.find.sqlite:
            kind = {datetime: "timestamptz", date: "date"}.get(type(by.bounds[0]), "text")
            collate = ' COLLATE "C"' if kind == "text" else ""
            bounds = ", ".join(self._literal(bound) for bound in by.bounds)
            return f"width_bucket({column}, ARRAY[{bounds}]::{kind}[]{collate})"
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE {self._halved(column, by.bounds, 0, len(by.bounds))} END"

    def _halved(self, column: str, bounds: Sequence[Any], low: int, high: int) -> str:
        """The number of bounds not above the value, found by halving."""
        if low == high:
            return str(low)
        middle = (low + high + 1) // 2
        below, above = self._halved(column, bounds, low, middle - 1), self._halved(column, bounds, middle, high)
        return f"CASE WHEN {column} < {self._literal(bounds[middle - 1])} THEN {below} ELSE {above} END"

    def _literal(self, bound: Any) -> str:
        """A day or moment as the column holds it; what comes from no clock has no place here."""
        if isinstance(bound, datetime):
            moment = bound.astimezone(UTC)
            return f"'{moment:%Y-%m-%d %H:%M:%S}{'' if self.find.sqlite else '+00'}'"
        text = bound.isoformat() if isinstance(bound, date) else str(bound)
        datetime.fromisoformat(text.replace("Z", "+00:00"))
        return f"'{text}'"

    # -- along an index --------------------------------------------------------------------------------------------

    def _along(self) -> Iterator[Found] | None:
        """Owner by owner and span by span, None where no index has both together or it would not pay."""
        find = self.find
        timed = [by for by in self.keys if by.bounds]
        if not find.sqlite or find.words or not find.indexed or len(timed) != 1 or len(timed[0].bounds) > MOST_SPANS:
            return None
        names = self._read_names()
        column = _column(find, timed[0].path)
        others = [_column(find, by.path) for by in self.keys if not by.bounds]
        lead = "owner_id" if find.reach.owners is not None else next(iter(others), "")
        fits = set(others) <= {lead} and not any(by.first for by in self.keys)
        if names is None or column is None or lead is None or not fits:
            return None
        names = names | ({lead} if lead else set())
        way = (lead, column) if lead else (column,)
        index = find.known.covering(way, sorted(names))
        return None if index is None else self._spans(timed[0], column, lead, index)

    def _spans(self, timed: By, column: str, lead: str, index: Index) -> Iterator[Found]:
        find, quote = self.find, self.find.connection.ops.quote_name
        at = f"{find.column(column)}"
        edges = [None, *timed.bounds, None]
        spans = [(place, edges[place], edges[place + 1]) for place in range(len(edges) - 1)]
        tests = [
            f"({place}, {self._literal(low) if low is not None else repr('')}, "
            f"{self._literal(high) if high is not None else repr('~')})"
            for place, low, high in spans
        ]
        tied = f"{find.column(lead)} IS leads.v AND " if lead else ""
        aggregates = ", ".join(self._aggregates([_sql(find, path) for path in self.columns]))
        answer = f"json_array({aggregates})" if self.columns else aggregates

        def cell(when: str) -> Statement:
            base = Rows(find.table, Statement(answer), find.plain_rows.joins, find.plain_rows.tests)
            return compiled(find.connection, base.where(Statement(tied + when)), index=index.name)

        known, empty = cell(f"{at} >= spans.low AND {at} < spans.high"), cell(f"{at} IS NULL")
        leads, params = self._leads(lead, index)
        sql = (
            f"WITH RECURSIVE leads(v) AS ({leads}), spans(k, low, high) AS (VALUES {', '.join(tests)}) "
            f"SELECT leads.v, spans.k, ({known.sql}) FROM leads CROSS JOIN spans "
            f"UNION ALL SELECT leads.v, NULL, ({empty.sql}) FROM leads"
        )
        answers = Statement(sql, [*params, *known.params, *empty.params]).rows(find.connection)
        for owner, span, values in answers:
            read = orjson.loads(values) if self.columns else [values]
            if read[0]:
                yield self._read([span if by.bounds else owner for by in self.keys], read)
        if find.reach.shares:
            yield from self._shared(quote)

    def _leads(self, lead: str, index: Index) -> tuple[str, list[Any]]:
        """The owners in reach, or all values with which the index begins, one jump for each, and at last NULL."""
        find = self.find
        if not lead:
            return "SELECT NULL", []
        if find.reach.owners is not None:
            return "SELECT value FROM json_each(%s)", [orjson.dumps(find.reach.owners).decode()]
        name, column = find.connection.ops.quote_name(index.name), find.column(lead)
        first = f"SELECT min({column}) FROM {find.table} INDEXED BY {name} WHERE {find.column('deleted_at')} IS NULL"
        return f"{first} UNION ALL SELECT ({first} AND {column} > leads.v) FROM leads WHERE leads.v IS NOT NULL", []

    def _shared(self, quote: Any) -> Iterator[Found]:
        """What is shared and comes by no owner."""
        find = self.find
        rows = find.plain_rows.with_column(", ".join(f"{self._key(by)} AS key_{at}" for at, by in enumerate(self.keys)))
        if self.columns:
            values = ", ".join(f"{_sql(find, path)} AS value_{at}" for at, path in enumerate(self.columns))
            rows = rows.with_column(values)
        part = compiled(find.connection, find.not_owned(rows), find.share_driver, find.share_index)
        names = [f"key_{at}" for at in range(len(self.keys))]
        aggregates = self._aggregates([f"value_{at}" for at in range(len(self.columns))])
        places = ", ".join(str(at + 1) for at in range(len(names)))
        frame = f"SELECT {', '.join([*names, *aggregates])} FROM ({{}}) listed GROUP BY {places}"
        for answer in part.within(frame).rows(find.connection):
            yield self._read(answer[: len(names)], answer[len(names) :])
