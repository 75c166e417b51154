"""What a batch means to people: one notice each, and one question for all records of it, when the batch is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from haike.kernel.entity import Entity
from haike.kernel.log import Batch, Change
from haike.kernel.policy import Actor
from haike.talk.notice.kinds import CHANGED, GIVEN, SHARED, Kind
from haike.talk.notice.send import notify
from haike.talk.star import Star
from haike.talk.where import active_users, is_served

LOOKED_AT = 100
"""Among so many records of a batch one is looked for that its reader sees."""


def batch_done(entity: Entity, batch: Batch, by: Actor) -> None:
    """Whoever got records hears it once with their number; so do those who follow some of them."""
    rows = Change.objects.filter(batch=batch.pk, entity=entity.label).order_by("id")
    given = _whom(rows, batch)
    if given is not None:
        kind, some = (GIVEN if batch.kind == "transfer" else SHARED), rows.values_list("record_id", flat=True)
        _tell(entity, batch, given, kind, some[:LOOKED_AT], batch.changed, {}, by)
    if not is_served(entity):
        return
    for user, diffs in _followed(entity, rows):
        if user != given:
            fields = list(next(iter(diffs.values())))
            _tell(entity, batch, user, CHANGED, diffs, len(diffs), {"fields": fields}, by)


def _whom(rows: Any, batch: Batch) -> int | None:
    """To whom the records of a batch went; it is one person for all of them."""
    first = rows.first() if batch.kind in ("transfer", "share") else None
    if first is None:
        return None
    found = first.diff.get("owner", (None, None))[1] if batch.kind == "transfer" else first.diff["_share"][1][0]
    return int(found) if found is not None else None


def _followed(entity: Entity, rows: Any) -> Iterator[tuple[int, dict[int, dict[str, Any]]]]:
    """Users with the records of the batch that they follow and still see, and what changed in them."""
    changes = rows.filter(action="change")
    stars = Star.objects.filter(entity=entity.label, record_id__in=changes.order_by().values("record_id"))
    followed = list(stars.order_by("record_id").values_list("user_id", "record_id"))
    if not followed:
        return
    diffs: dict[int, dict[str, Any]] = defaultdict(dict)
    changed = changes.filter(record_id__in={key for __, key in followed})
    for key, diff in changed.values_list("record_id", "diff"):
        diffs[key] |= {name: both for name, both in diff.items() if name in entity.looks}
    mine: dict[int, list[int]] = defaultdict(list)
    for user, key in followed:
        if diffs.get(key):
            mine[user].append(key)
    people = active_users()
    for user in mine.keys() & people.keys():
        seen = entity.model.objects.visible_to(people[user]).filter(pk__in=mine[user]).values_list("pk", flat=True)
        if keys := sorted(seen):
            yield user, {key: diffs[key] for key in keys}


def _tell(
    entity: Entity,
    batch: Batch,
    user: int,
    kind: Kind,
    keys: Iterable[int],
    count: int,
    facts: dict[str, Any],
    by: Actor,
) -> None:
    """One notice about these records; it names the first that the user sees."""
    person = active_users().get(user)
    if person is None:
        return
    first = entity.model.objects.visible_to(person).filter(pk__in=list(keys)).order_by("pk").first()
    if first is not None:
        notify([user], kind, first, by=by, facts={"count": count} if count > 1 else facts, key=f"batch:{batch.pk}")
