"""Learning from one's own leads that were won and lost: every week, and when an administrator asks.

Every case is foretold by what was learned from other cases; the area under the curve and the calibration are those of
these foretellings. What is kept was learned from all cases.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.jobs.cron import cron
from haike.jobs.declare import asking, job
from haike.kernel.versioned import bump
from haike.refused import Refused
from haike.said import said
from haike.sales.lead.record import CONVERTED, INVALID, VOID, Lead
from haike.sales.lead.score import facts
from haike.sales.lead.score.compute import given, score_all
from haike.sales.lead.score.held import KEY, held
from haike.sales.lead.score.regression import (
    area_under_curve,
    calibration,
    fit,
    foretell_apart,
    miscalibration,
)
from haike.sales.score.points import total
from haike.sales.score.record import ScoreModel

LOST = (INVALID, VOID)
LEAST = 50
"""So many won and so many lost leads are needed; with fewer the figures would be chance."""
MOST = 20_000
"""The newest closed leads of which is learned; more would take long and be old."""
USEFUL = 0.6
"""A model that tells won from lost worse than this is kept, but not used."""
CHUNK = 2_000


@dataclass(frozen=True)
class Enough:
    """How many leads were won and lost."""

    won: int
    lost: int

    @property
    def reason(self) -> str:
        """Why nothing can be learned yet; empty when there are enough."""
        if self.won >= LEAST and self.lost >= LEAST:
            return ""
        message = _(
            "Too few cases to learn from: %(won)s converted and %(lost)s invalid or void leads; at least %(least)s of"
            " each are needed."
        )
        return said(message, won=self.won, lost=self.lost, least=LEAST)


def enough() -> Enough:
    """Count the cases, no further than is needed."""
    rows = Lead._base_manager.filter(deleted_at__isnull=True)
    won, lost = rows.filter(state=CONVERTED), rows.filter(state__in=LOST)
    return Enough(won.order_by()[: MOST + 1].count(), lost.order_by()[: MOST + 1].count())


def start_learning(*, by: Any) -> str:
    """Ask for a job that learns; returns its key. Raises Refused when there is too little to learn from."""
    if reason := enough().reason:
        raise Refused(reason)
    with asking(by=by.pk, title=said(_("Learn from won and lost leads"))):
        return str(learn_by_hand.enqueue(user=by.pk).id)


@job(title=_("Learn from won and lost leads"), attempts=2, timeout=3600, slow=True)
def learn_by_hand(*, user: int | None) -> dict[str, Any]:
    """The same as a job of somebody who asked."""
    if reason := enough().reason:
        return {"message": reason, "url": "/leads/scoring"}
    made = learn(by=user)
    words = _("Learned from %(cases)s leads: version %(version)s.")
    return {"message": said(words, cases=made.won + made.lost, version=made.pk), "url": "/leads/scoring"}


@cron("10 4 * * 0", name="sales.learn-leads")
@job(title=_("Learn from won and lost leads"), attempts=2, timeout=3600, slow=True)
def learn_weekly() -> dict[str, Any]:
    """Learn anew every week, if there is enough to learn from."""
    if reason := enough().reason:
        return {"message": reason}
    return {"version": learn(by=None).pk}


def learn(*, by: int | None) -> ScoreModel:
    """Learn, measure and keep a new version; raises Refused when there are too few cases."""
    if reason := enough().reason:
        raise Refused(reason)
    keys, won, ends = cases()
    known: dict[int, dict[str, float]] = {}
    points: dict[int, int] = {}
    rules = held()
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        known.update(facts.read(some))
        if rules.rules:
            marks = given(some, rules, ends)
            points.update({pk: total(marks.get(pk, ())) for pk in some})
        progress.report(start, len(keys))
    hits = [won[pk] for pk in keys]
    rows = facts.common([known[pk] for pk in keys])
    chances = foretell_apart(rows, hits)
    learned, bands = fit(rows, hits), calibration(chances, hits)
    auc = area_under_curve(chances, hits) or 0.5
    made = ScoreModel(
        learned_at=timezone.now(),
        by_id=by,
        won=sum(hits),
        lost=len(hits) - sum(hits),
        auc=auc,
        rules_auc=area_under_curve([points[pk] for pk in keys], hits) if rules.rules else None,
        miscalibration=miscalibration(bands),
        bands=[list(astuple(band)) for band in bands],
        base=learned.base,
        weights=asdict(learned)["weights"],
        means=facts.means(rows),
        in_use=auc >= USEFUL,
    )
    with transaction.atomic():
        if made.in_use:
            ScoreModel.objects.update(in_use=False)
        made.save()
        if made.in_use:
            use_changed()
    return made


def cases() -> tuple[list[int], dict[int, bool], dict[int, datetime]]:
    """The newest won and lost leads mixed in a fixed order, whether each was won, and when it ended."""
    rows = Lead._base_manager.filter(deleted_at__isnull=True, state__in=(CONVERTED, *LOST)).order_by("-pk")[:MOST]
    cases = list(rows.values_list("pk", "state", "converted_at", "changed_at"))
    # Each fifth of them shall be of all times; neighbours by key often came in together.
    cases.sort(key=lambda case: case[0] * 2_654_435_761 % 2**32)
    won = {pk: state == CONVERTED for pk, state, __, ___ in cases}
    ends = {pk: converted or changed for pk, __, converted, changed in cases}
    return [case[0] for case in cases], won, ends


def use_changed() -> None:
    """Rules or the model in use have changed: tell every process, and score all leads anew."""
    bump(KEY)
    score_all.enqueue()
