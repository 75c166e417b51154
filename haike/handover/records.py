"""Records with an owner: every kind of them, found by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.write import Outcome, change_many
from haike.handover.area import area_account
from haike.handover.holding import (
    AREA,
    DEAL,
    PERSON,
    SAME,
    SAMPLES,
    SEA,
    STAY,
    Holding,
    Label,
    Sample,
    Way,
    Work,
    hold_all,
)
from haike.handover.record import FACTS, Moved
from haike.kernel.entity import Entity, entities
from haike.kernel.log import ACTION_LABELS, log_many
from haike.kernel.policy import Actor
from haike.kernel.preference import SavedView
from haike.kernel.selection import Selection
from haike.people.grants import HOUSE
from haike.pools.actions import give_back_many
from haike.pools.deal_out import HAND, TURN, deal_out
from haike.pools.deal_out import HOWS as DEALS
from haike.pools.pooling import poolings
from haike.pools.seas import seas
from haike.refused import Refused

CHUNK = 500
REASON = "other"
"""The word of pool_reason with which records of a hand-over come into a pool."""
FOLLOWING = ("pool_id", "pooled_at", "protected_until")
"""What a record that may lie in a pool forgets when it gets another owner; an undo puts it back."""
ACTION = "handover"
ACTION_LABELS[ACTION] = _("handed over")


_along: dict[str, list[tuple[Label, Callable[[Any], int]]]] = {}


def goes_along(entity: str, label: Label, count: Callable[[Any], int]) -> None:
    """Say what else goes with the records of an entity (label) by itself, such as the next contacts planned."""
    _along.setdefault(entity, []).append((label, count))


class RecordsHeld(Holding):
    """The records of one kind that a person owns."""

    group = _("Records")
    ways = (SAME, PERSON, DEAL, SEA, AREA, STAY)

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.key, self.label, self.icon = entity.label, entity.label_plural, entity.icon

    def ways_for(self, by: Actor) -> tuple[str, ...]:
        pools = self.entity.label in poolings() and seas().of_entity(self.entity.label)
        return tuple(way for way in self.ways if way != SEA or pools)

    def deals(self) -> dict[str, Label]:
        """The ways of dealing out that this kind of record knows."""
        if self.entity.label in poolings():
            return {key: DEALS[key] for key in (TURN, *DEALS) if key != HAND}
        return {TURN: DEALS[TURN]}

    def count(self, user: Any) -> int:
        return int(self.entity.model.objects.live().filter(owner=user).count())

    def movable(self, user: Any, by: Actor) -> int:
        return int(self._rows(user, by).count())

    def samples(self, user: Any, by: Actor) -> list[Sample]:
        rows = self.entity.model.objects.visible_to(by).filter(owner=user).order_by("-pk")[:SAMPLES]
        return [Sample(str(row), self.entity.url_of(row)) for row in rows]

    def along(self, user: Any) -> list[tuple[Label, int]]:
        more = [(label, count(user)) for label, count in _along.get(self.key, ())]
        return [*_below(self.entity, user), *((label, number) for label, number in more if number)]

    def check(self, person: Any, by: Actor) -> None:
        if not self.entity.policy.may(person, "view"):
            message = _("%(name)s has no right to %(kind)s. Choose somebody else, or give him a role first.")
            raise Refused(message % {"name": person, "kind": self.label})

    def _rows(self, user: Any, by: Actor) -> Any:
        return self.entity.model.objects.visible_to(by, "transfer").filter(owner=user)

    def views(self, by: Any) -> list[SavedView]:
        """The saved views by which somebody can tell records apart."""
        return SavedView.for_user(self.entity.label, by)

    def shares(self, user: Any, by: Any, way: Way) -> Iterator[tuple[Any, list[int]]]:
        """(saved view or None for the rest, keys) in the order in which they go."""
        rest = list(self._rows(user, by).order_by("pk").values_list("pk", flat=True))
        known = {view.pk: view for view in self.views(by)} if way.views else {}
        for key, __ in way.views:
            view = known.get(key)
            if view is None:
                raise Refused(_("A saved view of this hand-over is not there any more. Choose anew."))
            found = self._found(user, by, view)
            yield view, [pk for pk in rest if pk in found]
            rest = [pk for pk in rest if pk not in found]
        yield None, rest

    def _found(self, user: Any, by: Any, view: SavedView) -> set[int]:
        selection = Selection.from_query(self.entity, by, dict(parse_qsl(view.state)), action="transfer")
        rows = self._rows(user, by).filter(selection.where)
        found = set(rows.values_list("pk", flat=True))
        return found & set(selection.find.ids()) if selection.words else found

    def carry(self, work: Work, way: Way) -> None:
        people = dict(way.views)
        for view, keys in self.shares(work.user, work.by, way):
            if view is not None:
                self._give(work, Way(PERSON, (people[view.pk],)), keys)
            elif way.how != STAY:
                self._give(work, way, keys)

    def owners(self, way: Way, keys: Sequence[int], seed: int, offset: int = 0) -> dict[int, Any]:
        """Who gets which record, where people get them."""
        people = list(way.people)
        if len(people) == 1:
            return dict.fromkeys(keys, people[0])
        if self.entity.label not in poolings():
            return {key: people[(offset + place) % len(people)] for place, key in enumerate(keys)}
        return deal_out(self.entity, way.deal or TURN, keys, people, seed=seed, offset=offset)

    def _give(self, work: Work, way: Way, keys: list[int]) -> None:
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            with transaction.atomic():
                mine = self.entity.model._base_manager.select_for_update().filter(pk__in=some, owner_id=work.user.pk)
                some = list(mine.order_by("pk").values_list("pk", flat=True))
                before, versions = self._facts(some), self._versions(some)
                owners = {} if way.how == SEA else self._owners(work, way, some, start)
                outcome = self._into_pool(work, way, some) if way.how == SEA else self._write(work, some, owners)
                gone = [pk for pk, version in self._versions(some).items() if version != versions.get(pk)]
                self._note(work, gone, before)
            for pk in gone:
                work.count(self.key, None if way.how in (SEA, AREA) else owners[pk])
            self._keep(work, outcome)
            work.report(min(start + CHUNK, len(keys)), len(keys), str(self.label))

    def _owners(self, work: Work, way: Way, keys: list[int], offset: int) -> dict[int, Any]:
        if way.how == AREA:
            return dict.fromkeys(keys, area_account())
        return self.owners(way, keys, work.handover.pk, offset)

    def _write(self, work: Work, keys: list[int], owners: dict[int, Any]) -> Outcome:
        return change_many(
            self.entity,
            keys,
            lambda record: {"owner": owners[record.pk]},
            ("owner",),
            by=work.by,
            batch=work.batch,
            actions=("transfer",),
        )

    def _into_pool(self, work: Work, way: Way, keys: list[int]) -> Outcome:
        pool = seas().pools.get(way.pool) if way.pool else None
        return give_back_many(
            self.entity, keys, reason=REASON, note=work.handover.note, to=pool, by=work.by, batch=work.batch
        )

    def _facts(self, keys: list[int]) -> dict[int, dict[str, Any]]:
        if self.entity.label not in poolings():
            return {}
        rows = self.entity.model._base_manager.filter(pk__in=keys).values("pk", *FOLLOWING)
        return {row.pop("pk"): row for row in rows}

    def _versions(self, keys: Iterable[int]) -> dict[int, int]:
        rows = self.entity.model._base_manager.filter(pk__in=list(keys))
        return dict(rows.order_by("pk").values_list("pk", "version"))

    def _note(self, work: Work, keys: list[int], before: dict[int, dict[str, Any]]) -> None:
        """A line in each record's history, and what its former owner's facts were."""
        after, label = self._facts(keys), self.entity.label
        Moved.objects.bulk_create(
            [
                Moved(handover=work.handover, model=label, record_id=pk, field=FACTS, before=_plain(before[pk]))
                for pk in keys
                if before and before[pk] != after[pk]
            ],
            batch_size=500,
        )
        text = str(_("From %(name)s") % {"name": work.user.name})
        text = f"{text}: {work.handover.note}" if work.handover.note else text
        told = [(pk, version, {str(_("Hand-over")): ["", text]}) for pk, version in self._versions(keys).items()]
        log_many(self.entity, told, ACTION, by=work.by, batch=work.batch, at=timezone.now())

    def _keep(self, work: Work, outcome: Outcome) -> None:
        titles = {row.pk: str(row) for row in self.entity.model._base_manager.filter(pk__in=list(outcome.refused))}
        for pk, no in outcome.refused.items():
            work.keep(self.key, titles.get(pk, f"#{pk}"), no)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()}


def _below(entity: Entity, user: Any) -> Iterator[tuple[Label, int]]:
    """What hangs on his records: it follows them by itself."""
    for child in entity.children:
        number = child.model.objects.live().filter(owner=user).count()
        if number:
            yield child.label_plural, number
        yield from _below(child, user)


def record_holdings() -> list[Holding]:
    """One holding for each kind of record that has owners and hangs on nothing else."""
    return [
        RecordsHeld(entity)
        for entity in entities()
        if entity.parent is None and "owner" in entity.looks and entity.label.partition(".")[0] not in HOUSE
    ]


hold_all(record_holdings)
