"""Reads how earlier opportunities went, every night; each process keeps the newest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.versioned import Versioned, bump
from haike.sales.opportunity.forecast.past import YEAR, Learner, Past, Stay
from haike.sales.opportunity.forecast.record import ForecastPast
from haike.sales.opportunity.record import OPEN, WON, Opportunity, StageMove

KEY = "opportunity_forecast"
WATCHED = timedelta(days=3 * YEAR)
"""Opportunities entered earlier teach nothing any more."""
AT_ONCE = 5_000
"""A company with at most so many opportunities need not wait for the night."""
KEPT = 3


def learn(now: datetime) -> dict[str, Any]:
    """Read all opportunities of the last years and their moves."""
    rows = Opportunity._base_manager.filter(deleted_at__isnull=True, created_at__gte=now - WATCHED).order_by()
    facts = {
        pk: (owner, kind or "", state)
        for pk, owner, kind, state in rows.values_list("pk", "owner_id", "kind", "state").iterator(chunk_size=5_000)
    }
    learner = Learner()
    for made in rows.filter(created_at__gte=now - timedelta(days=YEAR)).values_list("created_at", flat=True):
        learner.entered((now - made).days)
    learner.cases = sum(state != OPEN for _owner, _kind, state in facts.values())
    moves = StageMove._base_manager.filter(since__gte=now - WATCHED).order_by("opportunity", "id")
    told = moves.values_list("opportunity_id", "at", "since", "to_stage_id", "to_state").iterator(chunk_size=5_000)
    for pk, some in groupby(told, key=lambda row: row[0]):
        if pk in facts:
            for stay in stays_of(*facts[pk], some, now):
                learner.stay(stay)
    first = rows.order_by("created_at").values_list("created_at", flat=True).first()
    year_ago = max(first or now, now - timedelta(days=YEAR))
    won = rows.filter(state=WON, closed_on__gt=timezone.localtime(year_ago).date())
    for pipeline, owner, made, closed, worth in won.values_list(
        "pipeline_id", "owner_id", "created_at", "closed_on", "worth"
    ).iterator(chunk_size=5_000):
        assert closed is not None  # the table demands it of what is won
        learner.won(pipeline, owner, (closed - timezone.localtime(made).date()).days, float(worth))
    return learner.data((now - year_ago).days)


def stays_of(owner: int | None, kind: str, state: str, moves: Iterable[Any], now: datetime) -> list[Stay]:
    """The stays of one opportunity from its moves (key, at, since, stage, state), the oldest first."""
    found: list[tuple[int, datetime, datetime]] = []
    stage: int | None = None
    start = end = now
    for _key, at, since, to_stage, to_state in moves:
        end = at
        if stage is not None and (to_stage != stage or to_state != OPEN):
            found.append((stage, start, at))
            stage = None
        if stage is None and to_state == OPEN:
            stage, start = to_stage, since
    if state == OPEN:
        end = now
        if stage is not None:
            found.append((stage, start, now))
    return [
        Stay(each, owner, kind, max((left - came).days, 0), max((end - came).days, 0), state)
        for each, came, left in found
    ]


def _read() -> Past:
    row = ForecastPast.objects.order_by("-id").first()
    if row is not None:
        return Past(row.data)
    few = Opportunity._base_manager.order_by()[: AT_ONCE + 1].count() <= AT_ONCE
    return Past(learn(timezone.now()) if few else {})


past: Versioned[Past] = Versioned(KEY, _read)


@cron("50 3 * * *", name="sales.learn-forecast")
@job(title=_("Learn for the forecast from earlier opportunities"), attempts=2, timeout=3600, slow=True)
def learn_nightly() -> dict[str, int]:
    """Learn anew every night."""
    now = timezone.now()
    data = learn(now)
    with transaction.atomic():
        made = ForecastPast.objects.create(learned_at=now, data=data)
        ForecastPast.objects.filter(pk__lte=made.pk - KEPT).delete()
        bump(KEY)
    return {"cases": data["cases"]}
