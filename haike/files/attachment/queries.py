"""Finding attachments, always by the rights on their records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404

from haike.files.attachment.record import Attachment
from haike.files.module import FILES
from haike.find.prepared import keyed, prepared
from haike.kernel.entity import Entity, entities, entity_named
from haike.kernel.policy import Actor
from haike.screens.tabs import shows_tab

TAB = "attachments"
"""The key of their tab: who does not see it gets them nowhere."""
Rows = QuerySet[Attachment]


def of_record(entity: Entity, pk: int) -> Rows:
    """All of one record, those in the bin too, newest first; whether its reader may see it is asked before."""
    return Attachment.objects.filter(entity=entity.label, record_id=pk).order_by("-at", "-id")


def demand_tab(user: Actor, entity: Entity) -> None:
    """404 for one who does not see the attachments of these records."""
    FILES.demand()
    if not shows_tab(user, entity, TAB):
        raise Http404


def counts(entity: Entity, keys: Sequence[int]) -> dict[int, int]:
    """How many live ones each of these records has."""

    def rows() -> Any:
        found = Attachment.objects.filter(keyed(Attachment, "record_id"), entity=entity.label, deleted_at=None)
        return found.order_by().values_list("record_id").annotate(number=Count("pk"))

    return dict(prepared(("attachments", entity.label), rows, keys))


def visible_to(user: Actor) -> Rows:
    """The live attachments of all records that the user sees."""
    reach = Q(pk__in=[])
    for entity in entities():
        if entity.policy.may(user, "view") and shows_tab(user, entity, TAB):
            rows = entity.model.objects.visible_to(user).filter(pk=OuterRef("record_id"))
            reach |= Q(Exists(rows), entity=entity.label)
    return Attachment.objects.filter(reach, deleted_at=None)


def find(user: Actor, pk: int, *, deleted: bool = False) -> tuple[Attachment, Entity, Any]:
    """An attachment with its entity and record, or 404 where the user does not see the record."""
    rows = Attachment.objects.select_related("blob", "by").filter(pk=pk, deleted_at__isnull=not deleted)
    found = rows.first()
    entity = entity_named(found.entity) if found is not None else None
    if found is None or entity is None or not entity.policy.may(user, "view") or not shows_tab(user, entity, TAB):
        raise Http404
    record = entity.model.objects.visible_to(user).filter(pk=found.record_id).first()
    if record is None:
        raise Http404
    return found, entity, record


def titles(attachments: Sequence[Attachment]) -> dict[tuple[str, int], Any]:
    """The records of these attachments, one query an entity."""
    keys: dict[str, set[int]] = {}
    for each in attachments:
        keys.setdefault(each.entity, set()).add(each.record_id)
    found: dict[tuple[str, int], Any] = {}
    for label, some in keys.items():
        entity = cast(Entity, entity_named(label))
        joins = [f.name for f in entity.model._meta.fields if f.name == entity.policy.through]
        rows = entity.model.objects.select_related(*joins) if joins else entity.model.objects.all()
        found |= {(label, record.pk): record for record in rows.filter(pk__in=some)}
    return found
