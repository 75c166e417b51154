"""What a conversion copies to a customer who was there already, and how an undo takes it away again."""

from __future__ import annotations

from typing import Any, cast

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from haike.bulk.case import Case, Conflict
from haike.bulk.undo import UNDOERS, Undone, begin_undo, undo_log
from haike.files.attachment.record import Attachment
from haike.kernel.entity import Entity, entity_named, entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.sales.lead.record import Lead
from haike.talk.models import Comment, Tagged

CONVERT = "convert"
"""The kind of a conversion's batch."""
COPIED = {Attachment: "name", Comment: "text"}
"""What is copied, and the field that tells whether somebody has changed the copy since."""
TABLES: dict[str, type[models.Model]] = {model._meta.label_lower: model for model in (*COPIED, Tagged)}


class Carried(models.Model):
    """One row that a conversion made of a lead's attachment, comment or tag; `said` is its name or text."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    model = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    said = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("Carried to a customer")


def _said(row: Any) -> str:
    name = COPIED.get(type(row))
    return str(getattr(row, name)) if name else ""


def carry(lead: Lead, customer: Any, batch: Batch) -> None:
    """Attachments, comments and tags stay with the lead and are there for the customer too."""
    source, target = entity_of(Lead).label, entity_of(customer).label
    made: list[Any] = []
    for model in COPIED:
        rows: Any = model._default_manager.filter(entity=source, record_id=lead.pk, deleted_at__isnull=True)
        for row in rows.order_by("id"):
            row.pk, row.entity, row.record_id = None, target, customer.pk
            row.save(force_insert=True)
            made.append(row)
    there = set(Tagged.objects.filter(entity=target, record_id=customer.pk).values_list("tag_id", flat=True))
    tags = Tagged.objects.filter(entity=source, record_id=lead.pk).exclude(tag_id__in=there).order_by("id")
    facts: dict[str, Any] = {"entity": target, "record_id": customer.pk}
    made += [Tagged.objects.create(tag_id=row.tag_id, at=row.at, by_id=row.by_id, **facts) for row in tags]
    Carried.objects.bulk_create(
        [Carried(batch=batch, model=row._meta.label_lower, record_id=row.pk, said=_said(row)) for row in made],
        batch_size=500,
    )


def undo_conversion(entity: Entity, batch: Batch, *, by: Actor, dry: bool, force: bool, begun: bool) -> Undone:
    """Take a conversion back with what it copied; a copy whose words somebody has changed since is never lost."""
    if dry:
        found = undo_log(entity, batch, by=by, dry=True)
        _take_off(batch, found, dry=True)
        return found
    if not begun:
        begin_undo(batch, by=by)
    found = undo_log(entity, batch, by=by, force=force, begun=True)
    with transaction.atomic():
        _take_off(batch, found, dry=False)
        Batch.objects.filter(pk=batch.pk).update(kept=found.conflicts)
    return found


def _take_off(batch: Batch, found: Undone, *, dry: bool) -> None:
    lost: dict[tuple[str, int], int] = {}
    for carried in Carried.objects.filter(batch=batch).order_by("id"):
        row: Any = TABLES[carried.model]._default_manager.filter(pk=carried.record_id).first()
        if row is None or getattr(row, "deleted_at", None) is not None:
            continue
        if _said(row) != carried.said:
            place = (row.entity, row.record_id)
            lost[place] = lost.get(place, 0) + 1
        elif not dry:
            row.delete()
    for (label, key), number in lost.items():
        of = cast(Entity, entity_named(label))
        case = Case(of, key, of.model._base_manager.filter(pk=key).first(), forcible=False)
        told = _("Comments and attachments that were changed since: %(count)s stay") % {"count": number}
        case.conflicts.append(Conflict(told))
        found.keep(case)


UNDOERS[CONVERT] = undo_conversion
