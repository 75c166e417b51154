"""The history of phases: written with every change in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from haike.find.newest import newest_of
from haike.kernel.entity import Entity
from haike.kernel.record import Record
from haike.project.project.record import PhaseMove, Project

DAY = timedelta(days=1)
MOST = 200
"""So many rows, the newest, are shown."""


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Write the moves of projects that were just made or put into another phase."""
    if entity.model is not Project or (touched is not None and "state" not in touched):
        return
    projects: Sequence[Any] = records
    now, last = (
        timezone.now(),
        {} if touched is None else newest_of(PhaseMove, "project", [project.pk for project in projects]),
    )
    rows = []
    for project in projects:
        before = last.get(project.pk)
        if before is not None and before.after == project.state:
            continue
        rows.append(
            PhaseMove(
                project_id=project.pk, at=now, by_id=project.changed_by_id, after=project.state,
                before=before.after if before else "", days=(now - before.at) // DAY if before else 0,
                note=project.phase_note,
            )
        )  # fmt: skip
        project.phase_since = now
    PhaseMove._base_manager.bulk_create(rows, batch_size=500)
    moved = [row.project_id for row in rows if row.before]
    for start in range(0, len(moved), 500):
        Project._base_manager.filter(pk__in=moved[start : start + 500]).update(phase_since=now)


def panel(request: HttpRequest, project: Any) -> SafeString:
    """Each change of phase with its day, its note and how long the phase before had lasted, the newest first."""
    moves = PhaseMove._base_manager.filter(project=project).select_related("by").order_by("-id")[:MOST]
    return render_to_string("project/phases.html", {"moves": moves}, request=request)
