"""A list: which records, in which order, how many, and sums over them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Q
from django.db.models.signals import post_migrate

from haike.find.memory import Memory
from haike.find.order import Place
from haike.find.pieces import Order, known_indexes
from haike.find.shapes import Row, Shapes, sizes
from haike.find.statement import compiled

CAP = 10_001

counts = Memory(15, 1 << 20)
lists = Memory(60, 24 << 20)
groups = Memory(15, 8 << 20)


def forget(**signal: object) -> None:
    """Drop what this process remembers of lists and of their indexes; also after each migration."""
    for memory in (counts, lists, groups, sizes):
        memory.clear()
    known_indexes.clear()


post_migrate.connect(forget, dispatch_uid="haike.find")


@dataclass(frozen=True)
class Page:
    """The ids of one page in order; `after` and `before` lead to the next and the previous one, None at the ends."""

    ids: list[int]
    after: str | None
    before: str | None


class Find(Shapes):
    """A list of one model's records within a scope.

    `where` filters, `words` searches, `sort` names fields, "-" before those that descend; records without a value
    come last, and without a sort the first hot one is taken, newest or largest first. `state` is "active", "archived",
    "live" (both) or "bin".
    """

    OFFSETS: ClassVar[int] = 1_000
    """Up to so many rows before a page are passed each time; beyond that the order of the whole list is kept."""
    DEAR: ClassVar[int] = 200
    """Counts and orders of fewer rows are made anew each time, so whoever adds the third record reads 3."""

    def narrowed(self, also: Q) -> Find:
        """The same list with one more condition; what the search told of its words is not asked again."""
        where = self.given & also
        found = Find(self.model, self.scope, where=where, sort=self.sort, state=self.state, using=self.using)
        found.words, found.candidates = self.words, self.candidates
        return found

    def page(self, size: int, number: int = 1, *, after: str | None = None, before: str | None = None) -> Page:
        """A page by its number, or the one after or before a place that another page gave."""
        field = self.keys[0].holds if self.hot else None
        place = Place.read(after or before or "", field)
        try:
            if place is None:
                return self.numbered_page(size, max(number, 1))
            if place.offset is None:
                return self.page_at(place, size, backwards=not after)
            return self.numbered_page(size, max(place.offset - (0 if after else size), 0) // size + 1)
        except EmptyResultSet:
            return Page([], None, None)

    def count(self, cap: int | None = CAP) -> tuple[int, bool]:
        """How many, and whether there are at least `cap`, where the counting stops."""
        try:
            number = counts.get(("count", cap, *self.key), lambda: self.number(cap), self.weight_of_number)
        except EmptyResultSet:
            number = 0
        return number, cap is not None and number >= cap

    def exact_count(self) -> int:
        """How many, to the last."""
        return self.count(None)[0]

    def sums(self, fields: Sequence[str]) -> dict[str, Any]:
        """The sum of each of the model's own columns over everything found, None where there is no value."""
        try:
            return {name: self.sum_of(name) for name in fields}
        except EmptyResultSet:
            return dict.fromkeys(fields)

    def distinct(self, fields: Sequence[str]) -> list[tuple[Any, ...]]:
        """The different values of some of the model's own columns over everything found, in no order."""
        columns = [str(self.model._meta.get_field(name).column) for name in fields]  # type: ignore[union-attr]
        named = {f"value_{at}": self.column(column) for at, column in enumerate(columns)}
        found: set[tuple[Any, ...]] = set()
        try:
            rows = self.plain_rows.with_column(", ".join(f"{column} AS {name}" for name, column in named.items()))
            for part in self.matching(rows, self.read_columns(set(columns))):
                found.update(
                    part.within(f"SELECT DISTINCT {', '.join(named)} FROM ({{}}) listed").rows(self.connection)
                )
        except EmptyResultSet:
            pass
        return list(found)

    def squares(self, across: str, up: str, side: float) -> list[tuple[int, float, float]]:
        """How many lie in each square of a grid over two of the model's number columns, with their mean place.

        Squares are `side` wide and high, in the columns' unit; without rows they are left out. No number may be null.
        """
        names = [str(self.model._meta.get_field(name).column) for name in (across, up)]  # type: ignore[union-attr]
        found: dict[tuple[int, int], tuple[int, float, float]] = {}
        try:
            columns = f"{self.column(names[0])} AS across, {self.column(names[1])} AS up"
            rows = self.plain_rows.with_column(columns)
            square = ", ".join(f"CAST(({name} + 1000) / {side:.9f} AS integer)" for name in ("across", "up"))
            frame = f"SELECT {square}, count(*), sum(across), sum(up) FROM ({{}}) listed GROUP BY 1, 2"
            for part in self.matching(rows, self.read_columns(set(names))):
                for column, row, number, east, north in part.within(frame).rows(self.connection):
                    so_far = found.get((column, row), (0, 0.0, 0.0))
                    found[column, row] = (so_far[0] + number, so_far[1] + float(east), so_far[2] + float(north))
        except EmptyResultSet:
            pass
        return [(number, east / number, north / number) for number, east, north in found.values()]

    def ids(self) -> Iterator[int]:
        """Everything found, in order."""
        try:
            yield from self.in_order()
        except EmptyResultSet:
            return

    # How a page is cut

    def numbered_page(self, size: int, number: int) -> Page:
        """Near the beginning from the rows themselves, farther behind from the remembered order."""
        offset = (number - 1) * size
        if offset + size <= self.OFFSETS:
            rows = self.top(offset + size + 1)[offset:]
            more = len(rows) > size
        elif self.hot and not self.filtered and self.reach.owners is None and not self.keys[0].nullable:
            # The index alone counts a million entries off in a tenth of a second.
            rows = self.walk(size + 1, Order(self.keys[0], self.keys[0].descending, None), None, self.rows, offset)
            more = len(rows) > size
        else:
            order = lists.get(("order", *self.key), self.in_order, self.weight_of_order)
            some = list(order[offset : offset + size + 1])
            rows, more = self.still_there(some[:size]), len(some) > size
        shown = rows[:size]
        if self.hot and shown:
            after, before = _place(shown[-1]), _place(shown[0])
        else:
            after, before = Place(offset=offset + size).text(), Place(offset=offset).text()
        return Page([row[0] for row in shown], after if more else None, before if offset else None)

    def page_at(self, place: Place, size: int, *, backwards: bool) -> Page:
        """The rows on one side of a place."""
        rows = self.top(size + 1, place, backwards=backwards)
        more, rows = len(rows) > size, rows[:size]
        if not rows:
            return self.numbered_page(size, 1) if backwards else Page([], None, place.text())
        if backwards:
            rows.reverse()
        return Page(
            [row[0] for row in rows],
            _place(rows[-1]) if more or backwards else None,
            _place(rows[0]) if more or not backwards else None,
        )

    def still_there(self, ids: list[int]) -> list[Row]:
        """Those of remembered rows that are still found, with the rights of this moment."""
        rows = self.searched(self.within_scope(self.rows if self.hot else self.plain_rows))
        found = {row[0]: row for row in compiled(self.connection, rows, self.id_driver(ids), "").rows(self.connection)}
        return [found[id] for id in ids if id in found]

    # Numbers

    def sum_of(self, name: str) -> Any:
        """The sum of one column."""
        field = self.model._meta.get_field(name)
        rows = self.plain_rows.with_column(f"{self.column(str(field.column))} AS sort_key_")  # type: ignore[union-attr]
        total: Any = None
        for part in self.matching(rows, self.read_columns({str(field.column)})):  # type: ignore[union-attr]
            value = part.within("SELECT sum(sort_key_) FROM ({}) summed").rows(self.connection)[0][0]
            if value is not None:
                if isinstance(field, models.DecimalField):
                    value = round(Decimal(repr(value) if isinstance(value, float) else value), field.decimal_places)
                total = value if total is None else total + value
        return total

    # Memory

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What tells this list from others in the process."""
        statement = compiled(self.connection, self.plain_rows)
        order = tuple((key.path, key.descending) for key in self.keys)
        return self.database, self.reach.key, order, self.words, statement.sql, repr(statement.params)

    def weight_of_number(self, number: int) -> int:
        """The room a count takes, nothing for one that is not kept."""
        return 64 if number >= self.DEAR else 0

    def weight_of_order(self, ids: array[int]) -> int:
        """The room an order takes, nothing for one that is not kept."""
        return len(ids) * ids.itemsize if len(ids) >= self.DEAR else 0


def _place(row: Row) -> str:
    return Place(row[1], row[0]).text()
