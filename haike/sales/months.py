"""Days some months away."""

from __future__ import annotations

from datetime import date


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or earlier; the last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError
