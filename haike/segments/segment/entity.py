"""Groups as an entity: made in its list or from the list of their members, shared like any record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Entity, Label, Panel, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.kernel.versioned import bump
from haike.refused import Refused
from haike.segments.segment import panels
from haike.segments.segment.members import line_for, members_found, target_of
from haike.segments.segment.record import LIVE, Segment


class SegmentEntity(Entity):
    """Everybody keeps groups of his own and shows them to others by sharing; members show only what one sees."""

    model = Segment
    slug, icon = "segments", "users-group"
    titled_by = ["name"]
    columns = ["name", "entity", "manner", "conditions", "owner", "created_at"]
    search = ["name"]
    facts = ["entity", "manner", "owner"]
    sections = [Section(_("Customer group"), ["name", "entity", "manner", "conditions", "description"])]
    panels = [
        Panel("members", _("Members"), panels.members, count=panels.count_members, icon="users"),
        Panel("history", _("History of members"), panels.history, icon="history"),
    ]
    once = ["entity", "manner"]
    importable = False
    help_page = "segments"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Segment:
        """Make a group; lists learn of it by the next page."""
        with transaction.atomic():
            segment: Segment = change.create(Segment, by=by, batch=batch, **values)
            bump("segments")
        return segment

    def change(
        self, record: Segment, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Segment:
        """Change a group; what its members are stays as it was made."""
        for name in ("entity", "manner"):
            if values.get(name, getattr(record, name)) != getattr(record, name):
                raise Refused(fields={name: _("This stays as the group was made. Make another group instead.")})
        segment: Segment = change.change(record, by=by, version=version, batch=batch, **values)
        return segment

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None:
            return []
        target, found = target_of(record), []
        if target.policy.may(user, "view"):
            query = urlencode({"f": line_for(record, user).text()})
            found.append(Button(_("Open the list"), f"{target.url}?{query}", "list"))
        if record.manner == LIVE and self.policy.allows(user, "edit", record):
            found.append(Button(_("Conditions"), f"{self.url_of(record)}conditions", "filter"))
        return found


def _figures(record: Segment, user: Actor) -> list[tuple[Label, str]]:
    """How many members the reader sees."""
    try:
        number, capped = members_found(record, user).find.count()
    except Refused:
        return []
    return [(_("Members"), f"{number - 1:,}+" if capped else f"{number:,}")]


SegmentEntity.figure_sources.append(_figures)
