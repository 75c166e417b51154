"""What groups add to the lists of the kinds of record for which they are offered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from haike.find.prepared import prepared_whole
from haike.kernel.entity import Entity, entity_of
from haike.screens.list import keep_sources, view_sources
from haike.segments.offered import is_offered, offered
from haike.segments.segment import bulk
from haike.segments.segment.look import SegmentsLook
from haike.segments.segment.members import FIELD, line_for
from haike.segments.segment.record import Segment, kinds_grouped

__all__ = ["bulk"]


def serve_all() -> None:
    """Serve every entity that opted in; called once, when all rooms are loaded."""
    for entity in offered():
        entity.declared_looks[FIELD] = SegmentsLook(entity.label)
    view_sources.append(_views)
    keep_sources.append(_keep)


def _views(entity: Entity, user: Any) -> Iterable[tuple[str, str]]:
    if entity.label not in kinds_grouped():
        return

    def rows() -> Any:
        found = Segment.objects.visible_to(user).filter(entity=entity.label, archived_at=None)
        return found.only("name", "entity").order_by("name", "id")

    for segment in prepared_whole(("views", entity.label, entity_of(Segment).policy.key(user)), rows):
        yield segment.name, urlencode({"f": line_for(segment, user).text()})


def _keep(entity: Entity, user: Any) -> Iterable[tuple[Any, str]]:
    if is_offered(entity.label) and entity_of(Segment).policy.may(user, "create"):
        yield _("Keep as a live group"), "segment"
