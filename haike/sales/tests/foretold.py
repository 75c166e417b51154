"""The forecast against simpler ones, on a history that is made up with a fixed seed.

The world: eight sellers of different skill and pace sell three kinds of goods, of which large projects are rarer won
and slower; deals walk through five stages, may be lost in each, and stay for a skewed time. More come in the busy
months, and more from year to year. Sellers hope too early: the day they expect lies before the true one twice out of
three times, is put off when it has passed, and is told for lost deals too. On the first day of each of twelve months
all know only what has happened until then.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from haike.sales.opportunity.forecast.past import YEAR, Expected, Learner, Past, Stay, months_from, weighed
from haike.sales.opportunity.record import LOST, OPEN, WON

DOCS = Path(__file__).parents[3] / "docs" / "forecast.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SEED, BEGINS, MONTHS, LEARNT = 20_263, date(2023, 1, 1), 39, 24
STAGES = ((10, 0.72, 9), (25, 0.76, 13), (50, 0.74, 14), (75, 0.82, 10), (90, 0.90, 7))
"""Probability in the settings, share that really goes on, mean days."""
KINDS = {"new": (0.0, 1.0, 1.0), "repeat": (0.5, 0.6, 0.6), "project": (-0.5, 1.9, 4.0)}
SELLERS = tuple((skill, pace) for skill in (-0.5, -0.1, 0.2, 0.6) for pace in (0.75, 1.3))


@dataclass(frozen=True)
class Deal:
    """One opportunity; `stays` are the days on which it came to each stage, `ended` is when it was won or lost."""

    seller: int
    kind: str
    worth: float
    stays: tuple[date, ...]
    ended: date
    state: str
    hopes: float

    def stage(self, day: date) -> int:
        """Place of its stage on a day."""
        return sum(came <= day for came in self.stays) - 1

    def hoped(self, day: date) -> date:
        """The day which its seller expects on a day: put off by some weeks when it has passed."""
        expected = self.stays[0] + timedelta(days=self.hopes)
        while expected < day:
            expected += timedelta(days=20)
        return expected


def make_history(months: int) -> list[Deal]:
    """Deals that begin in so many months."""
    luck, made = random.Random(SEED), []
    for at, first in enumerate(months_from(BEGINS, months)[:-1]):
        busy = 1.35 if first.month in (3, 4, 9, 10, 11) else 0.6 if first.month in (1, 2) else 1.0
        number = round(34 * busy * (1 + at / 60) * luck.uniform(0.85, 1.15))
        made.extend(_deal(luck, first + timedelta(days=luck.randrange(28))) for _ in range(number))
    return made


def _deal(luck: random.Random, day: date) -> Deal:
    seller, kind = luck.randrange(len(SELLERS)), luck.choices(list(KINDS), [5, 4, 1.5])[0]
    skill, pace = SELLERS[seller]
    edge, slow, size = KINDS[kind]
    worth, stays, state = round(luck.lognormvariate(10.2, 0.9) * size, 2), [day], WON
    for place, (_probability, goes_on, days) in enumerate(STAGES):
        day += timedelta(days=round(luck.gammavariate(1.4, days * pace * slow / 1.4)))
        odds = goes_on / (1 - goes_on) * 2.718 ** ((skill + edge) / 2)
        if luck.random() > odds / (1 + odds):
            state = LOST
            break
        if place + 1 < len(STAGES):
            stays.append(day)
    true = (day - stays[0]).days
    hopes = true * luck.choice((0.6, 0.8, 1.2)) if state == WON else luck.uniform(20, 110)
    return Deal(seller, kind, worth, tuple(stays), day, state, hopes)


def learned(deals: list[Deal], day: date) -> Past:
    """What is known in the morning of a day."""
    learner = Learner()
    for deal in deals:
        if deal.stays[0] >= day:
            continue
        learner.entered((day - deal.stays[0]).days)
        state = deal.state if deal.ended < day else OPEN
        end = min(deal.ended, day)
        for place, came in enumerate(deal.stays):
            if came < day:
                left = min(deal.stays[place + 1] if place + 1 < len(deal.stays) else deal.ended, day)
                learner.stay(Stay(place, deal.seller, deal.kind, (left - came).days, (end - came).days, state))
        if state == WON and deal.ended >= day - timedelta(days=YEAR):
            learner.won(1, deal.seller, (deal.ended - deal.stays[0]).days, deal.worth)
    return Past(learner.data(YEAR))


def by_history(deals: list[Deal], past: Past, day: date, last: date) -> Expected:
    """As the page foretells it: open deals, and those that are not entered yet."""
    ahead = (last - day).days
    found = Expected(*past.fresh(0, ahead))
    for deal in deals:
        if deal.stays[0] < day <= deal.ended:
            stage = deal.stage(day - timedelta(days=1))
            days, hoped = (day - deal.stays[stage]).days, (deal.hoped(day) - day).days
            chance = past.chances(stage, deal.seller, deal.kind, days, [ahead], hoped, STAGES[stage][0] / 100)[0]
            found += weighed(deal.worth, chance)
    return found


def by_probability(deals: list[Deal], past: Past, day: date, last: date) -> Expected:
    """What is expected in the days by those who sell, weighed by the probability of the stage."""
    found = Expected()
    for deal in deals:
        if deal.stays[0] < day <= deal.ended and deal.hoped(day) <= last:
            found += weighed(deal.worth, STAGES[deal.stage(day - timedelta(days=1))][0] / 100)
    return found


def came(deals: list[Deal], first: date, last: date) -> float:
    """What was won in these days."""
    return sum(deal.worth for deal in deals if deal.state == WON and first <= deal.ended <= last)


def by_mean(deals: list[Deal], past: Past, day: date, last: date) -> Expected:
    """As much as on the average of the three months before."""
    months = round((last - day).days / 30.4)
    first = months_from(day - timedelta(days=85), 1)[0]
    return Expected(came(deals, first, day - timedelta(days=1)) / 3 * months)


WAYS: dict[str, Callable[[list[Deal], Past, date, date], Expected]] = {
    "mean of the last three months": by_mean,
    "probability of the stage, on the expected day": by_probability,
    "history": by_history,
}


def measure() -> list[str]:
    """The lines of the table."""
    deals = make_history(MONTHS)
    starts = months_from(BEGINS, MONTHS)
    known = [learned(deals, first) for first in starts[LEARNT : LEARNT + 12]]
    lines = [
        "| ahead | foretold by | mean error | too much or too little | in the range |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for label, months in (("month", 1), ("quarter", 3)):
        for name, way in WAYS.items():
            errors, sides, hits, total = 0.0, 0.0, 0, 0.0
            for at in range(LEARNT, LEARNT + 12):
                first, last = starts[at], starts[at + months] - timedelta(days=1)
                told, true = way(deals, known[at - LEARNT], first, last), came(deals, first, last)
                low, high = told.range()
                errors, sides, total = errors + abs(told.mean - true), sides + told.mean - true, total + true
                hits += low <= true <= high
            within = f"{hits} of 12" if way is by_history else ""
            lines.append(f"| {label} | {name} | {errors / total:.0%} | {sides / total:+.0%} | {within} |")
    return lines
