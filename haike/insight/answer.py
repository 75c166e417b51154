"""The answer to a pivot: its lines and columns with what is known of each, totals, the rest beyond the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.find.grouped import By, TooManyGroups, read_groups
from haike.insight.dimension import (
    DepartmentDimension,
    Dimension,
    Key,
    Node,
    SpanDimension,
    in_order,
    name_all,
)
from haike.insight.measure import Measure, Tally
from haike.insight.question import Question, columns_of
from haike.kernel.filter import Line as Condition
from haike.kernel.selection import Selection
from haike.refused import Refused

MOST_GROUPS = 50_000
MOST_COLUMNS = 60
MOST_LINES = 500
MOST_CELLS = 12_000


class _Mark:
    """What stands in the place of a value."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ALL, OTHERS = _Mark("all"), _Mark("others")
Side = dict[Key, Tally]
"""What is known of a line: by the values of the columns, and of all of them."""


@dataclass
class Row:
    """One line of the table. `conditions` find its records; None where no filter does."""

    keys: tuple[Key, ...]
    text: str
    side: Side
    depth: int = 0
    conditions: list[Condition] | None = field(default_factory=list)
    within: bool = False
    """Whether what it holds is counted in a line above it, too."""
    parts: bool = False
    """Whether lines follow that hold parts of it."""


@dataclass
class Column:
    """One value across the top."""

    key: Key
    text: str
    conditions: list[Condition] | None


class Answer:
    """A question, answered from the records of a selection."""

    def __init__(self, question: Question, selection: Selection) -> None:
        self.question, self.selection = question, selection
        self.places = {path: place for place, path in enumerate(columns_of(question.measures))}
        self.dropped = 0
        """How many lines are not shown."""
        self.sides: dict[tuple[Key, ...], Side] = {}
        self.whole: Side = {}
        self._read()
        self.columns = self._columns()
        self.rows = self._rows()

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def _dimensions(self) -> list[Dimension]:
        column = self.question.column
        return [*self.question.rows, *([column] if column else [])]

    def _read(self) -> None:
        find, every = self.selection.find, self._dimensions
        keys: list[By] = []
        for dimension in every:
            dimension.prepare(find)
            keys.append(dimension.by())
        try:
            groups = read_groups(find, keys, list(self.places), most=MOST_GROUPS)
        except TooManyGroups:
            said = _("There are more than %(most)s combinations of rows and columns. Choose a coarser one, or filter.")
            raise Refused(said % {"most": f"{MOST_GROUPS:,}"}) from None
        values = [tuple(d.value(raw) for d, raw in zip(every, group.keys, strict=True)) for group in groups]
        for place, dimension in enumerate(every):
            stand_in = dimension.learn({value[place] for value in values}, self.selection.user)
            if stand_in:
                values = [(*v[:place], stand_in.get(v[place], v[place]), *v[place + 1 :]) for v in values]
        across = self.question.column is not None
        for value, group in zip(values, groups, strict=True):
            column = value[-1] if across else ALL
            side = self.sides.setdefault(value[:-1] if across else value, {})
            for known in (side, self.whole):
                for at in {column, ALL}:
                    known.setdefault(at, Tally()).add(group.number, group.figures)

    def value(self, side: Side, column: Key, measure: Measure) -> Any:
        """What stands in a cell."""
        place = self.places[measure.look.column] if measure.look is not None else 0
        return measure.value(side.get(column), place)

    # -- columns ---------------------------------------------------------------------------------------------------

    def _columns(self) -> list[Column]:
        dimension = self.question.column
        if dimension is None:
            return []
        keys = [key for key in self.whole if key is not ALL]
        name_all(dimension, keys)
        keys = in_order(dimension, [*keys, *dimension.among(keys)])
        others: list[Key] = []
        if len(keys) > MOST_COLUMNS:
            if isinstance(dimension, SpanDimension):
                said = _(
                    "“%(name)s” would give %(number)s columns; at most %(most)s have room. Choose a coarser unit, "
                    "take it for the rows, or filter by a period."
                )
                raise Refused(said % {"name": dimension.label, "number": len(keys), "most": MOST_COLUMNS})
            largest = sorted(keys, key=lambda key: self._size(self.whole, key), reverse=True)[: MOST_COLUMNS // 2]
            others = [key for key in keys if key not in largest]
            keys = [key for key in keys if key in largest]
        elif dimension.by_size:
            keys.sort(key=lambda key: (key is not None, self._size(self.whole, key)), reverse=True)
        found = [Column(key, dimension.text(key), self._find(dimension, [key])) for key in keys]
        if others:
            for side in [self.whole, *self.sides.values()]:
                self._merge(side, OTHERS, [side[key] for key in others if key in side])
            found.append(Column(OTHERS, _others(len(others)), None))
        return found

    @staticmethod
    def _merge(side: Side, key: Key, tallies: Iterable[Tally]) -> None:
        for tally in tallies:
            side.setdefault(key, Tally()).add(tally.number, tally.fields)

    @staticmethod
    def _find(dimension: Dimension, keys: Collection[Key]) -> list[Condition] | None:
        return dimension.lines(keys)

    def _size(self, side: Side, column: Key) -> Any:
        """By what lines and columns are put in order when the greatest stand first."""
        value = self.value(side, column, self.question.measures[0])
        return value if value is not None else float("-inf")

    # -- lines -----------------------------------------------------------------------------------------------------

    def _rows(self) -> list[Row]:
        if not self.question.rows:
            return []
        first = self.question.rows[0]
        by_first: dict[Key, dict[tuple[Key, ...], Side]] = {}
        for keys, side in self.sides.items():
            by_first.setdefault(keys[0], {})[keys] = side
        sides = {key: _together(parts.values()) for key, parts in by_first.items()}
        if isinstance(first, DepartmentDimension):
            rows = self._tree(first, sides, by_first)
        else:
            rows = self._list(first, sides, by_first)
        room = min(MOST_LINES, max(MOST_CELLS // max(len(self.columns) + 1, 1) // len(self.question.measures), 20))
        self.dropped = max(len(rows) - room, 0)
        return rows[:room]

    def _list(self, first: Dimension, sides: Mapping[Key, Side], parts: Mapping[Key, Any]) -> list[Row]:
        keys = self._ordered(first, sides)
        top = self.question.top
        kept, rest = (keys[:top], keys[top:]) if top and len(keys) > top + 1 else (keys, [])
        name_all(first, kept[:MOST_LINES])
        rows = []
        for key in kept:
            conditions = self._find(first, [key])
            row = Row((key,), first.text(key), sides.get(key, {}), 0, conditions)
            rows += [row, *self._below(row, parts.get(key, {}), 1)]
        if rest:
            side = _together(sides[key] for key in rest if key in sides)
            rows.append(Row((OTHERS,), _others(len(rest)), side, 0, None))
        return rows

    def _tree(self, first: DepartmentDimension, sides: Mapping[Key, Side], parts: Mapping[Key, Any]) -> list[Row]:
        """Departments under those they belong to, each with all below it."""
        rows: list[Row] = []
        nodes = first.nodes(list(sides))
        below: dict[Key, list[Node]] = {}
        top = [node for node in nodes if not node.depth]
        for node in nodes:
            if node.depth:
                below.setdefault(node.parent, []).append(node)
        totals = {node.key: _together(sides[key] for key in node.whole) for node in nodes}

        def put(some: list[Node]) -> None:
            order = self._ordered(first, {node.key: totals[node.key] for node in some}, fill=False)
            for node in sorted(some, key=lambda node: order.index(node.key)):
                children = below.get(node.key, [])
                side = totals[node.key]
                row = Row((node.key,), first.text(node.key), side, node.depth, self._find(first, node.whole))
                row.within, row.parts = bool(node.depth), bool(children)
                rows.append(row)
                if self.question.rows[1:]:
                    own = Row((node.key,), row.text, side, node.depth, self._find(first, [node.key]))
                    some_below = self._below(own, parts.get(node.key, {}), node.depth + 1)
                    row.parts = row.parts or bool(some_below)
                    rows.extend(some_below)
                put(children)

        put(top)
        return rows

    def _below(self, row: Row, parts: Mapping[tuple[Key, ...], Side], depth: int) -> list[Row]:
        """The lines of the second dimension under one of the first."""
        if not self.question.rows[1:]:
            return []
        second = self.question.rows[1]
        sides = {keys[1]: side for keys, side in parts.items()}
        keys = self._ordered(second, sides, fill=False)
        name_all(second, keys[:MOST_LINES])
        row.parts = True
        found = []
        for key in keys:
            more = self._find(second, [key])
            conditions = None if more is None or row.conditions is None else [*row.conditions, *more]
            found.append(Row((*row.keys, key), second.text(key), sides[key], depth, conditions, within=True))
        return found

    def _ordered(self, dimension: Dimension, sides: Mapping[Key, Side], *, fill: bool = True) -> list[Key]:
        order, top = self.question.order, self.question.top
        down, name = order.startswith("-"), order.lstrip("-")
        if name == "name" or not (name or top or dimension.by_size):
            name_all(dimension, list(sides))
            among = dimension.among(list(sides)) if fill and not top else []
            found = in_order(dimension, [*sides, *among])
            return found[::-1] if down else found
        measure, column = self.sorted_by()
        if not name:
            down = True

        def size(key: Key) -> Any:
            value = self.value(sides[key], column, measure)
            return (value is not None, value if value is not None else 0)

        # What is equal keeps its own order.
        some = sorted(sides, key=str) if dimension.by_size else in_order(dimension, list(sides))
        return sorted(some, key=size, reverse=down)

    def sorted_by(self) -> tuple[Measure, Key]:
        """The measure and the column by which lines are put in order."""
        name, __, column = self.question.order.lstrip("-").partition("@")
        measure = next((each for each in self.question.measures if each.key == name), self.question.measures[0])
        return measure, next((each.key for each in self.columns if key_text(each.key) == column), ALL)


def _together(sides: Iterable[Side]) -> Side:
    found: Side = {}
    for side in sides:
        for key, tally in side.items():
            found.setdefault(key, Tally()).add(tally.number, tally.fields)
    return found


def _others(number: int) -> str:
    return str(_("Others (%(number)s)") % {"number": number})


def key_text(key: Key) -> str:
    """A value as it stands in an address."""
    return "" if key is ALL else "empty" if key is None else str(key)
