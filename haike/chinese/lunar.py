"""The lunar calendar (农历): from and to solar dates, birthdays and feasts of a year, and how a lunar date is said."""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from lunar_python import Lunar, LunarYear

from haike.refused import Refused

FIRST_YEAR, LAST_YEAR = 1850, 2200

MONTHS = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月")
DAYS = (
    "初一 初二 初三 初四 初五 初六 初七 初八 初九 初十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 "
    "廿一 廿二 廿三 廿四 廿五 廿六 廿七 廿八 廿九 三十"
).split()

_NUMBERS = {sign: value for value, sign in enumerate("〇一二三四五六七八九十")} | {"正": 1, "冬": 11, "腊": 12}
_LUNAR_TEXT = re.compile(
    r"^(?:农历|阴历|旧历|lunar)?(?P<leap>闰)?(?P<month>[正冬腊一二三四五六七八九十]{1,2}|[0-9]{1,2})[月\-/.]"
    r"(?P<day>[初一二三四五六七八九十廿卅]{1,3}|[0-9]{1,2})[日号]?$"
)


class LunarDate(NamedTuple):
    """A day of the lunar calendar; `leap` for a day in a leap month."""

    year: int
    month: int
    day: int
    leap: bool = False


class _Month(NamedTuple):
    month: int
    leap: bool
    first: date
    days: int


@lru_cache(maxsize=512)
def _months(year: int) -> tuple[_Month, ...]:
    """The twelve or thirteen months of a lunar year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(_("Lunar dates are known from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    found = []
    for entry in LunarYear.fromYear(year).getMonthsInYear():
        signed = entry.getMonth()
        solar = Lunar.fromYmd(year, signed, 1).getSolar()
        first = date(solar.getYear(), solar.getMonth(), solar.getDay())
        found.append(_Month(abs(signed), signed < 0, first, entry.getDayCount()))
    return tuple(found)


def to_lunar(day: date) -> LunarDate:
    """The lunar date of a solar day."""
    year = day.year if FIRST_YEAR <= day.year <= LAST_YEAR and day >= _months(day.year)[0].first else day.year - 1
    for entry in reversed(_months(year)):
        if entry.first <= day:
            return LunarDate(year, entry.month, (day - entry.first).days + 1, entry.leap)
    raise AssertionError("a lunar year begins with its first month")


def to_solar(lunar: LunarDate) -> date:
    """The solar day of a lunar date; Refused when that year has no such day."""
    for entry in _months(lunar.year):
        if (entry.month, entry.leap) == (lunar.month, lunar.leap) and 1 <= lunar.day <= entry.days:
            return entry.first + timedelta(days=lunar.day - 1)
    raise Refused(_("The lunar year %(year)s has no such day.") % {"year": lunar.year})


def day_in_year(year: int, month: int, day: int, leap: bool = False) -> date:
    """The solar day on which a lunar birthday or feast is kept in a lunar year.

    A leap month that the year does not have is replaced by the plain month, a 30th day by the 29th.
    """
    check_lunar(month, day)
    chosen = next((m for m in _months(year) if (m.month, m.leap) == (month, leap)), None)
    if chosen is None:
        chosen = next(m for m in _months(year) if m.month == month)
    return chosen.first + timedelta(days=min(day, chosen.days) - 1)


def next_birthday(month: int, day: int, leap: bool, today: date) -> date:
    """The next solar day, today included, on which a lunar birthday is kept."""
    year = to_lunar(today).year
    kept = day_in_year(year, month, day, leap)
    return kept if kept >= today else day_in_year(year + 1, month, day, leap)


def check_lunar(month: int, day: int) -> None:
    """Refuse what no lunar year can have."""
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise Refused(_("A lunar date has a month from 1 to 12 and a day from 1 to 30."))


def display(month: int, day: int, leap: bool = False) -> str:
    """农历八月十五, 农历闰六月初一; for readers of English the numbers."""
    check_lunar(month, day)
    if (get_language() or "zh").startswith("zh"):
        return f"农历{'闰' if leap else ''}{MONTHS[month - 1]}{DAYS[day - 1]}"
    return f"lunar {'leap ' if leap else ''}{month}/{day}"


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    text = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    if text in _NUMBERS:
        return _NUMBERS[text]
    tens, _ten, ones = text.partition("十")
    return _NUMBERS.get(tens, 1 if not tens else 99) * 10 + (_NUMBERS.get(ones, 99) if ones else 0)


def parse_lunar(text: str) -> tuple[int, int, bool]:
    """Month, day and leap of a lunar date as people write it: 农历八月十五, 闰六月初一, 腊月廿三, 8-15."""
    compact = "".join(unicodedata.normalize("NFKC", text).split())
    found = _LUNAR_TEXT.match(compact)
    if not found:
        raise Refused(_("“%(text)s” is not a lunar date; write it like 八月十五 or 8-15.") % {"text": text[:40]})
    month, day = _number(found["month"]), _number(found["day"])
    check_lunar(month, day)
    return month, day, bool(found["leap"])
