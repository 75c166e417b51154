"""Taking a hand-over back: the account opens again, then everything is as it was, but for what was changed since."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from haike.bulk.case import Case, Conflict
from haike.bulk.undo import UNDOERS, Undone, begin_undo, undo_log
from haike.handover.actions import KIND
from haike.handover.record import FACTS, Handover, Moved
from haike.handover.rows import plain, tell
from haike.kernel.entity import Entity
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.people.user.actions import reopen_user
from haike.people.user.record import User

CHUNK = 500


def undo_handover(entity: Entity, batch: Batch, *, by: Actor, dry: bool, force: bool, begun: bool) -> Undone:
    """Take a hand-over back; what the log tells as every batch, then the rows that carry no log."""
    handover = Handover.objects.select_related("user").get(batch=batch)
    if dry:
        found = undo_log(entity, batch, by=by, dry=True)
        _rows_back(entity, handover, found, dry=True)
        found.reverted = max(batch.changed - found.conflicts, 0)
        return found
    if not begun:
        begin_undo(batch, by=by)
    if handover.closed and not User._base_manager.filter(pk=handover.user_id, is_active=True).exists():
        reopen_user(handover.user, by=by)
    found = undo_log(entity, batch, by=by, force=force, begun=True)
    with transaction.atomic(), writer():
        _facts_back(handover)
        _rows_back(entity, handover, found, dry=False)
        Batch.objects.filter(pk=batch.pk).update(kept=found.conflicts)
    found.reverted = max(batch.changed - found.conflicts, 0)
    return found


def _facts_back(handover: Handover) -> None:
    """What followed from the former owner, for those records that are his again."""
    groups: dict[tuple[str, str], tuple[dict[str, Any], list[int]]] = {}
    rows: Any = handover.moved.filter(field=FACTS).order_by("id")
    for row in rows:
        groups.setdefault((row.model, repr(sorted(row.before.items()))), (row.before, []))[1].append(row.record_id)
    for (label, __), (facts, keys) in groups.items():
        model = apps.get_model(label)
        values = {name: model._meta.get_field(name).to_python(value) for name, value in facts.items()}
        for start in range(0, len(keys), CHUNK):
            mine = model._base_manager.filter(pk__in=keys[start : start + CHUNK], owner_id=handover.user_id)
            mine.update(**values)


def _rows_back(entity: Entity, handover: Handover, found: Undone, *, dry: bool) -> None:
    lost: dict[str, int] = defaultdict(int)
    labels = set()
    for moved in handover.moved.exclude(field=FACTS).order_by("-id"):
        labels.add(moved.model)
        model = apps.get_model(moved.model)
        try:
            with transaction.atomic():
                back = _cell_back(model, moved, dry) if moved.field else _row_back(model, moved, dry)
        except IntegrityError:
            back = False
        if not back:
            lost[str(model._meta.verbose_name)] += 1
    for name, number in lost.items():
        case = Case(entity, handover.user_id, handover.user, forcible=False)
        told = _("%(kind)s: %(count)s were changed since and stay") % {"kind": name, "count": number}
        case.conflicts.append(Conflict(told))
        found.keep(case)
    if not dry:
        for label in labels:
            tell(label)


def _cell_back(model: type[models.Model], moved: Moved, dry: bool) -> bool:
    row = model._base_manager.filter(pk=moved.record_id).first()
    if row is None:
        return False
    field: Any = model._meta.get_field(moved.field)
    if plain(field, getattr(row, field.attname)) != moved.after:
        return False
    if not dry:
        model._base_manager.filter(pk=row.pk).update(**{field.attname: field.to_python(moved.before)})
    return True


def _row_back(model: type[models.Model], moved: Any, dry: bool) -> bool:
    if model._base_manager.filter(pk=moved.record_id).exists():
        return False
    if dry:
        return True
    cells = {}
    for field in model._meta.concrete_fields:
        cells[field.attname] = field.to_python(moved.before[field.attname])
    model._base_manager.bulk_create([model(**cells)])
    # Moments that the model sets by itself when a row is made are as they were, too.
    model._base_manager.filter(pk=moved.record_id).update(**cells)
    return True


UNDOERS[KIND] = undo_handover
