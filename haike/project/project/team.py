"""Who is in a project's team sees it: each place is a share, which lists, search and all other surfaces know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haike.find.share import Share
from haike.kernel.entity import Entity
from haike.kernel.events import announce
from haike.kernel.record import Record
from haike.project.project.record import Project


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Give the team of projects just written its shares, take back those of who has left it, tell who is new."""
    if entity.model is not Project or (touched is not None and "team" not in touched):
        return
    projects: Sequence[Any] = records
    for project in projects:
        settle(entity, project)


def settle(entity: Entity, project: Any) -> None:
    """The shares of a project are its team, no more and no less."""
    team = {user.pk: user for user in project.team.all()}
    present = Share.objects.filter(entity=entity.label, record_id=project.pk)
    known = set(present.values_list("user_id", flat=True))
    if gone := known - team.keys():
        present.filter(user__in=gone).delete()
    fresh = [user for key, user in team.items() if key not in known]
    Share.objects.bulk_create(
        Share(entity=entity.label, record_id=project.pk, user=user, can_write=True, by_id=project.changed_by_id)
        for user in fresh
    )
    by = project.changed_by
    for user in fresh:
        if by is not None and user.pk not in (by.pk, project.owner_id):
            announce("kernel.shared", entity=entity, record=project, user=user, by=by)
