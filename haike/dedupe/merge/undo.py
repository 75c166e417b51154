"""Parting again what was merged: every cell that the merge changed is as before.

What somebody changed since stays as it is and counts as a conflict.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.case import Case, Conflict
from haike.bulk.undo import Undone, begin_undo, trace_of
from haike.bulk.write import restore_many
from haike.dedupe.merge.act import columns_of
from haike.dedupe.merge.record import Merge, Merged
from haike.find.share import Share
from haike.kernel.change import follow, hand_down, index
from haike.kernel.entity import Entity
from haike.kernel.log import Batch, log_many, within_batch
from haike.kernel.policy import Actor
from haike.kernel.record import Record, writer
from haike.refused import Refused


def undo_merge(entity: Entity, batch: Batch, *, by: Actor, dry: bool, force: bool, begun: bool) -> Undone:
    """Take a merge back; `force` changes nothing here: what was written since is never lost."""
    merge = Merge.objects.get(batch=batch)
    gone = list(merge.gone.values_list("record_id", flat=True))
    _demand_there(entity, merge, gone)
    found = Undone(reverted=1 + len(gone))
    if dry:
        _note_conflicts(entity, merge, found)
        return found
    if not begun:
        begin_undo(batch, by=by)
    with transaction.atomic(), writer(), within_batch(trace_of(entity, batch, by)):
        _note_conflicts(entity, merge, found)
        winner = _winner_back(entity, merge)
        _rows_back(merge)
        for label, keys in merge.journal["binned"]:
            rows = apps.get_model(label)._base_manager.filter(pk__in=keys)
            rows.update(deleted_at=None, deleted_by_id=None, version=F("version") + 1)
        Share.objects.filter(pk__in=merge.journal["shares"]).update(can_write=False)
        for no in restore_many(entity, gone, by=by, batch=None, trusted=True).refused.values():
            raise no
        Merged.objects.filter(merge=merge).delete()
        records = list(entity.model._base_manager.filter(pk__in=[*gone, winner.pk]))
        index(records)
        told: list[tuple[int, int, dict[str, Any]]] = [(winner.pk, winner.version, {})]
        log_many(entity, told, "undo", by=by, batch=None, at=timezone.now())
    facts = {"undone_at": timezone.now(), "undone_by": by.pk, "kept": found.conflicts}
    Batch.objects.filter(pk=batch.pk).update(**facts)
    return found


def _demand_there(entity: Entity, merge: Merge, gone: list[int]) -> None:
    there = set(entity.model._base_manager.filter(pk__in=gone, deleted_at__isnull=False).values_list("pk", flat=True))
    if not entity.model._base_manager.filter(pk=merge.into, deleted_at=None).exists():
        raise Refused(_("The record that was merged into is in the recycle bin or gone; restore it first."))
    if set(gone) - there:
        raise Refused(_("A record that was merged away has been restored or deleted for good; this cannot be undone."))


def _note_conflicts(entity: Entity, merge: Merge, found: Undone) -> None:
    winner = entity.model._base_manager.get(pk=merge.into)
    case = Case(entity, winner.pk, winner, forcible=False)
    now = columns_of(winner)
    for column, (before, after) in merge.journal["columns"].items():
        if now[column] not in (before, after):
            name = column if column in entity.looks else column.removesuffix("_id")
            look = entity.looks.get(name)
            case.conflicts.append(Conflict(look.label if look else name, name=name if look else ""))
    moved = 0
    for label, column, __, to, keys in merge.journal["moves"]:
        rows = apps.get_model(label)._base_manager.filter(pk__in=keys)
        moved += len(keys) - rows.filter(**{column: to}).count()
    if moved:
        case.conflicts.append(Conflict(_("%(count)s that had moved were moved or deleted since") % {"count": moved}))
    if case.conflicts:
        found.keep(case)


def _winner_back(entity: Entity, merge: Merge) -> Any:
    rows = entity.model._base_manager
    winner = rows.select_for_update().get(pk=merge.into)
    now = columns_of(winner)
    fields = {field.attname: field for field in entity.model._meta.concrete_fields}
    facts: dict[str, Any] = {}
    for column, (before, after) in merge.journal["columns"].items():
        if now[column] == after:
            facts[column] = fields[column].to_python(before)
    rows.filter(pk=winner.pk).update(**facts, version=F("version") + 1)
    for name, (before, after) in merge.journal["links"].items():
        present = getattr(winner, name)
        if {each.pk for each in present.all()} == set(after):
            present.set(before)
    winner.refresh_from_db()
    if "owner_id" in facts or "department_id" in facts:
        hand_down(entity, [winner.pk])
    if facts:
        follow(entity, [winner], set(entity.looks))
    return winner


def _rows_back(merge: Merge) -> None:
    owners: dict[tuple[str, int], tuple[Any, Any]] = {
        (label, pk): (owner, department) for label, pk, owner, department in merge.journal["owners"]
    }
    for label, column, before, to, keys in reversed(merge.journal["moves"]):
        model = apps.get_model(label)
        rows = model._base_manager.filter(pk__in=keys, **{column: to})
        still = list(rows.values_list("pk", flat=True))
        more: dict[str, Any] = {"version": F("version") + 1} if issubclass(model, Record) else {}
        model._base_manager.filter(pk__in=still).update(**{column: before}, **more)
        groups: dict[tuple[Any, Any], list[int]] = defaultdict(list)
        for pk in still:
            if (label, pk) in owners:
                groups[owners[label, pk]].append(pk)
        for (owner, department), some in groups.items():
            model._base_manager.filter(pk__in=some).update(owner_id=owner, department_id=department)
            hand_down(model._haike_entity, some)
        if issubclass(model, Record) and hasattr(model, "_haike_entity"):
            for start in range(0, len(still), 500):
                index(model._base_manager.filter(pk__in=still[start : start + 500], deleted_at=None))
