"""Calendars: the records of an entity by day, a month at a time, with number and sum of each day and of the month.

A room declares the calendar of an entity once:

declare_calendar("sales.opportunity", Calendar(field="closes_on", where=Q(state="open"), total="worth"))
"""

from __future__ import annotations

import calendar
import dataclasses
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS_ABBR

from haike.kernel.currency import money_text
from haike.kernel.entity import Entity
from haike.kernel.filter import Group, Line
from haike.kernel.period import today
from haike.screens.door import entity_view
from haike.screens.list import read_page
from haike.screens.view import ViewPage, views_of

PER_DAY = 4
"""So many records of a day are shown, the largest first; the others are a click away."""
MONTH = re.compile(r"((?:19|20|21)\d{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Calendar:
    """How the records of an entity lie in a calendar.

    `field` is a date; `total` is a money column in the company's own currency, by which a day and the month are summed
    up and the largest records of a day come first. `tab` is the category of the list that holds the same records.
    """

    field: str
    where: Q = dataclasses.field(default_factory=Q)
    total: str = ""
    tabs: Sequence[str] = ()
    tab: str = ""


_calendars: dict[str, Calendar] = {}


def declare_calendar(label: str, declared: Calendar) -> Calendar:
    """Give an entity (label) a calendar."""
    _calendars[label] = declared
    views_of.setdefault(label, []).append("calendar")
    return declared


@dataclass(frozen=True)
class Entry:
    """A record of a day."""

    title: str
    url: str
    total: str


@dataclass(frozen=True)
class Day:
    """A day of the grid; days of the months beside are `outside` and empty. `more_url` leads to all of its records."""

    day: date
    outside: bool
    today: bool
    number: int
    total: str
    entries: list[Entry]
    more: int
    more_url: str


class CalendarPage(ViewPage):
    """Everything `screens/calendar.html` shows; finds with the same tab, words and filter as the list."""

    view = "calendar"

    def __init__(self, request: HttpRequest, entity: Entity) -> None:
        if entity.label not in _calendars:
            raise Http404
        self.calendar = _calendars[entity.label]
        super().__init__(request, entity)
        self.where, self.offered = self.calendar.where, self.calendar.tabs
        if not self.readable(self.calendar.field):
            raise Http404
        self.today = today()
        asked = MONTH.fullmatch(request.GET.get("month", ""))
        self.month = date(int(asked[1]), int(asked[2]), 1) if asked else self.today.replace(day=1)
        self.after = _next(self.month)
        if self.month != self.today.replace(day=1):
            self.beside["month"] = f"{self.month:%Y-%m}"

    @cached_property
    def summed(self) -> bool:
        """Whether the user reads what is summed up."""
        return self.readable(self.calendar.total)

    @cached_property
    def prev_url(self) -> str:
        """The month before."""
        return self.url(month=f"{self.month - timedelta(days=1):%Y-%m}")

    @cached_property
    def next_url(self) -> str:
        """The month after."""
        return self.url(month=f"{self.after:%Y-%m}")

    @cached_property
    def now_url(self) -> str:
        """The month it is, empty where it is shown."""
        return self.url(month=None) if self.beside else ""

    @cached_property
    def weekdays(self) -> list[str]:
        """The heads of the columns, from Monday."""
        return [str(WEEKDAYS_ABBR[at]) for at in range(7)]

    @cached_property
    def here(self) -> Any:
        """What lies in the month."""
        name = self.calendar.field
        return self.rows.filter(**{f"{name}__gte": self.month, f"{name}__lt": self.after})

    @cached_property
    def sums(self) -> dict[date, tuple[int, Decimal]]:
        """Number and total by day, in one query."""
        name = self.calendar.field
        wanted: dict[str, Any] = {"number": Count("pk")}
        if self.summed:
            wanted["whole"] = Sum(self.calendar.total)
        rows = self.here.values(name).annotate(**wanted)
        return {row[name]: (row["number"], row.get("whole") or Decimal(0)) for row in rows}

    @property
    def in_month(self) -> int:
        """How many lie in the month."""
        return sum(number for number, __ in self.sums.values())

    @property
    def total(self) -> str:
        """Their sum."""
        return money_text(sum((total for __, total in self.sums.values()), Decimal(0))) if self.summed else ""

    @cached_property
    def entries(self) -> dict[date, list[Entry]]:
        """The first records of each day."""
        entity, name = self.declared, self.calendar.field
        order = [F(self.calendar.total).desc(), F("pk").asc()] if self.summed else [F("pk").asc()]
        place = Window(RowNumber(), partition_by=[F(name)], order_by=order)
        first = self.here.annotate(place=place).filter(place__lte=PER_DAY).order_by(name, "place")
        keys = list(first.values_list("pk", flat=True))
        records = entity.model.objects.visible_to(self.user).in_bulk(keys)
        found: dict[date, list[Entry]] = defaultdict(list)
        for record in (records[key] for key in keys if key in records):
            total = money_text(getattr(record, self.calendar.total)) if self.summed else ""
            found[getattr(record, name)].append(Entry(str(record), entity.url_of(record), total))
        return found

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """The grid, week by week from Monday."""
        grid = calendar.Calendar().monthdatescalendar(self.month.year, self.month.month)
        return [[self._day(day) for day in week] for week in grid]

    def _day(self, day: date) -> Day:
        number, total = self.sums.get(day, (0, Decimal(0)))
        entries = self.entries.get(day, [])
        said = money_text(total) if number and self.summed else ""
        more_url = self._list_of(day) if number else ""
        outside = day.month != self.month.month
        return Day(day, outside, day == self.today, number, said, entries, number - len(entries), more_url)

    def _list_of(self, day: date) -> str:
        """The list of the records of a day, with the same conditions."""
        line = Line(self.declared.looks[self.calendar.field], "between", [day.isoformat(), day.isoformat()])
        chosen = self.selection.filter
        parts = (chosen,) if chosen.any_of else chosen.parts
        query = {"tab": self.calendar.tab, **self.query, "f": Group((*parts, line)).text()}
        return f"{self.declared.url}?{urlencode(query)}"


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


@entity_view("calendar")
def calendar_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The calendar of a month."""
    page = read_page(request, entity, CalendarPage)
    fragment = getattr(request, "htmx", False)
    return render(request, "screens/calendar.html#body" if fragment else "screens/calendar.html", {"page": page})
