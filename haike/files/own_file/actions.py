"""Files of own fields: taken in, put to their record, and swept out when no record holds them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.record import OwnField
from haike.files.blob import Blob, keep
from haike.files.names import clean_name
from haike.files.own_file.record import Upload
from haike.kernel.entity import Entity, entity_named
from haike.kernel.policy import Actor
from haike.refused import Refused

SECRET = ("hidden", "masked")
REST = timedelta(days=1)
"""So long may a form stay open between the upload and its being saved."""
UNHELD = timedelta(days=30)
"""So long does a file stay that was replaced or taken out: an undo may need it."""
AT_ONCE = 500


def keep_upload(
    own: OwnField, pieces: Iterable[bytes], name: str, *, size: int | None, only: Collection[str], by: Actor
) -> Upload:
    """Check and store a file for an own field; raises Refused. `only`: the endings of content that are taken."""
    return note_upload(own, keep(pieces, name, size=size), clean_name(name), only=only, by=by)


def note_upload(own: OwnField, blob: Blob, name: str, *, only: Collection[str], by: Actor) -> Upload:
    """A stored content for an own field; Refused where the field takes other kinds."""
    if only and blob.ending not in only:
        raise Refused(_("This is not a picture that can be read (JPG, PNG, WebP, GIF)."))
    return Upload.objects.create(entity=own.entity, key=own.key, blob=blob, name=name, by_id=by.pk)


def usable(own: OwnField, pk: int, by: Actor) -> Upload | None:
    """An upload that the user may put into a record: his own, or that of a record in which he sees this field."""
    rows = Upload.objects.select_related("blob").filter(entity=own.entity, key=own.key)
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None or found.by_id == by.pk:
        return found
    entity = entity_named(own.entity)
    if entity is None or found.record_id is None or entity.right(by, own.key) in SECRET:
        return None
    record = entity.model.objects.visible_to(by).filter(pk=found.record_id).first()
    if record is None or entity.policy.right_to(by, own.key, record) in SECRET:
        return None
    return found


def take_uploads(entity: Entity, records: Sequence[Any], touched: set[str] | None) -> None:
    """Note with each upload that these records hold now which record was the first."""
    names = [name for name in (entity.looks if touched is None else touched) if name.startswith("own_")]
    names = [name for name in names if getattr(entity.looks.get(name), "by_file", False)]
    for record in records if names else ():
        keys = [record.custom[name]["id"] for name in names if record.custom.get(name)]
        if keys:
            Upload.objects.filter(pk__in=keys, record_id=None).update(record_id=record.pk)


def sweep_uploads() -> int:
    """Delete what was never saved, and what no record has held for some weeks; gives how many."""
    now, gone, last = timezone.now(), 0, 0
    while rows := list(Upload.objects.filter(pk__gt=last, at__lt=now - REST).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        held = _held(rows)
        for row in rows:
            if row.pk in held:
                if row.unheld_at is not None:
                    Upload.objects.filter(pk=row.pk).update(unheld_at=None)
            elif row.record_id is None or (row.unheld_at is not None and row.unheld_at < now - UNHELD):
                gone += Upload.objects.filter(pk=row.pk).delete()[0]
            elif row.unheld_at is None:
                Upload.objects.filter(pk=row.pk).update(unheld_at=now)
    return gone


def _held(rows: Sequence[Upload]) -> set[int]:
    """Those that some record holds, also one in the bin or one that got the value by a merge."""
    found = set()
    for label in {row.entity for row in rows}:
        some = [row for row in rows if row.entity == label]
        entity = entity_named(label)
        if entity is None:
            found |= {row.pk for row in some}  # its module is switched off for now
            continue
        keys = {row.record_id for row in some if row.record_id is not None}
        records = entity.model._base_manager.only("custom").in_bulk(keys)
        for row in some:
            first = records.get(row.record_id) if row.record_id is not None else None
            if (first is not None and _holds(first, row)) or _elsewhere(entity, row):
                found.add(row.pk)
    return found


def _holds(record: Any, row: Upload) -> bool:
    return bool((record.custom.get(row.key) or {}).get("id") == row.pk)


def _elsewhere(entity: Entity, row: Upload) -> bool:
    named = Q(**{f"custom__full_{row.key}": row.name})
    return any(_holds(record, row) for record in entity.model._base_manager.filter(named).only("custom")[:AT_ONCE])
