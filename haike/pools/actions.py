"""Claim, give back, assign: each takes keys, moves what may be moved and says of every other record why not.

`claim_many` and the like write some hundred records in one transaction; `haike.bulk` calls them for larger numbers.
The rows are locked before anything is decided, so of two people who claim in the same instant one gets the record and
the other is told who has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.write import Outcome, allowed_keys, change_many
from haike.find.insert import insert_rows
from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import Batch
from haike.kernel.period import start_of, today
from haike.kernel.policy import Actor
from haike.people.models import User
from haike.pools.home import homes
from haike.pools.move import ASSIGN, CLAIM, RECYCLE, RETURN, Move
from haike.pools.pool.record import Pool
from haike.pools.pooling import poolings
from haike.pools.seas import Seas, seas
from haike.refused import Refused

RETURNED: list[Callable[[Entity, Sequence[int]], None]] = []
"""What follows, in the same transaction, when records came back to a pool."""

LATELY = timedelta(days=1)
GONE = _("This record is not there any more.")


def claim_many(entity: Entity, keys: Sequence[int], *, by: Any, batch: Batch | None) -> Outcome:
    """Take records out of their pools for oneself, within the limits of each pool."""
    known, label = seas(), entity.label
    with transaction.atomic():
        # Two claims of one person at once would each find room for the last one allowed.
        list(User._base_manager.select_for_update().filter(pk=by.pk).values_list("pk", flat=True))
        room = {pool.pk: _room(entity, pool, by) for pool in known.of_entity(label)}
        own = given_up(label, keys, by, known)
        seen = allowed_keys(entity, keys, by, ())
        taken: dict[int, Pool] = {}

        def make(record: Any) -> Mapping[str, Any]:
            if record.pk not in seen and record.owner_id in known.by_account:
                raise Refused(GONE)
            pool = _pool_of(record, known, by)
            if not known.joined_by(by.pk, pool):
                raise Refused(_("Only members of “%(pool)s” may claim from it.") % {"pool": pool.name})
            if until := own.get(record.pk):
                raise Refused(
                    _("You gave this up yourself; you may claim it again from %(day)s.") % {"day": day_of(until)}
                )
            left, why = room[pool.pk]
            if left is not None and left <= 0:
                raise Refused(why)
            room[pool.pk] = (None if left is None else left - 1, why)
            taken[record.pk] = pool
            return {"owner": by}

        outcome = _write(entity, keys, make, by=by, batch=batch)
        _note(entity, outcome, CLAIM, taken, dict.fromkeys(taken, by.pk), by=by, batch=batch)
    return outcome


def give_back_many(
    entity: Entity,
    keys: Sequence[int],
    *,
    reason: str,
    note: str = "",
    to: Pool | None = None,
    by: Any,
    batch: Batch | None,
) -> Outcome:
    """Put one's records back into a pool: `to`, or the one where each belongs."""
    known, may = seas(), allowed_keys(entity, keys, by, ("edit",))
    return _put(entity, keys, RETURN, _home(known, entity, to, may), reason=reason, note=note, by=by, batch=batch)


def recycle_many(
    entity: Entity,
    keys: Sequence[int],
    pool: Pool,
    still: Callable[[Any], bool],
    *,
    reason: str,
    by: Actor,
    batch: Batch,
) -> Outcome:
    """Put records into a pool, as a rule says; `reason` names it, `still` asks the locked record once more."""

    def pool_of(record: Any) -> Pool:
        if not still(record):
            raise Refused(_("Somebody has cared for it in the meantime."))
        return pool

    return _put(entity, keys, RECYCLE, pool_of, reason=reason, note="", by=by, batch=batch)


def assign_many(entity: Entity, owners: Mapping[int, Any], *, by: Any, batch: Batch | None) -> Outcome:
    """Give records out of pools to people; only who leads the pool, or may transfer, does so."""
    known, may = seas(), allowed_keys(entity, owners, by, ("transfer",))
    taken: dict[int, Pool] = {}
    left: dict[tuple[int, int], tuple[int | None, Any]] = {}

    def make(record: Any) -> Mapping[str, Any]:
        pool, owner = _pool_of(record, known, by), owners[record.pk]
        if record.pk not in may:
            raise Refused(_("Only managers of “%(pool)s” may assign from it.") % {"pool": pool.name})
        if not owner.is_active or owner.deleted_at is not None:
            raise Refused(_("%(name)s does not work here any more.") % {"name": owner})
        place = (pool.pk, owner.pk)
        if place not in left:
            left[place] = _room(entity, pool, owner, claims=False)
        number, why = left[place]
        if number is not None and number <= 0:
            raise Refused(why)
        left[place] = (None if number is None else number - 1, why)
        taken[record.pk] = pool
        return {"owner": owner}

    with transaction.atomic():
        outcome = _write(entity, list(owners), make, by=by, batch=batch)
        got = {pk: owners[pk].pk for pk in taken}
        _note(entity, outcome, ASSIGN, taken, got, by=by, batch=batch)
    return outcome


# -- the parts ---------------------------------------------------------------------------------------------------------


def _write(
    entity: Entity, keys: Sequence[int], make: Callable[[Any], Mapping[str, Any]], *, by: Actor, batch: Batch | None
) -> Outcome:
    # The rules of the pool decide here, not the roles: a member claims what he may not edit.
    return change_many(entity, list(keys), make, ("owner",), by=by, batch=batch, trusted=True)


def _pool_of(record: Any, known: Seas, by: Any) -> Pool:
    pool = known.by_account.get(record.owner_id)
    if pool is not None:
        return pool
    if record.owner_id == by.pk:
        raise Refused(_("It belongs to you already."))
    if record.owner_id is None:
        raise Refused(_("It lies in no pool."))
    raise _taken(record)


def _taken(record: Any) -> Refused:
    return Refused(_("Somebody else was faster: it belongs to %(name)s now.") % {"name": record.owner})


def faster(slug: str, pk: int, *, by: Any) -> Refused | None:
    """The clear no for a member of a pool whose page still shows what somebody took out of it within a day."""
    entity, known = entity_named(slug), seas()
    if entity is None or slug != entity.slug or entity.label not in poolings():
        return None
    rows = entity.model._base_manager.filter(pk=pk, deleted_at__isnull=True, owned_since__gte=timezone.now() - LATELY)
    for record in rows.exclude(owner__isnull=True).select_related("owner"):
        left = known.pools.get(record.pool_id)
        if left is not None and known.joined_by(by.pk, left):
            return _taken(record)
    return None


def _home(known: Seas, entity: Entity, to: Pool | None, may: set[int]) -> Callable[[Any], Pool]:
    home_of = homes(known.of_entity(entity.label), poolings()[entity.label], known)

    def pool_of(record: Any) -> Pool:
        if record.owner_id in known.by_account:
            raise Refused(_("It lies in “%(pool)s” already.") % {"pool": known.by_account[record.owner_id].name})
        if record.pk not in may:
            raise Refused(_("Only the owner, or who may change the record, returns it."))
        pool = to or home_of(record)
        if pool is None:
            raise Refused(_("No pool receives this record. Ask your administrator to set one up."))
        return pool

    return pool_of


def _put(
    entity: Entity,
    keys: Sequence[int],
    kind: str,
    pool_of: Callable[[Any], Pool],
    *,
    reason: str,
    note: str,
    by: Actor,
    batch: Batch | None,
) -> Outcome:
    taken: dict[int, Pool] = {}
    before: dict[int, int | None] = {}

    def make(record: Any) -> Mapping[str, Any]:
        pool = pool_of(record)
        taken[record.pk], before[record.pk] = pool, record.owner_id
        return {"owner": pool.account}

    with transaction.atomic():
        outcome = _write(entity, keys, make, by=by, batch=batch)
        _note(entity, outcome, kind, taken, before, by=by, batch=batch, reason=reason, note=note)
        for follow in RETURNED:
            follow(entity, [pk for pk in taken if pk not in outcome.refused])
    return outcome


def _note(
    entity: Entity,
    outcome: Outcome,
    kind: str,
    pools: Mapping[int, Pool],
    people: Mapping[int, int | None],
    *,
    by: Actor,
    batch: Batch | None,
    reason: str = "",
    note: str = "",
) -> None:
    at = Move._meta.get_field("at").get_db_prep_save(timezone.now(), connection)
    key, said = batch.pk if batch else None, note[:500]
    insert_rows(
        Move,
        ("entity", "record_id", "at", "kind", "pool_id", "person_id", "by_id", "reason", "note", "batch_id"),
        (
            (entity.label, pk, at, kind, pool.pk, people[pk], by.pk, reason, said, key)
            for pk, pool in pools.items()
            if pk not in outcome.refused
        ),
    )


def _room(entity: Entity, pool: Pool, user: Any, *, claims: bool = True) -> tuple[int | None, Any]:
    """How many more somebody may get out of a pool, and what to say when that is none."""
    left: int | None = None
    why: Any = ""
    if claims and pool.claims_per_day:
        left = pool.claims_per_day - claimed_today(entity.label, pool, user)
        why = _("You have claimed %(number)s today, which is the limit of “%(pool)s”. Go on tomorrow.")
        why = why % {"number": pool.claims_per_day, "pool": pool.name}
    if pool.holds_most:
        free = pool.holds_most - held(entity, pool, user)
        if left is None or free < left:
            text = _("%(name)s holds %(number)s out of “%(pool)s”, which is the limit. Return some first.")
            left, why = free, text % {"name": user, "number": pool.holds_most, "pool": pool.name}
    return left, why


def claimed_today(label: str, pool: Pool, user: Any) -> int:
    """How many somebody has claimed from a pool today."""
    rows = Move.objects.filter(person_id=user.pk, kind=CLAIM, at__gte=start_of(today()), entity=label, pool=pool)
    return int(rows.count())


def held(entity: Entity, pool: Pool, user: Any) -> int:
    """How many records that came out of a pool somebody holds."""
    rows = entity.model._base_manager.filter(owner_id=user.pk, pool_id=pool.pk, deleted_at__isnull=True)
    return int(rows.count())


def given_up(label: str, keys: Iterable[int] | None, by: Any, known: Seas) -> dict[int, datetime]:
    """Until when he may not reclaim what he gave up or lost; of all records without `keys`."""
    days = {pool.pk: pool.reclaim_days for pool in known.of_entity(label) if pool.reclaim_days}
    if not days:
        return {}
    now, found = timezone.now(), {}
    since = now - timedelta(days=max(days.values()))
    rows = Move.objects.filter(person_id=by.pk, kind__in=(RETURN, RECYCLE), at__gte=since, entity=label)
    if keys is not None:
        rows = rows.filter(record_id__in=list(keys))
    for pk, pool, at in rows.order_by("id").values_list("record_id", "pool_id", "at"):
        until = at + timedelta(days=days.get(pool, 0))
        if until > now:
            found[pk] = until
    return found


def day_of(until: datetime) -> str:
    """From when on one may reclaim, as it is said."""
    return f"{timezone.localtime(until):%Y-%m-%d %H:%M}"
