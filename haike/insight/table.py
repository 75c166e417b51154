"""The table of a pivot as HTML: real heads, numbers that lead to their records, shares and heat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus, urlencode

import orjson
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from haike.insight.answer import ALL, Answer, Row, Side, key_text
from haike.insight.dimension import Key
from haike.insight.measure import Measure
from haike.kernel.escape import escape
from haike.kernel.filter import MOST_DEPTH, MOST_LINES, Group
from haike.kernel.filter import Line as Condition
from haike.kernel.icon import icon

STEPS = 5
"""Shades of heat."""
PLACES = 1
OPENED, CLOSED = quote_plus('{"all":['), quote_plus("]}")


class Links:
    """Addresses of the list with just the records of a cell. Written in pieces: a table has thousands of them."""

    def __init__(self, url: str, query: dict[str, str], group: Group) -> None:
        rest = urlencode({name: value for name, value in query.items() if name != "f"})
        self.base = f"{url}?{rest}&f=" if rest else f"{url}?f="
        self.plain = f"{url}?{urlencode(query)}" if query else url
        parts = [group.to_data()] if group.any_of and group.parts else group.to_data().get("all", [])
        self.head = [orjson.dumps(part).decode() for part in parts]
        self.room = MOST_LINES - _counted(group) - len(parts)
        self.deep = group.any_of and _depth(group) >= MOST_DEPTH

    def piece(self, conditions: Sequence[Condition] | None) -> tuple[str, int] | None:
        """Conditions as a part of an address, and how many they are."""
        if conditions is None:
            return None
        data = [orjson.dumps({"field": c.look.path, "op": c.op, "value": c.value}).decode() for c in conditions]
        return quote_plus(",".join(data)), len(data)

    def url(self, *pieces: tuple[str, int] | None) -> str:
        """The address with all these conditions; empty where there is none."""
        if None in pieces or self.deep:
            return ""
        given = [piece for piece in pieces if piece and piece[1]]
        if sum(piece[1] for piece in given) > self.room:
            return ""
        if not given:
            return self.plain
        parts = [*([quote_plus(",".join(self.head))] if self.head else []), *(piece[0] for piece in given)]
        return f"{self.base}{OPENED}{'%2C'.join(parts)}{CLOSED}"


def _counted(group: Group) -> int:
    return sum(1 + (_counted(part) if isinstance(part, Group) else 0) for part in group.parts)


def _depth(group: Group) -> int:
    return 1 + max((_depth(part) for part in group.parts if isinstance(part, Group)), default=0)


class Table:
    """An answer as a table."""

    def __init__(self, answer: Answer, links: Links, sort: Any) -> None:
        self.answer, self.links, self.question = answer, links, answer.question
        self.sort_url = sort
        self.measures = self.question.measures
        self.sides = [*((column.key, links.piece(column.conditions)) for column in answer.columns), (ALL, ("", 0))]

    # -- heads -----------------------------------------------------------------------------------------------------

    @cached_property
    def head(self) -> SafeString:
        """One line of heads, or two where several measures stand under each column."""
        names = " / ".join(str(dimension.label) for dimension in self.question.rows) or _("All records")
        columns, several = self.answer.columns, len(self.measures) > 1
        corner = self._sortable(escape(names), "name", "corner", rows=2 if columns and several else 1)
        if not columns:
            heads = "".join(self._measured(measure, ALL) for measure in self.measures)
            return mark_safe(f"<tr>{corner}{heads}</tr>")
        if not several:
            measure = self.measures[0]
            heads = "".join(self._measured(measure, column.key, column.text) for column in columns)
            return mark_safe(f"<tr>{corner}{heads}{self._measured(measure, ALL, _('Total'))}</tr>")
        span = f' colspan="{len(self.measures)}"'
        upper = "".join(f'<th scope="colgroup"{span}>{escape(column.text)}</th>' for column in columns)
        upper += f'<th scope="colgroup" class="total"{span}>{_("Total")}</th>'
        lower = "".join(self._measured(measure, key) for key, __ in self.sides for measure in self.measures)
        return mark_safe(f'<tr>{corner}{upper}</tr><tr class="second">{lower}</tr>')

    def _measured(self, measure: Measure, column: Key, text: str = "") -> str:
        kind = "end total" if column is ALL and self.answer.columns else "end"
        key = key_text(column)
        return self._sortable(escape(text or str(measure.label)), f"{measure.key}@{key}" if key else measure.key, kind)

    def _sortable(self, label: str, name: str, kind: str, rows: int = 1) -> str:
        order = self.question.order
        down = order.startswith("-") if order else False
        active = bool(order) and order.lstrip("-") == name
        # Names begin with the first, numbers with the greatest; another click turns the order round.
        sign = "-" if (not down if active else name != "name") else ""
        told = f' aria-sort="{"descending" if down else "ascending"}"' if active else ""
        span = f' rowspan="{rows}"' if rows > 1 else ""
        arrow = icon("arrow-up" if active and not down else "arrow-down")
        url = escape(self.sort_url(f"{sign}{name}"))
        return f'<th scope="col" class="{kind}"{span}{told}><a href="{url}" hx-get="{url}">{label}{arrow}</a></th>'

    # -- body ------------------------------------------------------------------------------------------------------

    @cached_property
    def body(self) -> SafeString:
        """The lines."""
        return mark_safe("".join(self._line(row) for row in self.answer.rows))

    def _line(self, row: Row) -> str:
        piece = self.links.piece(row.conditions)
        kinds = " ".join(
            name for name, there in (("group", row.parts), (f"depth-{min(row.depth, 6)}", row.depth)) if there
        )
        url = self.links.url(piece)
        text = escape(row.text)
        name = f'<a href="{escape(url)}">{text}</a>' if url else text
        head = f'<th scope="row">{name}</th>'
        return f'<tr class="{kinds}">{head}{self._cells(row.side, piece, row)}</tr>'

    def _cells(self, side: Side, piece: tuple[str, int] | None, row: Row | None) -> str:
        cells = []
        for key, across in self.sides:
            number = side[key].number if key in side else 0
            url = escape(self.links.url(piece, across)) if number else ""
            last = key is ALL and bool(self.answer.columns)
            cells += [self._cell(side, key, measure, url, row, last=last) for measure in self.measures]
        return "".join(cells)

    def _cell(self, side: Side, key: Key, measure: Measure, url: str, row: Row | None, *, last: bool) -> str:
        value = self.answer.value(side, key, measure)
        text = title = escape(measure.text(value)) if value is not None else ""
        share = self._share(side, key, measure, value)
        if share is not None:
            text = share
        kind = "end total" if last else "end"
        if row is not None and not last:
            kind += self._heat(value, measure, row)
        tip = f' title="{title}"' if share is not None else ""
        if not text:
            return f'<td class="{kind}"></td>'
        shown = f'<a href="{url}">{text}</a>' if url else text
        return f'<td class="{kind}"{tip}>{shown}</td>'

    @cached_property
    def foot(self) -> SafeString:
        """The totals of the columns, and of all."""
        total = self.links.url(("", 0))
        head = f'<th scope="row"><a href="{escape(total)}">{_("Total")}</a></th>'
        return mark_safe(f"<tr>{head}{self._cells(self.answer.whole, ('', 0), None)}</tr>")

    # -- shares and heat -------------------------------------------------------------------------------------------

    def _share(self, side: Side, key: Key, measure: Measure, value: Any) -> str | None:
        """A part of its row, column or of all; None where values themselves are shown or parts add up to nothing."""
        of = self.question.share
        if not of or not measure.adds_up or value is None:
            return None
        base = {"row": (side, ALL), "column": (self.answer.whole, key), "all": (self.answer.whole, ALL)}[of]
        whole = self.answer.value(*base, measure)
        return f"{value * 100 / whole:,.{PLACES}f}%" if whole else None

    def _heat(self, value: Any, measure: Measure, row: Row) -> str:
        if not self.question.heat or value is None or (row.parts and len(self.question.rows) > 1):
            return ""
        low, high = self._ends[measure.key]
        if high <= low:
            return ""
        return f" heat-{min(int((value - low) * STEPS / (high - low)) + 1, STEPS)}"

    @cached_property
    def _ends(self) -> dict[str, tuple[Any, Any]]:
        found = {}
        keys = [column.key for column in self.answer.columns] or [ALL]
        rows = [row for row in self.answer.rows if not (row.parts and len(self.question.rows) > 1)]
        for measure in self.measures:
            values = [v for row in rows for key in keys if (v := self.answer.value(row.side, key, measure)) is not None]
            found[measure.key] = (min(values), max(values)) if values else (0, 0)
        return found


def options(pairs: Iterable[tuple[str, Any]], chosen: str, empty: Any = None) -> SafeString:
    """The options of a select."""
    found = [format_html('<option value="">{}</option>', empty)] if empty is not None else []
    for key, label in pairs:
        mark = mark_safe(" selected") if key == chosen else ""
        found.append(format_html('<option value="{}"{}>{}</option>', key, mark, label))
    return mark_safe("".join(found))
