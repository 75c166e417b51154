"""Choosing another pattern, and raising the next number; never so that a number could be given twice."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel.numbers import Counter, check_pattern, filled
from haike.kernel.option import OptionValue
from haike.kernel.versioned import bump
from haike.refused import Refused
from haike.site.numbering.series import RESETS, Series, all_series, closed, natural_reset, opened
from haike.site.settings_pages import note

LOGGED = "site.number"
"""Under this name the change log keeps who changed a pattern."""
LARGEST = 999_999_999_999
LONGEST = 40
ORDER = ("never", "year", "month", "day")
RESET_LABELS = {
    "never": _("Never"),
    "year": _("Every year"),
    "month": _("Every month"),
    "day": _("Every day"),
}


def check(series: Series) -> None:
    """Refuse a pattern that cannot be, or under which a number would come again."""
    pattern = series.pattern
    literal = re.sub(r"\{(yyyy|yy|mm|dd|0+)\}", "", pattern)
    try:
        check_pattern(pattern)
    except ValueError:
        raise Refused(fields={"prefix": _("The prefix may hold no braces.")}) from None
    if not literal.isprintable() or "}" in literal:
        raise Refused(fields={"prefix": _("Use letters, digits and signs only.")})
    if ORDER.index(series.reset) > ORDER.index(natural_reset(pattern)):
        raise Refused(
            fields={
                "reset": _("Numbers would repeat: counting begins anew %(reset)s, but the number does not show it.")
                % {"reset": str(RESET_LABELS[series.reset]).lower()}
            }
        )
    parts = set(re.findall(r"\{(yyyy|yy|mm|dd)\}", pattern))
    if RESETS[series.reset] and not {"yyyy", "yy"} & parts:
        raise Refused(fields={"reset": _("Numbers would repeat next year: put the year into the number.")})
    if len(filled(pattern, date(2000, 1, 1), LARGEST)) > LONGEST:
        raise Refused(fields={"prefix": _("The number would be longer than %(most)s characters.") % {"most": LONGEST}})
    for other in all_series():
        if other.name != series.name and pattern in (other.pattern, other.declared):
            taken = _("%(kind)s use this pattern already.") % {"kind": other.entity.label_plural}
            raise Refused(fields={"prefix": taken})


def _given(series: Series) -> Iterator[str]:
    start = series.pattern.partition("{")[0]
    rows = series.entity.model._base_manager.filter(**{f"{series.field}__startswith": start})
    yield from rows.values_list(series.field, flat=True).order_by().iterator(chunk_size=5_000)


def highest(series: Series, on: date) -> int:
    """The highest running number that this pattern finds given in the period; Refused if it would meet one later."""
    shape, parts = series.numbers_like(), [part for part in RESETS[series.reset] if f"{{{part}}}" in series.pattern]
    form = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
    now, most = tuple(on.strftime(form[part]) for part in parts), 0
    for number in _given(series):
        found = shape.fullmatch(number or "")
        if found is None or not "01" <= found.groupdict().get("mm", "01") <= "12":
            continue
        period = tuple(found[part] for part in parts)
        if period == now:
            most = max(most, int(found["n"]))
        elif period > now:
            said = _("“%(number)s” is given already, and this pattern would give it again later.")
            raise Refused(fields={"prefix": said % {"number": number}})
    return most


def preview(series: Series, on: date, next_number: int | None = None) -> tuple[int, list[str]]:
    """The running number that comes next by this pattern, and the next three numbers; Refused as `change_series`."""
    check(series)
    first = max(highest(series, on), series.next(on) - 1) + 1
    if next_number is not None and next_number > first:
        first = next_number
    return first, [filled(series.pattern, on, first + step) for step in range(3)]


def change_series(series: Series, *, pattern: str, reset: str, next_number: int | None, on: date, by: Any) -> Series:
    """Let a kind of record draw its numbers by another pattern from now on, or from a higher number.

    `next_number` None leaves the counter where it is. Raises Refused.
    """
    if reset not in RESETS:
        raise Refused(fields={"reset": _("Choose one of the options.")})
    chosen = replace(series, pattern=pattern, reset=reset)
    check(chosen)
    with transaction.atomic():
        changed = (pattern, reset) != (series.pattern, series.reset)
        before = _lock(series.key(on))
        if changed and chosen.key(on) != series.key(on):
            # Who has drawn has it locked until the commit, so from here on everything given is in the table.
            Counter.objects.filter(key=series.key(on)).update(last=closed(before))
        last = _lock(chosen.key(on))
        first = max(last, highest(chosen, on) if changed else 0) + 1
        if next_number is not None and next_number < first:
            said = _("The next number can be raised only: it is %(number)s.") % {"number": first}
            raise Refused(fields={"next": said})
        if next_number is not None and next_number > LARGEST:
            raise Refused(fields={"next": _("At most %(most)s.") % {"most": LARGEST}})
        start = next_number or first
        Counter.objects.filter(key=chosen.key(on)).update(last=start - 1)
        diff: dict[str, list[Any]] = {}
        if changed:
            OptionValue.objects.update_or_create(key=series.name, defaults={"value": [pattern, reset]})
            bump("options")
            diff[str(_("Pattern"))] = [series.pattern, pattern]
            diff[str(_("Counts from 1 again"))] = [str(RESET_LABELS[series.reset]), str(RESET_LABELS[reset])]
        if start - 1 != last or changed:
            was = filled(series.pattern, on, before + 1)
            diff[str(_("Next number"))] = [was, filled(pattern, on, start)]
        diff = {name: both for name, both in diff.items() if both[0] != both[1]}
        if diff:
            note(LOGGED, place(series), diff, by=by)
    return chosen


def _lock(key: str) -> int:
    Counter.objects.bulk_create([Counter(key=key)], ignore_conflicts=True)
    return opened(Counter.objects.select_for_update().get(key=key).last)


def place(series: Series) -> int:
    """The number under which the change log knows the series."""
    return zlib.crc32(series.name.encode()) >> 1
