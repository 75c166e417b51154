"""Rules that were understood, and the points that they give to many records in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.filter import Group, read_filter
from haike.kernel.policy import System
from haike.refused import Refused
from haike.sales.score.record import ScoreRule
from haike.sales.score.subject import SUBJECTS, entity_about

SCORER = System("lead score")
CHUNK = 2_000


@dataclass(frozen=True)
class Rule:
    """A rule whose condition was understood."""

    row: ScoreRule
    filter: Group

    @property
    def q(self) -> Q:
        """The condition today."""
        return self.filter.q(SCORER)

    @property
    def fields(self) -> list[str]:
        """The fields that the condition reads."""
        return [line.look.path for line in self.filter.lines()]


@dataclass(frozen=True)
class Given:
    """The points that one rule gives to a record, and for how many talks or other rows."""

    rule: Rule
    points: float
    talks: int = 0


Found = dict[int, list[Given]]
"""The points of records, by key."""


@dataclass
class Rules:
    """The rules that count, and the rows that cannot be read any more with the reason."""

    rules: list[Rule] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)

    def about(self, *subjects: str) -> list[Rule]:
        """Those that look at one of these."""
        return [rule for rule in self.rules if rule.row.about in subjects]

    def put(self, row: ScoreRule) -> Rule:
        """Add one more rule; raises Refused."""
        rule = Rule(row, understand(row))
        self.rules.append(rule)
        return rule

    def read(self, abouts: Sequence[str]) -> None:
        """Take in the rules about these subjects."""
        for row in ScoreRule.objects.filter(about__in=abouts):
            try:
                self.put(row)
            except Refused as no:
                self.broken[row.pk] = str(no)


def understand(row: ScoreRule) -> Group:
    """The condition of a rule; raises Refused for what cannot be asked."""
    found = read_filter(entity_about(row.about), SCORER, row.condition)
    if not found.parts:
        raise Refused(_("Say for which ones the points are given: add a condition."))
    for line in found.lines():
        if line.look.path in SUBJECTS[row.about].outcome:
            message = _("“%(field)s” shows how it ended, so no points are given for it.")
            raise Refused(message % {"field": line.look.label})
    return found


def own_points(found: Found, rows: Any, rules: Sequence[Rule], to: Mapping[int, Sequence[int]] | None = None) -> None:
    """Add the points for what records are; with `to` those of each row go to the records that belong to it."""
    for pk, *hits in _hits(rows, rules):
        points = [Given(rule, rule.row.points) for rule, hit in zip(rules, hits, strict=True) if hit]
        for key in (pk,) if to is None else to.get(pk, ()):
            found[key] += points


@dataclass(frozen=True)
class Each:
    """How rows count for records: by the columns of the record's key and of the time, those of a record not before
    `since`, aged until its end or now; with `to` the column holds what several records belong to."""

    key: str
    at: str
    since: Mapping[int, datetime] | None = None
    ends: Mapping[int, datetime] | None = None
    to: Mapping[int, Sequence[int]] | None = None


def points_of_each(found: Found, rows: Any, rules: Sequence[Rule], how: Each) -> None:
    """Add the points for rows, the newest of each record as far as a rule counts them."""
    now, ages = timezone.now(), defaultdict[int, dict[int, list[float]]](lambda: defaultdict(list))
    for __, holder, at, *hits in _hits(rows.order_by(f"-{how.at}", "-id"), rules, how.key, how.at):
        for key in (holder,) if how.to is None else how.to.get(holder, ()):
            if how.since is not None and at < how.since[key]:
                continue
            days = max(((how.ends or {}).get(key, now) - at).total_seconds() / 86_400, 0.0)
            for place, hit in enumerate(hits):
                if hit and len(ages[key][place]) < rules[place].row.times:
                    ages[key][place].append(days)
    for key, places in ages.items():
        for place, days_of in sorted(places.items()):
            rule = rules[place]
            found[key].append(Given(rule, sum(aged(rule, days) for days in days_of), len(days_of)))


def aged(rule: Rule, days: float) -> float:
    """What the points of a talk are worth after so many days."""
    half = rule.row.halves_after
    return float(rule.row.points * (0.5 ** (days / half) if half else 1))


def _hits(rows: Any, rules: Sequence[Rule], *names: str) -> Iterator[tuple[Any, ...]]:
    conditions = [rule.q for rule in rules]
    # Own names, so that no field of the record stands in the way.
    asked = {
        f"rule_{place}": Case(When(q, then=Value(True)), default=Value(False), output_field=BooleanField())
        for place, q in enumerate(conditions)
    }
    seen: set[Any] = set()
    some = rows.filter(reduce(or_, conditions)).annotate(**asked).values_list("pk", *names, *asked)
    for row in some.iterator(chunk_size=CHUNK):
        if row[0] not in seen:
            seen.add(row[0])
            yield row


def total(points: Iterable[Given]) -> int:
    """The points of all rules together, from 0 to 100."""
    return max(0, min(100, int(sum(each.points for each in points) + 0.5)))


def spread(scores: Iterable[int]) -> list[int]:
    """How many score 0–9, 10–19 … 90–100."""
    found = [0] * 10
    for score in scores:
        found[min(score // 10, 9)] += 1
    return found
