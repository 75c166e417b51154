"""When things happen in a Chinese company: on working days, in office hours, a little more each month."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from lunar_python import Lunar

from haike.site.demo.chance import Chance

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPAN = 182
"""Days of history: six months."""
FURTHEST = 90
"""Days ahead that something may be planned."""

# Minutes of the day from, to, and how much happens then: morning and afternoon peak, lunch is quiet, a few work late.
_HOURS = ((510, 540, 3), (540, 570, 8), (570, 690, 30), (690, 720, 6), (720, 810, 2), (810, 840, 4), (840, 990, 32),
          (990, 1080, 12), (1080, 1140, 2), (1140, 1290, 1))  # fmt: skip
_WEEKDAYS = (1.0, 1.1, 1.1, 1.05, 0.9, 0.12, 0.04)


def _lunar(year: int, month: int, day: int) -> date:
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def holidays(year: int) -> set[date]:
    """The days off of a year by the usual pattern; which weekends are worked in exchange is decided each year anew."""

    def row(first: date, count: int) -> set[date]:
        return {first + timedelta(days=day) for day in range(count)}

    # Qingming falls on 4 or 5 April.
    return (
        row(date(year, 1, 1), 1)
        | row(_lunar(year, 1, 1) - timedelta(days=1), 8)
        | row(date(year, 4, 4 if year % 4 in (0, 1) else 5), 1)
        | row(date(year, 5, 1), 5)
        | row(_lunar(year, 5, 5), 1)
        | row(_lunar(year, 8, 15), 1)
        | row(date(year, 10, 1), 7)
    )


class WorkingDays:
    """Draws moments of the half year that ends now, and days soon after."""

    def __init__(self, chance: Chance, now: datetime) -> None:
        self._chance = chance
        self._now = int(now.timestamp())
        self.today = now.astimezone(SHANGHAI).date()
        self.first = self.today - timedelta(days=SPAN)
        self._off = {day for year in {self.first.year, self.today.year, self.today.year + 1} for day in holidays(year)}
        self._midnights = self._weigh()
        self._minutes = tuple(
            low + (high - low) * step // (weight * 4) for low, high, weight in _HOURS for step in range(weight * 4)
        )
        self._coming = [self._forward(days) for days in range(FURTHEST + 1)]

    def _weigh(self) -> tuple[int, ...]:
        """Midnights in seconds, each as often as its day is busy; a growing company does more at the end."""
        table: list[int] = []
        for number in range(SPAN + 1):
            day = self.first + timedelta(days=number)
            weight = _WEEKDAYS[day.weekday()] * (0.6 + 0.8 * number / SPAN)
            if day in self._off:
                weight *= 0.03
            table += [_midnight(day)] * round(weight * 100)
        return tuple(table)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._off

    def _forward(self, days: int) -> int:
        day = self.today + timedelta(days=days)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return _midnight(day)

    def seconds(self) -> int:
        """A moment of the half year, in seconds since 1970."""
        random = self._chance.random
        midnight = self._midnights[int(random() * len(self._midnights))]
        moment = midnight + self._minutes[int(random() * len(self._minutes))] * 60 + int(random() * 60)
        return moment if moment <= self._now else self._now - (moment - self._now)

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def coming(self, days: int) -> datetime:
        """A working day at least this many days from today, at a full or half hour."""
        half_hours = 18 + int(self._chance.random() * 17)
        return datetime.fromtimestamp(self._coming[min(days, FURTHEST)] + half_hours * 1800, UTC)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp())
