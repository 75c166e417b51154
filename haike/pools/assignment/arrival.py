"""Records that arrive without an owner, by whatever way, are given to the rules; what comes back to a pool, too.

A job does it, begun in the transaction in which the record was written: so none is lost, and whoever writes does not
wait. What no rule wants goes to the pool that receives it, where nobody had said to whom it belongs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.bulk.write import change_many
from haike.jobs.declare import job
from haike.kernel.bulk import start_batch
from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import Batch, Change
from haike.kernel.record import Record
from haike.kernel.versioned import Versioned
from haike.pools.actions import GONE
from haike.pools.assignment.apply import DEALER, assign_by_rules
from haike.pools.assignment.record import ARRIVED, RETURNED, AssignmentRule
from haike.pools.home import homes
from haike.pools.pooling import poolings
from haike.pools.seas import seas
from haike.refused import Refused
from haike.said import said

CHUNK = 500
ASSIGNED = "assign-by-rule"
KINDS[ASSIGNED] = _("Assign by rule")
RULES_CHANGED = "assignment"


def _read() -> dict[str, bool]:
    found: dict[str, bool] = {}
    rows: Any = AssignmentRule.objects.live().filter(active=True)
    for label, returned in rows.values_list("entity", "returned"):
        found[label] = found.get(label, False) or returned
    return found


in_use: Versioned[dict[str, bool]] = Versioned(RULES_CHANGED, _read)
"""The kinds of record for which there are rules, and whether any is for what comes back."""


def arrived(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """New records (`touched` None) that nobody owns go to the rules; a follower of all writes."""
    if touched is not None or entity.label not in poolings():
        return
    known, ruled = seas(), entity.label in in_use()
    if not ruled and not known.of_entity(entity.label):
        return
    keys = [each.pk for each in records if each.owner_id is None or (ruled and each.owner_id in known.by_account)]
    for start in range(0, len(keys), CHUNK):
        assign_arrivals.enqueue(entity=entity.label, keys=keys[start : start + CHUNK], why=ARRIVED)


def came_back(entity: Entity, keys: Sequence[int]) -> None:
    """What was returned or recycled goes to the rules that want it."""
    if keys and in_use().get(entity.label):
        for start in range(0, len(keys), CHUNK):
            assign_arrivals.enqueue(entity=entity.label, keys=list(keys[start : start + CHUNK]), why=RETURNED)


@job(title=_("Assign by rule"), attempts=5, timeout=600)
def assign_arrivals(*, entity: str, keys: list[int], why: str) -> dict[str, int]:
    """Let the rules decide on some records; those that an import made belong to its batch, so it can be undone."""
    found, done = cast(Entity, entity_named(entity)), 0
    for batch, some in _by_batch(found, keys, why):
        with transaction.atomic():
            outcome = assign_by_rules(found, some, why=why, by=DEALER, batch=batch)
            homed = _send_home(found, list(outcome.refused), batch)
            changed = outcome.changed + homed
            Batch.objects.filter(pk=batch.pk).update(changed=F("changed") + changed)
        done += changed
    return {"assigned": done}


def _by_batch(entity: Entity, keys: Sequence[int], why: str) -> list[tuple[Batch, list[int]]]:
    known: dict[int, int] = {}
    if why == ARRIVED:
        rows = Change.objects.filter(entity=entity.label, record_id__in=keys, action="create", batch__isnull=False)
        known = dict(rows.values_list("record_id", "batch_id"))
    groups: dict[int | None, list[int]] = defaultdict(list)
    for key in keys:
        groups[known.get(key)].append(key)
    batches = Batch.objects.in_bulk([key for key in groups if key is not None])
    found = []
    for number, some in groups.items():
        batch = batches.get(number) if number is not None else None
        if batch is None:
            title = said(_("Assign %(kind)s by rule"), kind=entity.label_plural)
            batch = start_batch(entity, ASSIGNED, title, by=DEALER)
        found.append((batch, some))
    return found


def _send_home(entity: Entity, keys: Sequence[int], batch: Batch) -> int:
    """Into the pool that receives it, what nobody owns and no rule wants."""
    known, pooling = seas(), poolings()[entity.label]
    pools = known.of_entity(entity.label)
    if not keys or not pools:
        return 0
    home_of = homes(pools, pooling, known)

    def make(record: Any) -> dict[str, Any]:
        pool = home_of(record) if record.owner_id is None else None
        if pool is None:
            raise Refused(GONE)
        return {"owner": pool.account}

    return change_many(entity, keys, make, ("owner",), by=DEALER, batch=batch, trusted=True).changed
