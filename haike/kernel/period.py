"""Relative dates of filters: today, this week (from Monday), last N days … as half-open spans of days."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Span = tuple[date | None, date | None]
"""From the first day to before the second; None is open."""


def _month(day: date, shift: int = 0) -> date:
    months = day.year * 12 + day.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)


def _week(day: date, shift: int = 0) -> date:
    return day - timedelta(days=day.weekday()) + timedelta(weeks=shift)


def _quarter(day: date, shift: int = 0) -> date:
    return _month(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), shift * 3)


_DAY = timedelta(days=1)
PERIODS: dict[str, Callable[[date], Span]] = {
    "today": lambda day: (day, day + _DAY),
    "yesterday": lambda day: (day - _DAY, day),
    "tomorrow": lambda day: (day + _DAY, day + 2 * _DAY),
    "this_week": lambda day: (_week(day), _week(day, 1)),
    "last_week": lambda day: (_week(day, -1), _week(day)),
    "next_week": lambda day: (_week(day, 1), _week(day, 2)),
    "this_month": lambda day: (_month(day), _month(day, 1)),
    "last_month": lambda day: (_month(day, -1), _month(day)),
    "next_month": lambda day: (_month(day, 1), _month(day, 2)),
    "this_quarter": lambda day: (_quarter(day), _quarter(day, 1)),
    "last_quarter": lambda day: (_quarter(day, -1), _quarter(day)),
    "this_year": lambda day: (date(day.year, 1, 1), date(day.year + 1, 1, 1)),
    "last_year": lambda day: (date(day.year - 1, 1, 1), date(day.year, 1, 1)),
}
PERIOD_LABELS = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_quarter": _("this quarter"),
    "last_quarter": _("last quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
}


def today() -> date:
    """The day it is for the current user."""
    return timezone.localdate()


def span(period: str) -> Span:
    """The days of a named period."""
    return PERIODS[period](today())


def start_of(day: date) -> datetime:
    """Midnight at the beginning of a day, in the current time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
