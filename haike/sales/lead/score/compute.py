"""Points and chance of many leads: worked out in four queries, stored where they changed.

It is done in the transaction of a change of the lead or of a talk with it, and every night for all leads that are
still open: points of talks grow old, and conditions such as "in the past week" follow the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import Entity
from haike.kernel.record import Record
from haike.sales.lead.record import FOLLOWING, TO_DO, UNASSIGNED, Lead, LeadFollowUp
from haike.sales.lead.score import facts
from haike.sales.lead.score.held import Held, grade_of, held
from haike.sales.score.points import Each, Found, Rules, own_points, points_of_each, total
from haike.sales.score.record import LEAD, TALK
from haike.sales.score.store import newest, read_back, score_in_batches, store

OPEN = (UNASSIGNED, TO_DO, FOLLOWING)
"""What is closed keeps the score that it had."""
STORED = ("score", "grade", "chance")


@dataclass(frozen=True)
class Score:
    """What is stored of one lead; None where there are no rules or no model."""

    score: int | None
    grade: str
    chance: int | None


def given(keys: Sequence[int], known: Rules, ends: Mapping[int, datetime] | None = None) -> Found:
    """The points of each rule for these leads, in two queries; talks age until now, or until a lead's own end."""
    found: Found = defaultdict(list)
    if profile := known.about(LEAD):
        own_points(found, Lead._base_manager.filter(pk__in=keys), profile)
    if behaviour := known.about(TALK):
        talks = LeadFollowUp._base_manager.filter(lead__in=keys, deleted_at__isnull=True)
        points_of_each(found, talks, behaviour, Each("lead_id", "at", ends=ends))
    return found


def percent(chance: float) -> int:
    """A chance as it is stored."""
    return max(0, min(100, round(chance * 100)))


def scores_of(keys: Sequence[int], known: Held) -> dict[int, Score]:
    """What these leads score today."""
    points = given(keys, known) if known.rules else {}
    chances: dict[int, int] = {}
    if known.fit is not None:
        chances = {pk: percent(known.fit.chance(row)) for pk, row in facts.read(keys)}
    found = {}
    for pk in keys:
        score = total(points.get(pk, ())) if known.rules else None
        found[pk] = Score(score, "" if score is None else grade_of(score), chances.get(pk))
    return found


def score_leads(keys: Iterable[int]) -> int:
    """Work out and store the scores of those of these leads that are open; returns how many changed."""
    rows = Lead._base_manager.filter(pk__in=list(keys), state__in=OPEN, deleted_at__isnull=True)
    before = {row.pop("pk"): row for row in rows.values("pk", *STORED)}
    if not before:
        return 0
    after = {pk: asdict(score) for pk, score in scores_of(list(before), held()).items()}
    return store(Lead, before, after, ("score", "grade"), ("chance",))


def score_written(keys: Iterable[int]) -> None:
    """Score leads that were just written, or talked with; without rules and model there is nothing to do."""
    known = held()
    if known.rules or known.fit is not None:
        score_leads(keys)


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Score leads anew in the transaction that writes them."""
    if entity.model is not Lead:
        return
    score_written([record.pk for record in records])
    read_back(records, STORED)


@cron("20 3 * * *", name="sales.score-leads")
@job(title=_("Score all open leads"), attempts=3, timeout=7200, slow=True)
def score_all() -> dict[str, int]:
    """All open leads in batches."""
    done, changed = score_in_batches(Lead._base_manager.filter(state__in=OPEN, deleted_at__isnull=True), score_leads)
    return {"leads": done, "changed": changed}


def sample(most: int) -> list[int]:
    """The newest open leads."""
    return newest(Lead._base_manager.filter(state__in=OPEN, deleted_at__isnull=True), most)
