"""What earlier opportunities teach: so often, and so many days after it came to a stage, one is won.

Everything here is worked out from plain values. How well it foretells stands in docs/forecast.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from haike.sales.opportunity.record import LOST, WON

STEADY = 12
"""A record of so many cases counts as much as the wider one to which it is drawn."""
BANDS = (0, 7, 14, 30, 60, 120)
"""An opportunity that has been in its stage for so many days is compared with those that stayed as long."""
LAST_DAY = 730
"""Later days count as this one."""
WEEK, MONTH, YEAR = 7, 30, 365


def band_of(days: int) -> int:
    """Place of the band in which a stay of so many days lies."""
    return bisect_right(BANDS, days) - 1


@dataclass(frozen=True)
class Stay:
    """One opportunity in one stage for `days`; `after` days since it came there it was won or lost, or is open."""

    stage: int
    seller: int | None
    kind: str
    days: int
    after: int
    state: str


class Learner:
    """Counts stays and newly won opportunities; `data` is plain and can be stored as JSON."""

    def __init__(self) -> None:
        self.curves: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
        self.own: dict[str, dict[tuple[int, str], list[int]]] = {
            side: defaultdict(lambda: [0, 0, 0]) for side in ("", "seller", "kind")
        }
        self.fresh: dict[tuple[int, int | None, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.months = [0] * 12
        self.cases = 0

    def entered(self, ago: int) -> None:
        """Count one that was entered so many days ago."""
        if 0 <= ago // MONTH < len(self.months):
            self.months[ago // MONTH] += 1

    def stay(self, stay: Stay) -> None:
        """Count a stay in every band that it reached."""
        place = (WON, LOST).index(stay.state) if stay.state in (WON, LOST) else 2
        for band in range(band_of(stay.days) + 1):
            day = min(max(stay.after - BANDS[band], 0), LAST_DAY)
            self.curves[stay.stage, band][day][place] += 1
        if place < 2:
            for side, key in (("", ""), ("seller", str(stay.seller or "")), ("kind", stay.kind)):
                row = self.own[side][stay.stage, key]
                row[0] += place == 0
                row[1] += 1
                row[2] += stay.after if place == 0 else 0

    def won(self, pipeline: int, seller: int | None, age: int, worth: float) -> None:
        """Count one won in the last year that was entered `age` days before."""
        row = self.fresh[pipeline, seller, max(age, 0) // WEEK]
        row[0] += worth
        row[1] += worth * worth

    def data(self, days: int) -> dict[str, Any]:
        """What was learned; wins were counted over so many days."""
        curves = [[*key, [[day, *counts] for day, counts in sorted(some.items())]] for key, some in self.curves.items()]
        own = {side: [[*key, *row] for key, row in some.items()] for side, some in self.own.items()}
        fresh = [[*key, *row] for key, row in self.fresh.items()]
        return {
            "cases": self.cases, "curves": curves, "own": own, "fresh": fresh, "days": max(days, 1),
            "swing": swing_of(self.months[: max(days // MONTH, 1)]),
        }  # fmt: skip


def swing_of(months: Sequence[int]) -> float:
    """How much the numbers of months differ beyond luck: the square of the coefficient of variation."""
    mean = sum(months) / len(months)
    spread = sum((number - mean) ** 2 for number in months) / len(months)
    return max(0.0, spread - mean) / mean**2 if mean else 0.0


class Curve:
    """Share won, and still open, by days since a landmark in a stage.

    Those still open count as long as they have been watched (the Aalen-Johansen estimate), so that slow ones are not
    forgotten because they have not ended yet.
    """

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.decided = sum(won + lost for _day, won, lost, _open in rows)
        watched, share, alive, at = sum(won + lost + left for _day, won, lost, left in rows), 0.0, 1.0, 0
        # By place: what was before the first day, then after each day.
        self.won, self.open = [0.0], [1.0]
        for day, won, lost, left in rows:
            while at < day:
                self.won.append(share)
                self.open.append(alive)
                at += 1
            share += alive * won / watched
            alive *= 1 - (won + lost) / watched
            self.won.append(share)
            self.open.append(alive)
            at += 1
            watched -= won + lost + left
        self.last = len(self.won) - 1

    def won_within(self, days: int, more: int) -> float:
        """The share of those open before the day number `days` that are won by the day `days + more`."""
        now = min(days, self.last)
        return (self.won[min(days + more + 1, self.last)] - self.won[now]) / self.open[now] if self.open[now] else 0.0

    def half(self, days: int) -> int | None:
        """In how many more days half of those that will be won are won; None where none will be."""
        now = min(days, self.last)
        half = (self.won[now] + self.won[-1]) / 2
        if self.won[-1] <= self.won[now]:
            return None
        return max(next(at for at in range(now, self.last + 1) if self.won[at] >= half) - now - 1, 0)


@dataclass(frozen=True)
class Pull:
    """How a seller or a kind differs from all in a stage: `odds` of winning, `pace` of days until won (1: alike)."""

    odds: float = 1.0
    pace: float = 1.0

    def __mul__(self, other: Pull) -> Pull:
        return Pull(self.odds * other.odds, self.pace * other.pace)


def pull_of(row: Sequence[int], base: Sequence[int]) -> Pull:
    """The pull of (won, decided, days until won) against the same of all, drawn to none where there are few."""
    usual = (base[0] + 0.5) / (base[1] + 1)
    rate = (row[0] + STEADY * usual) / (row[1] + STEADY)
    odds = rate / (1 - rate) / (usual / (1 - usual))
    mean = base[2] / base[0] if base[0] else 0.0
    pace = (row[2] + STEADY * mean) / (row[0] + STEADY) / mean if mean else 1.0
    return Pull(odds, min(max(pace, 0.25), 4.0))


class Past:
    """How earlier opportunities went, by stage, seller and kind."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.cases = int(data.get("cases", 0))
        self.curves = {(stage, band): Curve(rows) for stage, band, rows in data.get("curves", [])}
        own = data.get("own", {})
        base = {stage: rest for stage, _key, *rest in own.get("", [])}
        self._sellers = {(stage, key): pull_of(row, base[stage]) for stage, key, *row in own.get("seller", [])}
        self._kinds = {(stage, key): pull_of(row, base[stage]) for stage, key, *row in own.get("kind", [])}
        self._fresh = data.get("fresh", [])
        self._days = int(data.get("days", 1))
        self._swing = float(data.get("swing", 0))

    def pull(self, stage: int, seller: int | None, kind: str | None) -> Pull:
        """How this seller and this kind differ in a stage."""
        none = Pull()
        return self._sellers.get((stage, str(seller or "")), none) * self._kinds.get((stage, kind or ""), none)

    def chances(
        self, stage: int, seller: int | None, kind: str | None, days: int, ahead: Sequence[int],
        hoped: int | None, probability: float,
    ) -> list[float]:  # fmt: skip
        """How probable a win is by each of the days `ahead` (0 is today), each from 0 to 1.

        The opportunity has been in its stage for `days`. With few cases this draws near to what its owner says: won
        with `probability` (0 to 1) on the day `hoped`.
        """
        band = band_of(days)
        curve = self.curves.get((stage, band))
        said = [probability if hoped is not None and 0 <= hoped <= more else 0.0 for more in ahead]
        if curve is None:
            return said
        pull, weight = self.pull(stage, seller, kind), curve.decided / (curve.decided + STEADY)
        start = int((days - BANDS[band]) / pull.pace)
        ever = curve.won_within(start, LAST_DAY)
        better = ever * pull.odds / (1 - ever + ever * pull.odds) / ever if ever else 0.0
        return [
            weight * curve.won_within(start, int(more / pull.pace)) * better + (1 - weight) * told
            for more, told in zip(ahead, said, strict=True)
        ]

    def days_left(self, stage: int, seller: int | None, kind: str | None, days: int) -> int | None:
        """In how many days an opportunity is won if it is; None where there are too few cases to say."""
        band = band_of(days)
        curve = self.curves.get((stage, band))
        if curve is None or curve.decided < STEADY:
            return None
        pace = self.pull(stage, seller, kind).pace
        half = curve.half(int((days - BANDS[band]) / pace))
        return None if half is None else round(half * pace)

    def fresh(
        self, first: int, last: int, pipeline: int | None = None, sellers: frozenset[int] | None = None
    ) -> tuple[float, float]:
        """What opportunities that are not entered yet bring from the day `first` to `last` (0 is today), and variance.

        As much as in the last year those brought that were won as soon after they were entered; the months of that
        year tell how far it may differ.
        """
        mean = spread = 0.0
        for key, seller, week, worth, squares in self._fresh:
            if (pipeline is None or key == pipeline) and (sellers is None or seller in sellers):
                open_days = max(0, last - max(first, week * WEEK + WEEK // 2) + 1)
                mean += worth * open_days / self._days
                spread += squares * open_days / self._days
        return mean, spread + mean * mean * self._swing


@dataclass(frozen=True)
class Expected:
    """An expected sum and its variance."""

    mean: float = 0.0
    variance: float = 0.0

    def __add__(self, other: Expected) -> Expected:
        return Expected(self.mean + other.mean, self.variance + other.variance)

    def range(self, most: float | None = None) -> tuple[float, float]:
        """Between what it lies four times out of five, if it is spread normally; no less than nothing."""
        wide = 1.2816 * self.variance**0.5
        return max(self.mean - wide, 0.0), self.mean + wide if most is None else min(self.mean + wide, most)


def weighed(worth: float, chance: float) -> Expected:
    """What one opportunity brings that is won by this chance."""
    return Expected(worth * chance, worth * worth * chance * (1 - chance))


def months_from(today: date, number: int) -> list[date]:
    """The first days of this month and so many following ones."""
    months = [today.year * 12 + today.month - 1 + more for more in range(number + 1)]
    return [date(at // 12, at % 12 + 1, 1) for at in months]
