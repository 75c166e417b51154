"""The merge itself, in one transaction, with a journal of every cell that it changed.

The journal: `moves` [model, column, from, to, [keys]], `owners` [model, key, owner, department], `binned`
[model, [keys]], `columns` {column: [before, after]} of the winner, `links` {field: [before, after]}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.dedupe.identity import identity_of
from haike.dedupe.merge.record import Merge, Merged
from haike.dedupe.merge.references import Reference, colliding, looping, references_to
from haike.find.share import Share
from haike.kernel.bulk import start_batch
from haike.kernel.change import change, index, refusal, remove, settle
from haike.kernel.entity import Entity
from haike.kernel.events import announce
from haike.kernel.log import ACTION_LABELS, Batch, log_many, within_batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.kernel.record import Record, writer
from haike.refused import Refused
from haike.said import said

MERGE = "merge"
"""The kind of the batches that merges are."""
MOST = 10
"""So many records are merged at once at most."""
ACTION_LABELS.update({"merge": _("merged")})


def demand_mergeable(entity: Entity, records: Sequence[Any], by: Actor) -> None:
    """Refuse what cannot be merged, with the reason."""
    if len(records) < 2:
        raise Refused(_("Choose at least two records to merge."))
    if len({record.pk for record in records}) < len(records):
        raise Refused(_("A record cannot be merged with itself."))
    if len(records) > MOST:
        raise Refused(_("At most %(most)s records are merged at once.") % {"most": MOST})
    for record in records:
        if record.deleted_at is not None or not entity.policy.allows(by, "view", record):
            raise Refused(_("One of these records is not there for you."))
    for record in records:
        if not entity.policy.allows(by, "edit", record):
            raise Refused(_("You may not change “%(name)s”, so you cannot merge it.") % {"name": record})
    if entity.parent and len({getattr(each, f"{entity.policy.through}_id") for each in records}) > 1:
        raise Refused(
            _("These belong to different records (%(parent)s); move or merge those first.")
            % {"parent": entity.parent.name}
        )


def demand_removable(entity: Entity, losers: Sequence[Any], by: Actor) -> None:
    """Refuse to merge away what the user may not delete."""
    for record in losers:
        if not entity.policy.allows(by, "delete", record):
            raise Refused(_("You may not delete “%(name)s”, so it cannot be merged away.") % {"name": record})


def choosable(entity: Entity, by: Actor) -> list[str]:
    """The fields for which the user may choose whose value stays."""
    names = list(entity.editable_by(by, made=True))
    if not entity.policy.may(by, "transfer") or entity.policy.through:
        names = [name for name in names if name != "owner"]
    summed = _summed(entity)
    return [name for name in names if name not in summed and not _is_unique(entity.looks[name])]


def _summed(entity: Entity) -> tuple[str, ...]:
    identity = identity_of(entity)
    return identity.summed if identity is not None else ()


def _is_unique(look: Look) -> bool:
    """Whether no two records may have the same: then each keeps its own. Own fields say so in their declaration."""
    declared = getattr(look, "own", None) or look.field
    return bool(getattr(declared, "unique", False))


def hanging_on(entity: Entity, keys: list[int]) -> Iterator[tuple[Any, int]]:
    """What would move, in words with how many."""
    counts: dict[str, tuple[Any, int]] = {}
    for reference in references_to(entity):
        count = reference.rows(entity.label, keys).count()
        if count and reference.model is not entity.model:
            words = reference.words
            counts[str(words)] = (words, counts.get(str(words), (words, 0))[1] + count)
    yield from counts.values()


def merge(
    entity: Entity, winner: Any, losers: Sequence[Any], *, by: Actor, chosen: Mapping[str, Any] | None = None
) -> Batch:
    """Make one record of several; `chosen` are values of the losers that shall stay. Returns the batch to undo."""
    records = [winner, *losers]
    demand_mergeable(entity, records, by)
    demand_removable(entity, losers, by)
    values = {name: value for name, value in (chosen or {}).items() if name in choosable(entity, by)}
    title = said(_("Merge into %(name)s"), name=winner)
    try:
        with transaction.atomic(), writer():
            locked = entity.model._base_manager.select_for_update().filter(pk__in=[each.pk for each in records])
            present = {each.pk: each for each in locked.order_by("pk")}
            demand_mergeable(entity, [present[each.pk] for each in records if each.pk in present], by)
            batch = start_batch(entity, MERGE, title, by=by)
            with within_batch(batch):
                _merge(entity, present[winner.pk], [present[each.pk] for each in losers], values, by, batch)
    except IntegrityError as error:
        raise Refused(_("Something that hangs on these records contradicts itself when they become one.")) from error
    return batch


def _merge(entity: Entity, winner: Any, losers: list[Any], values: Mapping[str, Any], by: Actor, batch: Batch) -> None:
    journal: dict[str, Any] = {"moves": [], "owners": [], "binned": [], "columns": {}, "links": {}, "shares": []}
    gone = [each.pk for each in losers]
    before = columns_of(winner)
    for reference in references_to(entity):
        _bin_loops(reference, gone, winner, journal, by)
    for reference in references_to(entity):
        _widen_shares(reference, entity, gone, winner, journal)
        _move(reference, entity, gone, winner, journal, by)
    for loser in losers:
        remove(loser, by=by)
    many = {field.name for field in entity.model._meta.many_to_many}
    links = {name: getattr(winner, name) for name in values if name in many}
    journal["links"] = {
        name: [[each.pk for each in links[name].all()], [each.pk for each in values[name]]] for name in links
    }
    winner = change(winner, by=by, batch=batch, **values) if values else winner
    if facts := _settled(entity, winner, losers):
        settle(entity.model, winner.pk, **facts)
    sums = {name: sum((getattr(each, name) for each in losers), getattr(winner, name)) for name in _summed(entity)}
    added = {name: [before[name], str(total)] for name, total in sums.items() if total != getattr(winner, name)}
    if added:
        entity.model._base_manager.filter(pk=winner.pk).update(**{name: sums[name] for name in added})
    winner = entity.model._base_manager.get(pk=winner.pk)
    after = columns_of(winner)
    journal["columns"] = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    done = Merge.objects.create(batch=batch, entity=entity.label, into=winner.pk, journal=journal)
    Merged.objects.bulk_create([Merged(merge=done, entity=entity.label, record_id=pk, into=winner.pk) for pk in gone])
    named = {str(_("Merged with")): ["", ", ".join(map(str, losers))], **added}
    log_many(entity, [(winner.pk, winner.version, named)], "merge", by=by, batch=batch, at=timezone.now())
    Batch.objects.filter(pk=batch.pk).update(changed=1 + len(losers))
    index([winner])
    for pk in gone:
        announce(f"{entity.label}.merged", record_id=pk, into=winner.pk, by=by)


def columns_of(record: Any) -> dict[str, Any]:
    """Every cell of a record as JSON, without what tells of writing itself."""
    passing = {"version", "changed_at", "changed_by_id", "deleted_at", "deleted_by_id"}
    return {
        field.attname: _plain(field, getattr(record, field.attname))
        for field in record._meta.concrete_fields
        if field.attname not in passing
    }


def _plain(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return field.value_to_string(cast(Any, _Holder(field.attname, value)))


class _Holder:
    """Something that has one value, as `value_to_string` wants it."""

    def __init__(self, name: str, value: Any) -> None:
        setattr(self, name, value)


def _settled(entity: Entity, winner: Any, losers: list[Any]) -> dict[str, Any]:
    """Facts that followed from what has moved: the later of two times, or the one that there is."""
    facts: dict[str, Any] = {}
    for name in entity.settled:
        column = entity.model._meta.get_field(name).attname
        found = [value for each in [winner, *losers] if (value := getattr(each, column)) not in (None, "")]
        if not found:
            continue
        own = getattr(winner, column)
        best = max(found) if isinstance(found[0], datetime) and name.startswith("last") else found[0]
        if best != own:
            facts[name if column == name else column] = best
    return {name.removesuffix("_id") if name not in entity.settled else name: value for name, value in facts.items()}


def _bin_loops(reference: Reference, gone: list[int], winner: Any, journal: dict[str, Any], by: Actor) -> None:
    keys = looping(reference, gone, winner.pk)
    child = reference.entity
    if not keys or child is None:
        return
    now = timezone.now()
    rows = reference.model._base_manager.filter(pk__in=keys)
    versions = list(rows.values_list("pk", "version"))
    rows.update(deleted_at=now, deleted_by_id=by.pk, version=F("version") + 1)
    journal["binned"].append([reference.model._meta.label, keys])
    log_many(child, [(pk, version + 1, {}) for pk, version in versions], "delete", by=by, batch=None, at=now)


def _widen_shares(reference: Reference, entity: Entity, gone: list[int], winner: Any, journal: dict[str, Any]) -> None:
    """Who may change one of them may change the winner."""
    if reference.model is not Share:
        return
    mine = reference.rows(entity.label, [winner.pk]).filter(can_write=False)
    writers = set(reference.rows(entity.label, gone).filter(can_write=True).values_list("user_id", flat=True))
    keys = list(mine.filter(user_id__in=writers).values_list("pk", flat=True))
    Share.objects.filter(pk__in=keys).update(can_write=True)
    journal["shares"] = keys


def _move(
    reference: Reference, entity: Entity, gone: list[int], winner: Any, journal: dict[str, Any], by: Actor
) -> None:
    label = reference.model._meta.label
    stay = colliding(reference, entity.label, gone, winner.pk)
    # A relation between those that become one stays with what goes.
    stay |= {key for model, keys in journal["binned"] if model == label for key in keys}
    itself = reference.model is entity.model
    for pk in gone:
        rows = reference.rows(entity.label, [pk]).exclude(pk__in=stay)
        if itself:
            rows = rows.exclude(pk__in=gone)
            own = rows.filter(pk=winner.pk)
            if own.exists():
                own.update(**{reference.column: None})
                journal["moves"].append([label, reference.column, pk, None, [winner.pk]])
                setattr(winner, reference.column, None)
        keys = list(rows.values_list("pk", flat=True))
        if keys:
            journal["moves"].append([label, reference.column, pk, winner.pk, keys])
            _rewrite(reference, entity, keys, pk, winner, journal, by)


def _rewrite(
    reference: Reference, entity: Entity, keys: list[int], pk: int, winner: Any, journal: dict[str, Any], by: Actor
) -> None:
    rows = reference.model._base_manager.filter(pk__in=keys)
    child = reference.entity
    if child is None or not issubclass(reference.model, Record):
        rows.update(**{reference.column: winner.pk})
        return
    facts: dict[str, Any] = {reference.column: winner.pk, "version": F("version") + 1}
    if f"{child.policy.through}_id" == reference.column:
        journal["owners"] += [
            [reference.model._meta.label, *each] for each in rows.values_list("pk", "owner_id", "department_id")
        ]
        facts |= {"owner_id": winner.owner_id, "department_id": winner.department_id}
    versions = list(rows.values_list("pk", "version"))
    rows.update(**facts)
    name = reference.column.removesuffix("_id")
    told = [(key, version + 1, {name: [pk, winner.pk]}) for key, version in versions]
    log_many(child, told, "change", by=by, batch=None, at=timezone.now())
    for start in range(0, len(keys), 500):
        moved = list(reference.model._base_manager.filter(pk__in=keys[start : start + 500]))
        if reference.model is entity.model:
            _demand_sound(moved)
        index([each for each in moved if each.deleted_at is None])


def _demand_sound(records: list[Any]) -> None:
    """Records of the same kind that now lead to the winner: none may come to lead to itself."""
    for record in records:
        try:
            record.clean()
        except ValidationError as error:
            raise refusal(error) from error
