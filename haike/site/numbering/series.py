"""Which pattern the numbers of a kind of record follow, and drawing them.

A company's choice is kept with its settings; a process knows it at most a second late. So that nobody goes on drawing
by the pattern of before, the counter of that pattern is closed: its value becomes negative, and whoever meets it there
reads the choice anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F

from haike.kernel.entity import Entity, entities
from haike.kernel.numbers import Counter, advance, dated, drawers, filled
from haike.kernel.option import OptionValue
from haike.kernel.versioned import Versioned

PREFIX = "number."
"""What the settings begin with that hold a pattern and its reset: [pattern, reset]."""
RESETS: dict[str, tuple[str, ...]] = {
    "never": (),
    "year": ("yyyy", "yy"),
    "month": ("yyyy", "yy", "mm"),
    "day": ("yyyy", "yy", "mm", "dd"),
}
"""How often counting begins at 1 again, and the parts of the date that tell one period from another."""
_PART = re.compile(r"\{(yyyy|yy|mm|dd|0+)\}")
_WIDTH = {"yyyy": 4, "yy": 2, "mm": 2, "dd": 2}


@dataclass(frozen=True)
class Series:
    """The numbers of one field: as the program declares them, and as they are drawn now."""

    entity: Entity
    field: str
    declared: str
    pattern: str
    reset: str

    @property
    def name(self) -> str:
        """Under which the choice is kept."""
        return f"{PREFIX}{self.entity.label}.{self.field}"

    def key(self, on: date) -> str:
        """The counter of a day."""
        return dated(self.pattern, on, RESETS[self.reset])

    def next(self, on: date) -> int:
        """The running number that comes next."""
        last = Counter.objects.filter(key=self.key(on)).values_list("last", flat=True).first()
        return opened(last or 0) + 1

    def numbers_like(self) -> re.Pattern[str]:
        """What every number of this pattern looks like; the group `n` is its running part."""

        def part(found: re.Match[str]) -> str:
            if found[1].startswith("0"):
                return rf"(?P<n>\d{{{len(found[1])},15}})"
            return rf"(?P<{found[1]}>\d{{{_WIDTH[found[1]]}}})"

        # Escaping touches braces too, so the text between the parts is escaped alone.
        pieces, at = [], 0
        for found in _PART.finditer(self.pattern):
            pieces += [re.escape(self.pattern[at : found.start()]), part(found)]
            at = found.end()
        return re.compile("".join([*pieces, re.escape(self.pattern[at:])]), re.ASCII)


def natural_reset(pattern: str) -> str:
    """How often a pattern begins anew unless something else is chosen: as often as its date changes."""
    parts = set(_PART.findall(pattern))
    finest = next((part for part in ("dd", "mm", "yyyy", "yy") if part in parts), "")
    return {"dd": "day", "mm": "month", "yyyy": "year", "yy": "year"}.get(finest, "never")


def opened(last: int) -> int:
    """The value of a counter, be it closed or not."""
    return -last - 1 if last < 0 else last


def closed(last: int) -> int:
    """The value by which a counter is closed: what is drawn from it begins at 0 or below."""
    return -opened(last) - 1


def all_series() -> list[Series]:
    """The numbers of every kind of record."""
    stored = dict(OptionValue.objects.filter(key__startswith=PREFIX).values_list("key", "value"))
    return [_chosen(each, stored) for each in declared_series()]


def declared_series() -> list[Series]:
    """The same as the program declares them."""
    return [
        Series(entity, field, pattern, pattern, natural_reset(pattern))
        for entity in entities()
        for field, pattern in entity.numbers()
    ]


def _chosen(series: Series, stored: Mapping[str, Any]) -> Series:
    pattern, reset = stored.get(series.name) or (series.declared, series.reset)
    return replace(series, pattern=pattern, reset=reset)


_by_pattern: Versioned[dict[str, Series]] = Versioned(
    "options", lambda: {series.declared: series for series in all_series()}
)


def draw(declared: str, on: date, count: int) -> list[str]:
    """The next numbers of a declared pattern, by what the company has chosen instead."""
    series = _by_pattern().get(declared)
    if series is None:
        return [filled(declared, on, number) for number in advance(dated(declared, on), count)]
    found = advance(series.key(on), count)
    if found.start <= 0:
        # Somebody has chosen another pattern this moment: leave the counter as it was, and read again.
        Counter.objects.filter(key=series.key(on)).update(last=F("last") - count)
        series = next(each for each in all_series() if each.declared == declared)
        found = advance(series.key(on), count)
    return [filled(series.pattern, on, number) for number in found]


drawers.append(draw)
