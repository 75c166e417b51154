"""Storing a customer's own rhythm and the day from which it needs attention.

It is done in the transaction of a talk, of a planned contact or of a new stage, and every night for all: settings
change, and talks grow too old to tell the rhythm.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.customers.customer.record import Customer
from haike.customers.customer.sea import SEAS
from haike.customers.health.signal import SIGNALS, attention_of
from haike.find.stretches import stretches
from haike.find.update import update_rows
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import Entity
from haike.kernel.record import Record, writer

FEWEST_GAPS, MOST_GAPS = 3, 12
"""So many gaps between days of contact tell a rhythm; of more, the newest count."""
LOOKS_BACK = timedelta(days=730)
LONGEST_RHYTHM = 365
WATCHED = {"stage", "next_contact_at", "owner"}
STORED = ("rhythm_days", "attention_on")
CHUNK = 2_000
BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""


def rhythm_of(days: Iterable[date]) -> int | None:
    """The median of the gaps between days of contact, in days; None where there are too few."""
    newest = sorted(set(days))[-MOST_GAPS - 1 :]
    gaps = [(later - earlier).days for earlier, later in pairwise(newest)]
    return min(ceil(median(gaps)), LONGEST_RHYTHM) if len(gaps) >= FEWEST_GAPS else None


def settle_health(keys: Iterable[int]) -> int:
    """Work out and store rhythm and attention of these customers; returns how many changed."""
    reads = {"pk", "owner", "pooled_at", *STORED, *(name for signal in SIGNALS for name in signal.reads)}
    customers = list(Customer._base_manager.filter(pk__in=list(keys)).only(*reads))
    before = {customer.pk: (customer.rhythm_days, customer.attention_on) for customer in customers}
    rhythms = _rhythms(list(before))
    for customer in customers:
        customer.rhythm_days = rhythms.get(customer.pk)
    days = attention_of(customers)
    found = {pk: (rhythms.get(pk), days.get(pk)) for pk in before}
    changed = {pk: facts for pk, facts in found.items() if facts != before[pk]}
    with writer():
        update_rows(Customer, STORED, changed)
    return len(changed)


def _rhythms(keys: Sequence[int]) -> dict[int, int]:
    days: dict[int, set[date]] = defaultdict(set)
    since = timezone.now() - LOOKS_BACK
    for source in SEAS.contacts:
        for key, at in source(keys, since):
            days[key].add(_day(at))
    found = {key: rhythm_of(some) for key, some in days.items()}
    return {key: rhythm for key, rhythm in found.items() if rhythm is not None}


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Settle customers whose stage or planned contact was changed; new ones are stored with it from the first."""
    if entity.model is not Customer or not touched or not touched & WATCHED:
        return
    # Another owner changes nothing, but from a public sea or into one.
    keys = [record.pk for record in records if touched & (WATCHED - {"owner"}) or record.changed_hands]  # type: ignore[attr-defined]
    if keys and settle_health(keys) and len(records) == 1:
        # The answer to a form or to the API shows what was just worked out.
        records[0].attention_on = (  # type: ignore[attr-defined]
            Customer._base_manager.values_list("attention_on", flat=True).get(pk=keys[0])
        )


@cron("50 2 * * *", name="customers.settle-health")
@job(title=_("Find customers that need attention"), attempts=3, timeout=7200, slow=True)
def settle_all() -> dict[str, int]:
    """All customers in batches."""
    rows: Any = Customer.objects.live()
    number, done, changed = rows.count(), 0, 0
    for keys in stretches(rows, CHUNK):
        with transaction.atomic():
            changed += settle_health(keys)
        done += len(keys)
        progress.report(done, number)
        time.sleep(BREATH)
    return {"customers": done, "changed": changed}
