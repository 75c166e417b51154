"""Birthdays in the solar and in the lunar calendar, with or without the year.

A birthday is kept as text: "1980-05-01", "05-01", "lunar 1980-04-15", "lunar 04-15", "lunar 2001-04-15 leap". Beside it
a record keeps `key_of` it ("S0501", "L0415", "L0415r"), so that the birthdays of a span of days are one indexed lookup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.chinese import lunar as calendar
from haike.digits import whole
from haike.kernel.escape import escape
from haike.kernel.look import Look, shows
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Raw, many, one
from haike.kernel.period import PERIOD_LABELS, span, today
from haike.kernel.policy import Actor
from haike.refused import Refused

EARLIEST_YEAR = 1900
LONGEST_SPAN = 400
DAY = timedelta(days=1)

_YEAR_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_STORED = re.compile(r"(lunar )?(?:(\d{4})-)?(\d\d)-(\d\d)( leap)?")
_LUNAR_MARK = re.compile(r"^(?:lunar|农历|阴历|旧历|农)\s*|\s*\(?(?:lunar|农历|阴历)\)?$", re.IGNORECASE)
_LUNAR_WORDS = re.compile(r"[初廿卅正冬腊闰]|月[一二三四五六七八九十]")
_YEAR = re.compile(r"([\d〇零一二三四五六七八九]{4})\s*(?:年|[-/.])\s*(?=\S)")
_DIGIT_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")


@dataclass(frozen=True)
class Birthday:
    """A day of birth; `year` is None when nobody knows it."""

    year: int | None
    month: int
    day: int
    lunar: bool = False
    leap: bool = False

    @property
    def stored(self) -> str:
        """As the column holds it."""
        year = f"{self.year:04}-" if self.year else ""
        return f"{'lunar ' if self.lunar else ''}{year}{self.month:02}-{self.day:02}{' leap' if self.leap else ''}"

    @property
    def key(self) -> str:
        """What is looked up to find the birthdays of a day."""
        return _key(self.month, self.day, self.lunar, self.leap)

    def __str__(self) -> str:
        if not self.lunar:
            return self.stored
        year = f"{self.year}年 " if self.year else ""
        return f"{year}{calendar.display(self.month, self.day, self.leap)}"


def _key(month: int, day: int, lunar: bool, leap: bool) -> str:
    return f"{'L' if lunar else 'S'}{month:02}{day:02}{'r' if leap else ''}"


def read(stored: str) -> Birthday | None:
    """A birthday from its column; None for an empty one."""
    match = _STORED.fullmatch(stored or "")
    if match is None:
        return None
    lunar, year, month, day, leap = match.groups()
    return Birthday(int(year) if year else None, int(month), int(day), bool(lunar), bool(leap))


def key_of(stored: str) -> str:
    """The key of a stored birthday; empty for none."""
    birthday = read(stored)
    return birthday.key if birthday else ""


def parse(text: str) -> Birthday:
    """A birthday as people write it, such as 1980-5-1, 5月1日, 农历四月十五, 1980年闰四月初三; raises Refused."""
    rest = _LUNAR_MARK.sub("", text.strip())
    leap = rest.endswith(" leap")
    rest = rest.removesuffix(" leap")
    if rest != text.strip() or _LUNAR_WORDS.search(rest):
        found = _parse_lunar(rest, leap)
    else:
        digits = _COMPACT.fullmatch(rest) or _DIGIT_DATE.fullmatch(rest)
        if digits is None:
            raise Refused(_("“%(text)s” is no birthday; write 1980-05-01, 05-01 or lunar 04-15.") % {"text": text[:40]})
        year, month, day = (int(part) if part else None for part in digits.groups())
        found = Birthday(year, month or 0, day or 0)
    check(found)
    return found


def _parse_lunar(text: str, leap: bool) -> Birthday:
    year = _YEAR.match(text)
    month, day, leap_word = calendar.parse_lunar(text[year.end() :] if year else text)
    number = int(year[1].translate(_YEAR_DIGITS)) if year else None
    return Birthday(number, month, day, True, leap or leap_word)


def check(birthday: Birthday) -> None:
    """Refuse a day that the calendar does not have, or that lies in the future."""
    if birthday.year is not None and not EARLIEST_YEAR <= birthday.year <= today().year:
        raise Refused(_("The year of birth must lie between %(first)s and today.") % {"first": EARLIEST_YEAR})
    if birthday.lunar:
        if birthday.year:
            born = calendar.to_solar(calendar.LunarDate(birthday.year, birthday.month, birthday.day, birthday.leap))
        else:
            calendar.check_lunar(birthday.month, birthday.day)
            return
    else:
        try:
            born = date(birthday.year or 2000, birthday.month, birthday.day)
        except ValueError as error:
            raise Refused(_("There is no such day in the calendar.")) from error
    if birthday.year and born > today():
        raise Refused(_("The birthday lies in the future."))


@lru_cache(maxsize=4096)
def keys_of(day: date) -> frozenset[str]:
    """The keys of everybody whose birthday is kept on this day, once in every year of its calendar.

    Who was born on a day that a year lacks keeps the last day of that month: 29 February the 28th, the 30th of a
    lunar month the 29th; without the leap month it is the ordinary one.
    """
    keys = {_key(day.month, day.day, False, False)}
    if (day.month, day.day) == (2, 28) and (day + DAY).day == 1:
        keys.add(_key(2, 29, False, False))
    lunar = calendar.to_lunar(day)
    for number in {lunar.day, 30 if lunar.day == 29 else lunar.day}:
        for leap in (False, True):
            if calendar.day_in_year(lunar.year, lunar.month, number, leap) == day:
                keys.add(_key(lunar.month, number, True, leap))
    return frozenset(keys)


def days_of(first: date, after: date) -> Iterator[date]:
    """The days from `first` to before `after`; a longer span than a year and a bit is cut."""
    for shift in range(min((after - first).days, LONGEST_SPAN)):
        yield first + shift * DAY


def keys_between(first: date, after: date) -> set[str]:
    """The keys of everybody whose birthday is kept from `first` to before `after`."""
    return {key for day in days_of(first, after) for key in keys_of(day)}


class BirthdayField(models.CharField[Any, Any]):
    """A day of birth in either calendar, as text (see the module)."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 21, "blank": True, "default": "", **options})


@shows(BirthdayField)
class BirthdayLook(Look):
    """A day of birth; filters ask for the birthdays of a period, whatever the calendar."""

    kind = "birthday"
    example = "1980-05-01"
    operators = {"in": _("is in the period"), "next": _("is within the next … days"), **EMPTY_OPERATORS}

    def __init__(self, name: str, label: Any, *, field: Any = None) -> None:
        super().__init__(name, label, field=field)
        self.max_length = None
        self.help = self.help or _("1980-05-01, 05-01 or lunar 04-15")

    def text(self, value: Any) -> str:
        birthday = read(value)
        return str(birthday) if birthday else ""

    def cell(self, value: Any) -> str:
        return escape(self.text(value)) if value else NOTHING

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        return parse(text).stored if text else self.empty_value()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": ["1980-05-01", "05-01", "lunar 1980-04-15"]}

    def from_sheet(self, value: Any, by: Actor) -> Any:
        return self.parse(value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value or ""), by)

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        given = one(value)
        if operator == "in":
            if given not in PERIOD_LABELS:
                raise Refused(_("Unknown period: %(period)s.") % {"period": given})
            first, after = span(given)
        else:
            if (days := whole(given)) is None or days > LONGEST_SPAN:
                raise Refused(_("Enter a number of days."))
            first, after = today(), today() + (days + 1) * DAY
        return Q(**{f"{self.path}_key__in": sorted(keys_between(first or today(), after or today()))})

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        if operator in EMPTY_OPERATORS:
            return mark_safe("")
        label = escape(self.label)
        if operator == "next":
            return mark_safe(
                f'<input type="text" inputmode="numeric" class="form-control" name="{escape(name)}" '
                f'value="{escape(one(value))}" aria-label="{label}">'
            )
        options = "".join(
            f'<option value="{key}"{" selected" if key in many(value) else ""}>{escape(text)}</option>'
            for key, text in PERIOD_LABELS.items()
        )
        return mark_safe(f'<select class="form-select" name="{escape(name)}" aria-label="{label}">{options}</select>')

    def say(self, operator: str, value: Any) -> str:
        if operator == "in":
            return f"{self.label}: {PERIOD_LABELS.get(one(value), one(value))}"
        if operator == "next":
            return f"{self.label}: {self.operators[operator]}".replace("…", one(value))
        return super().say(operator, value)
