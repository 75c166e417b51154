"""Fit and intent of many opportunities: worked out in a fixed number of queries, stored where they changed.

It is done in the transaction of a change of what is scored or of what the rules look at, and every night for all that
are open: points of talks grow old, and conditions such as "in the past week" follow the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import Entity, entity_of
from haike.kernel.events import on
from haike.kernel.record import Record
from haike.sales.decider.record import OpportunityDecider
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.score.held import FIT, INTENT, forget, held
from haike.sales.quote.record import Quote
from haike.sales.score.points import CHUNK, Each, Found, Rules, own_points, points_of_each, total
from haike.sales.score.record import BUYER, CHANCE, NOW, PERSON, QUOTED, SAID
from haike.sales.score.store import newest, read_back, score_in_batches, store
from haike.work.follow_up.record import FollowUp

STORED = ("fit", "intent")
BY_ROW: dict[str, Any] = {PERSON: OpportunityDecider, QUOTED: Quote}
"""What belongs to one opportunity, by its foreign key of that name."""
LEADS_TO: dict[Any, str] = {Customer: "pk", FollowUp: "customer_id"}
"""Records whose change lets the opportunities of a customer be scored, by where his key stands."""


def given(keys: Sequence[int], known: Rules) -> Found:
    """The points of each rule for these opportunities, in at most seven queries however many there are."""
    found: Found = defaultdict(list)
    if own := known.about(CHANCE, NOW):
        own_points(found, Opportunity._base_manager.filter(pk__in=keys), own)
    buyer, said = known.about(BUYER), known.about(SAID)
    if buyer or said:
        rows = Opportunity._base_manager.filter(pk__in=keys).values_list("pk", "customer_id", "created_at")
        of: dict[int, list[int]] = defaultdict(list)
        since = {}
        for pk, customer, created in rows:
            of[customer].append(pk)
            # Talks are kept to the minute.
            since[pk] = created.replace(second=0, microsecond=0)
        if buyer:
            own_points(found, Customer._base_manager.filter(pk__in=of), buyer, of)
        if said and since:
            talks = FollowUp._base_manager.filter(customer__in=of, deleted_at__isnull=True, at__gte=min(since.values()))
            points_of_each(found, talks, said, Each("customer_id", "at", since=since, to=of))
    for about, model in BY_ROW.items():
        if rules := known.about(about):
            some = model._base_manager.filter(opportunity__in=keys, deleted_at__isnull=True)
            points_of_each(found, some, rules, Each("opportunity_id", "created_at"))
    return found


Scores = tuple[int | None, int | None]
"""Fit and intent; None where no rule is about it."""


def scores_of(keys: Sequence[int], known: Rules) -> dict[int, Scores]:
    """What these opportunities score today."""
    points = given(keys, known) if known.rules else {}
    parts = [(abouts, bool(known.about(*abouts))) for abouts in (FIT, INTENT)]
    found: dict[int, Scores] = {}
    for pk in keys:
        some = points.get(pk, ())
        fit, intent = (
            total(each for each in some if each.rule.row.about in abouts) if asked else None for abouts, asked in parts
        )
        found[pk] = fit, intent
    return found


def score_opportunities(keys: Iterable[int]) -> int:
    """Work out and store the scores of those of these that are open; returns how many changed."""
    rows = Opportunity._base_manager.filter(pk__in=list(keys), state=OPEN, deleted_at__isnull=True)
    before = {row.pop("pk"): row for row in rows.values("pk", *STORED)}
    if not before:
        return 0
    after = {pk: dict(zip(STORED, scores, strict=True)) for pk, scores in scores_of(list(before), held()).items()}
    return store(Opportunity, before, after, *((name,) for name in STORED))


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Score opportunities anew in the transaction that writes them, or what the rules look at."""
    model = entity.model
    if model not in (Opportunity, *LEADS_TO, *BY_ROW.values()) or not held().rules:
        return
    rows: Sequence[Any] = records
    if model is Opportunity:
        keys = [record.pk for record in rows]
    elif model in LEADS_TO:
        if not held().about(BUYER if model is Customer else SAID):
            return
        customers = {getattr(record, LEADS_TO[model]) for record in rows}
        open_ones = Opportunity._base_manager.filter(customer__in=customers, state=OPEN, deleted_at__isnull=True)
        keys = list(open_ones.values_list("pk", flat=True))
    else:
        keys = [record.opportunity_id for record in rows if record.opportunity_id is not None]
    for start in range(0, len(keys), CHUNK):
        score_opportunities(keys[start : start + CHUNK])
    if model is Opportunity:
        read_back(rows, STORED)


def gone_or_back(*, record: Any, **facts: Any) -> None:
    """Score anew after something that counted went to the recycle bin, or came out of it."""
    with transaction.atomic():
        follower(entity_of(record), [record], None)


for counted in (FollowUp, *BY_ROW.values()):
    for act in ("deleted", "restored"):
        on(f"{counted._meta.label_lower}.{act}")(gone_or_back)


@cron("35 3 * * *", name="sales.score-opportunities")
@job(title=_("Score all open opportunities"), attempts=3, timeout=7200, slow=True)
def score_all() -> dict[str, int]:
    """All open opportunities in batches."""
    rows = Opportunity._base_manager.filter(state=OPEN, deleted_at__isnull=True)
    done, changed = score_in_batches(rows, score_opportunities)
    return {"opportunities": done, "changed": changed}


def sample(most: int) -> list[int]:
    """The newest open opportunities."""
    return newest(Opportunity._base_manager.filter(state=OPEN, deleted_at__isnull=True), most)


def rules_changed() -> None:
    """Rules have changed: tell every process, and score all opportunities anew."""
    forget()
    score_all.enqueue()
