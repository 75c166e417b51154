"""Every night: what the rules say comes back into the pools, and owners are told what is about to.

The database finds the records, limit by limit; each is asked once more under its lock, so whoever cares for a record
while the job runs keeps it. The records of one pool are one batch, which can be undone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.bulk.pages import KINDS
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.bulk import start_batch
from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor, System
from haike.people.account.choices import hears
from haike.pools.actions import recycle_many
from haike.pools.move import RECYCLE
from haike.pools.pool.record import Pool
from haike.pools.pooling import poolings
from haike.pools.rule import REASONS, Rule
from haike.pools.seas import seas
from haike.said import said
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.reminder import Due, Reminder, declare_reminder, reminders
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

RECYCLER = System("recycle")
CHUNK = 200
"""Records in one transaction: whoever saves meanwhile waits for no more than this."""
BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""
TELL = 5_000
KINDS[RECYCLE] = _("Recycle")


def _went(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
    """Why, in the language of the reader; older notices keep it as a text."""
    return str(_("Went back to the pool: %(why)s") % {"why": REASONS.get(facts["why"], facts["why"])})


RECYCLED = declare_kind(Kind("recycled", _("A rule has taken records from me"), _went, icon="ripple"))


@cron("40 1 * * *", name="pools.recycle")
@job(title=_("Recycle into the pools"), attempts=3, timeout=7200, slow=True)
def recycle() -> dict[str, int]:
    """Take back what is due today, of every kind of record, and remind of what comes next."""
    done: dict[str, int] = {}
    for label in poolings():
        entity = entity_named(label)
        assert entity is not None
        for pool in seas().of_entity(label):
            if pool.recycles:
                done[pool.name] = recycle_pool(entity, pool)
        remind(entity)
    return done


def recycle_pool(entity: Entity, pool: Pool) -> int:
    """Take back what is due into one pool; returns how many."""
    rule, day, found, batch = Rule(pool, poolings()[entity.label]), today(), 0, None
    for key, __, ___ in rule.clocks():
        keys = list(due_rows(entity, rule, key, day).values_list("pk", flat=True))
        for start in range(0, len(keys), CHUNK):
            if batch is None:
                batch = start_batch(entity, RECYCLE, said(_("Recycle into %(pool)s"), pool=pool.name), by=RECYCLER)
            found += _take(entity, rule, key, keys[start : start + CHUNK], day, batch)
            progress.report(start + CHUNK, len(keys), pool.name)
            time.sleep(BREATH)
    return found


def _take(entity: Entity, rule: Rule, key: str, keys: Sequence[int], day: date, batch: Batch) -> int:
    losers = dict(entity.model._base_manager.filter(pk__in=keys).values_list("pk", "owner_id"))

    def still(record: Any) -> bool:
        due = rule.due(record)
        return due is not None and due[0] <= day and record.owner_id not in seas().by_account

    with transaction.atomic():
        outcome = recycle_many(entity, keys, rule.pool, still, reason=key, by=RECYCLER, batch=batch)
        counts = {"changed": F("changed") + outcome.changed, "refused": F("refused") + len(outcome.refused)}
        Batch.objects.filter(pk=batch.pk).update(**counts)
    people = active_users()
    lost = [(losers[pk], pk) for pk in keys if pk not in outcome.refused and losers.get(pk) in people]
    told = [Telling(owner, pk, {"why": key}, f"{pk}:{day:%Y-%m-%d}") for owner, pk in lost]
    tell(RECYCLED, entity.label, [each for each in told if hears(people[each.user], RECYCLED.key)])
    return outcome.changed


def due_rows(entity: Entity, rule: Rule, key: str, day: date, owners: Sequence[int] | None = None) -> Any:
    """The records that a limit takes back on a day or should have taken earlier; of these owners, or of all people."""
    known = seas()
    rows = entity.model._base_manager.filter(deleted_at__isnull=True, archived_at__isnull=True)
    whose = Q(owner_id__isnull=False) & ~Q(owner_id__in=list(known.by_account))
    rows = rows.filter(whose if owners is None else Q(owner_id__in=owners))
    return rows.filter(rule.q(key, day, known.of_entity(entity.label), known))


# -- what is about to come back ----------------------------------------------------------------------------------------


def near(entity: Entity, last: date, owners: Sequence[int] | None) -> Iterator[tuple[Any, date, str, Pool]]:
    """The records that come back until a day: with the day (today for what is late), the limit and the pool."""
    pooling, first = poolings()[entity.label], today()
    names = [name.removesuffix("_id") for name in pooling.read]
    for pool in seas().of_entity(entity.label):
        rule, told = Rule(pool, pooling), set()
        for key, __, ___ in rule.clocks() if pool.recycles else ():
            rows = due_rows(entity, rule, key, last, owners).only("pk", *entity.titled_by, *names)
            for record in rows.iterator(chunk_size=TELL):
                due = rule.due(record)
                if due is not None and record.pk not in told:
                    told.add(record.pk)
                    yield record, max(due[0], first), due[1], pool


def kind_key(entity: Entity) -> str:
    """The kind of the reminder of what is about to come back."""
    return f"recycle_{entity.slug}"


def _about_to(kind: Any) -> str:
    return str(_("%(kind)s about to be recycled")) % {"kind": kind}


def _will_go(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
    """Where to, in the word of this kind of record, and why, both in the language of the reader."""
    why = REASONS.get(facts["why"], facts["why"])
    return str(_("Will go back to the %(pool)s: %(why)s") % {"pool": poolings()[entity.label].said, "why": why})


def declare_recycle(entity: Entity) -> None:
    """Make the reminder of one kind of record known."""
    kind = Kind(
        kind_key(entity),
        # Put together when it is read, in the language of the reader.
        lazy(_about_to, str)(entity.label_plural),
        _will_go,
        icon="hourglass",
        tab="owners",
    )
    declare_reminder(Reminder(kind, entity.label, partial(_source, entity), ahead=3, asked=False))


def _source(entity: Entity, first: date, after: date, users: Sequence[int] | None) -> Iterator[Due]:
    # Over all people it would read every record each half hour; the nightly job tells them, and how long ahead the
    # pool says.
    for record, day, key, __ in near(entity, after - timedelta(days=1), users) if users is not None else ():
        if day >= first:
            yield Due(record.owner_id, record.pk, day, {"why": key})


def remind(entity: Entity) -> int:
    """Tell the owners what comes back within the days that its pool says, each thing once."""
    pools = [pool for pool in seas().of_entity(entity.label) if pool.recycles and pool.remind_days]
    if not pools:
        return 0
    day, people, told, number = today(), active_users(), [], 0
    kind = reminders()[kind_key(entity)].kind
    for record, on, key, pool in near(entity, day + timedelta(days=max(pool.remind_days for pool in pools)), None):
        user = people.get(record.owner_id)
        if user is None or (on - day).days > (pool.remind_days or 0) or not hears(user, kind.key):
            continue
        told.append(Telling(user.pk, record.pk, {"why": key}, f"{record.pk}:{on:%Y-%m-%d}", on))
        if len(told) >= TELL:
            tell(kind, entity.label, told)
            number, told = number + len(told), []
    tell(kind, entity.label, told)
    return number + len(told)
