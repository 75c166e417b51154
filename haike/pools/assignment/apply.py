"""Asking the rules: which rule fits which record, to whom it leads, and giving the records to those."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.write import Outcome, change_many
from haike.kernel.entity import Entity
from haike.kernel.log import Batch
from haike.kernel.policy import Actor, System
from haike.kernel.record import writer
from haike.people.grants import organisation
from haike.pools.actions import held
from haike.pools.assignment.people import takers
from haike.pools.assignment.record import POOL, RETURNED, TERRITORY, Assigned, AssignmentRule
from haike.pools.deal_out import TURN, deal_out
from haike.pools.move import ASSIGN, RECYCLE, RETURN, Move
from haike.pools.seas import Seas, seas
from haike.pools.territory.draw import NOWHERE, lie_in
from haike.refused import Refused
from haike.segments.conditions import group_of

DEALER = System("assignment rules")
NO_RULE = _("No rule fits this record.")
NOBODY = _("“%(rule)s” fits, but everybody it names is closed or holds as many as the pool allows.")


@dataclass
class Goals:
    """What the rules say: by record, the rule that decides and the new owner; `why_not` where they say nothing."""

    rule: dict[int, AssignmentRule] = field(default_factory=dict)
    owner: dict[int, Any] = field(default_factory=dict)
    why_not: dict[int, Refused] = field(default_factory=dict)


def rules_of(label: str) -> list[AssignmentRule]:
    """The rules in use, in the order in which they are asked."""
    rows: Any = AssignmentRule.objects.live().filter(entity=label, active=True).select_related("pool__account")
    return list(rows.prefetch_related("people", "departments").order_by("position", "pk"))


def fitting(entity: Entity, rule: AssignmentRule, keys: Sequence[int]) -> set[int]:
    """Which of these records the conditions of a rule fit; none where they can no longer be read."""
    try:
        condition = group_of(rule.conditions).q(DEALER)
    except Refused:
        return set()
    rows = entity.model._base_manager.filter(condition, pk__in=list(keys), deleted_at__isnull=True)
    return set(rows.values_list("pk", flat=True))


def lying_loose(entity: Entity, keys: Sequence[int]) -> dict[int, int | None]:
    """Those of the records that nobody owns, each with the pool in which it lies."""
    known = seas()
    rows = entity.model._base_manager.filter(pk__in=list(keys), deleted_at__isnull=True)
    rows = rows.filter(Q(owner_id__isnull=True) | Q(owner_id__in=list(known.by_account)))
    found = {}
    for pk, owner in rows.values_list("pk", "owner_id"):
        found[pk] = known.by_account[owner].pk if owner in known.by_account else None
    return found


def ask_rules(entity: Entity, keys: Sequence[int], rules: Sequence[AssignmentRule], *, why: str) -> Goals:
    """What the rules say of these records; nothing is written."""
    goals, left = Goals(), list(keys)
    places, known = lying_loose(entity, keys), seas()
    room = _Room(entity, known)
    givers = _givers(entity, keys)
    for rule in rules:
        if why == RETURNED and not rule.returned:
            continue
        fits = fitting(entity, rule, left)
        some = [pk for pk in left if pk in fits]
        if not some:
            continue
        if rule.how == POOL:
            goals.rule |= dict.fromkeys(some, rule)
            goals.owner |= dict.fromkeys(some, rule.pool_account)
            left = [pk for pk in left if pk not in fits]
            continue
        if rule.how == TERRITORY:
            left = _by_territory(entity, rule, some, left, places, givers, room, goals)
            continue
        people = takers(rule.people.all(), rule.departments.all(), organisation())
        if not people:
            goals.why_not |= dict.fromkeys(some, Refused(NOBODY % {"rule": rule.name}))
            continue  # the next rule is asked
        for pk, owner in _deal(entity, rule, some, people, places, givers, room):
            if owner is None:
                goals.why_not[pk] = Refused(NOBODY % {"rule": rule.name})
                continue
            goals.rule[pk], goals.owner[pk] = rule, owner
            left.remove(pk)
    for pk in left:
        goals.why_not.setdefault(pk, Refused(NO_RULE))
    return goals


def _by_territory(
    entity: Entity,
    rule: AssignmentRule,
    keys: Sequence[int],
    left: Sequence[int],
    places: Mapping[int, int | None],
    givers: Mapping[int, int],
    room: _Room,
    goals: Goals,
) -> list[int]:
    """To the sellers of the territories; returns what is left for the next rule."""
    parts = lie_in(entity, keys)
    for pk in keys:
        part = parts.get(pk)
        if part is None:
            goals.why_not[pk] = Refused(NOWHERE)
            continue
        chosen = part.seller_for(pk)
        row = sorted(part.sellers, key=lambda seller: seller != chosen)
        able = (seller for seller in row if seller.pk != givers.get(pk) and room.takes(seller, places.get(pk)))
        owner = next(able, None)
        if owner is None:
            goals.why_not[pk] = Refused(NOBODY % {"rule": part.name})
            continue
        room.note(owner, places.get(pk))
        goals.rule[pk], goals.owner[pk] = rule, owner
    return [pk for pk in left if pk not in goals.owner]


def _deal(
    entity: Entity,
    rule: AssignmentRule,
    keys: Sequence[int],
    people: Sequence[Any],
    places: Mapping[int, int | None],
    givers: Mapping[int, int],
    room: _Room,
) -> Iterator[tuple[int, Any]]:
    """Each record with its person, None for nobody: not who has just given it up, nobody who holds enough."""
    offset = rule.turn if rule.how == TURN else 0
    seed = random.SystemRandom().getrandbits(31)
    wanted = deal_out(entity, rule.how, keys, people, seed=seed, offset=offset)
    order = {person.pk: place for place, person in enumerate(people)}
    for pk in keys:
        first = order[wanted[pk].pk]
        # Whoever may not get it leaves it to the next in the row.
        row = [*people[first:], *people[:first]]
        able = (person for person in row if person.pk != givers.get(pk) and room.takes(person, places.get(pk)))
        owner = next(able, None)
        if owner is not None:
            room.note(owner, places.get(pk))
        yield pk, owner


class _Room:
    """How many more each person may hold out of each pool."""

    def __init__(self, entity: Entity, known: Seas) -> None:
        self.entity, self.known = entity, known
        self._left: dict[tuple[int, int], int] = {}

    def takes(self, person: Any, pool: int | None) -> bool:
        """Whether a person may get one more out of a pool."""
        place = self._place(person, pool)
        return place is None or self._left[place] > 0

    def note(self, person: Any, pool: int | None) -> None:
        """He gets one more."""
        place = self._place(person, pool)
        if place is not None:
            self._left[place] -= 1

    def _place(self, person: Any, pool: int | None) -> tuple[int, int] | None:
        found = self.known.pools.get(pool) if pool is not None else None
        if found is None or not found.holds_most:
            return None
        place = (found.pk, person.pk)
        if place not in self._left:
            self._left[place] = found.holds_most - held(self.entity, found, person)
        return place


def _givers(entity: Entity, keys: Sequence[int]) -> dict[int, int]:
    """Who gave each record up or lost it last."""
    rows = Move.objects.filter(entity=entity.label, record_id__in=list(keys), kind__in=(RETURN, RECYCLE))
    return {pk: person for pk, person in rows.order_by("id").values_list("record_id", "person_id") if person}


def assign_by_rules(
    entity: Entity, keys: Sequence[int], *, why: str, by: Actor, batch: Batch, only: set[int] | None = None
) -> Outcome:
    """Let the rules decide on these records, in one transaction; who is not nobody's any more is left alone.

    `only` are the records that `by` may give away; None for the rules themselves.
    """
    with transaction.atomic():
        # Locked, so that two who deal out at once do not count the same turn.
        list(AssignmentRule._base_manager.select_for_update().filter(entity=entity.label).values_list("pk", flat=True))
        places = lying_loose(entity, keys)
        goals = ask_rules(entity, [pk for pk in keys if pk in places], rules_of(entity.label), why=why)
        known = seas()

        def make(record: Any) -> Mapping[str, Any]:
            if record.owner_id is not None and record.owner_id not in known.by_account:
                raise Refused(_("It belongs to %(name)s already.") % {"name": record.owner})
            if only is not None and record.pk not in only:
                raise Refused(_("You may not give this record away."))
            if record.pk not in goals.owner:
                raise goals.why_not.get(record.pk) or Refused(NO_RULE)
            return {"owner": goals.owner[record.pk]}

        outcome = change_many(entity, list(keys), make, ("owner",), by=by, batch=batch, trusted=True)
        _note(entity, goals, outcome, places, why=why, by=by, batch=batch)
    return outcome


def _note(
    entity: Entity,
    goals: Goals,
    outcome: Outcome,
    places: Mapping[int, int | None],
    *,
    why: str,
    by: Actor,
    batch: Batch,
) -> None:
    now, given = timezone.now(), [pk for pk in goals.owner if pk not in outcome.refused]
    Assigned.objects.bulk_create(
        [
            Assigned(
                rule=goals.rule[pk], entity=entity.label, record_id=pk, at=now, owner_id=goals.owner[pk].pk, why=why
            )
            for pk in given
        ],
        batch_size=500,
    )
    Move.objects.bulk_create(
        [
            Move(
                entity=entity.label, record_id=pk, at=now, kind=ASSIGN, pool_id=pool, person_id=goals.owner[pk].pk,
                by_id=by.pk, note=goals.rule[pk].name, batch=batch,
            )
            for pk in given
            if (pool := places.get(pk)) is not None and goals.rule[pk].how != POOL
        ],
        batch_size=500,
    )  # fmt: skip
    counts: dict[int, int] = defaultdict(int)
    for pk in given:
        counts[goals.rule[pk].pk] += 1
    with writer():
        for key, number in counts.items():
            AssignmentRule._base_manager.filter(pk=key).update(turn=F("turn") + number)
