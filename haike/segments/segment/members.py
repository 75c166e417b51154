"""Who is in a group: into a static one and out of it, with undo; and the condition by which any group is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.undo import Undone, begin_undo
from haike.kernel.entity import Entity, entity_named
from haike.kernel.filter import Group, Line
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.kernel.selection import Selection
from haike.refused import Refused
from haike.segments.conditions import matching
from haike.segments.segment.record import STATIC, Member, Segment

FIELD = "segments"
"""The name under which every kind of record is filtered by groups."""
CHUNK = 500
_inside: ContextVar[tuple[int, ...]] = ContextVar("haike_segments", default=())


@contextmanager
def inside(segment: int) -> Iterator[None]:
    """While the conditions of a group are looked at; a group that leads back to itself is refused."""
    if segment in _inside.get():
        raise Refused(_("A group cannot be a condition of itself."))
    token = _inside.set((*_inside.get(), segment))
    try:
        yield
    finally:
        _inside.reset(token)


def members_q(segment: Segment, by: Actor) -> Q:
    """The records in a group, as somebody may find them out."""
    if segment.manner == STATIC:
        return Q(pk__in=Member.objects.filter(segment=segment.pk, left_at=None).values("record_id"))
    with inside(segment.pk):
        return matching(segment.conditions, by)


def target_of(segment: Segment) -> Entity:
    """The kind of its members."""
    entity = entity_named(segment.entity)
    if entity is None:
        raise Refused(_("There are no records of this kind any more."))
    return entity


def line_for(segment: Segment, user: Actor) -> Group:
    """The filter of a list that shows the members."""
    look = target_of(segment).looks[FIELD].for_reader(user)
    return Group((Line(look, "one_of", [str(segment.pk)]),))


def members_found(segment: Segment, user: Actor) -> Selection:
    """The members whom somebody sees; Refused when the conditions name what he may not read."""
    target, group = target_of(segment), line_for(segment, user)
    group.q(user)
    return Selection(target, user, filter=group, sort=target.sort)


def demand_static(segment: Segment) -> None:
    """Refuse to choose the members of a live group."""
    if segment.manner != STATIC:
        raise Refused(_("The members of “%(name)s” follow from its conditions.") % {"name": segment.name})


def join(segment: Segment, keys: Sequence[int], *, by: Actor, batch: int | None = None) -> int:
    """Put records into a static group; returns how many were not in it. Only records that the actor sees go in."""
    demand_static(segment)
    target, new = target_of(segment), 0
    for start in range(0, len(keys), CHUNK):
        seen = target.model.objects.visible_to(by).filter(pk__in=keys[start : start + CHUNK])
        with transaction.atomic():
            # One at a time, so that nobody is put in twice.
            Segment._base_manager.select_for_update().get(pk=segment.pk)
            wanted = set(seen.order_by().values_list("pk", flat=True))
            wanted -= set(_present(segment, wanted).values_list("record_id", flat=True))
            now = timezone.now()
            rows = [
                Member(segment_id=segment.pk, record_id=pk, at=now, by_id=by.pk, batch=batch) for pk in sorted(wanted)
            ]
            Member.objects.bulk_create(rows, batch_size=CHUNK)
        new += len(wanted)
    return new


def leave(segment: Segment, keys: Sequence[int], *, by: Actor, batch: int | None = None) -> int:
    """Take records out of a static group; its history keeps them. Only records that the actor sees go out."""
    demand_static(segment)
    target, gone = target_of(segment), 0
    for start in range(0, len(keys), CHUNK):
        seen = target.model.objects.visible_to(by).filter(pk__in=keys[start : start + CHUNK])
        wanted = list(seen.order_by().values_list("pk", flat=True))
        facts = {"left_at": timezone.now(), "left_by": by.pk, "left_batch": batch}
        gone += _present(segment, wanted).update(**facts)
    return gone


def _present(segment: Segment, keys: Any) -> Any:
    return Member.objects.filter(segment=segment.pk, left_at=None, record_id__in=list(keys))


def undo_members(entity: Entity, batch: Batch, *, by: Actor, dry: bool, force: bool, begun: bool) -> Undone:
    """Take back what a bulk act did to a group; what went out, in or away since stays as it is."""
    came = Member.objects.filter(batch=batch.pk, left_at=None)
    left = Member.objects.filter(left_batch=batch.pk)
    found = Undone(removed=came.count(), reverted=left.count())
    if dry:
        return found
    if not begun:
        begin_undo(batch, by=by)
    now = timezone.now()
    with transaction.atomic():
        came.update(left_at=now, left_by=by.pk, left_batch=None)
        back, kept = [], 0
        for row in left:
            if Member.objects.filter(segment=row.segment_id, record_id=row.record_id, left_at=None).exists():
                kept += 1
            else:
                back.append(row.pk)
        for start in range(0, len(back), CHUNK):
            some = Member.objects.filter(pk__in=back[start : start + CHUNK])
            some.update(left_at=None, left_by=None, left_batch=None)
        found.reverted, found.conflicts = len(back), kept
        facts = {"undone_at": timezone.now(), "undone_by": by.pk, "kept": kept}
        Batch.objects.filter(pk=batch.pk).update(**facts)
    return found
