"""Taking records into a project and out of it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import write_log
from haike.kernel.entity import Entity, entity_of
from haike.kernel.log import ACTION_LABELS
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.project.link.record import KINDS, Link
from haike.project.project.record import Project
from haike.refused import Refused

ACTION_LABELS.update({"link": _("took in"), "unlink": _("took out")})
FOLLOWING = {
    "sales.quote": ("opportunity",),
    "sales.contract": ("quote", "opportunity"),
    "sales.order": ("quote", "opportunity"),
}
"""Made from one that belongs to a project, these belong to it too."""


def link(project: Project, kind: str, record: Any, *, by: Actor) -> Link:
    """Take a record that the writer sees into a project on which he works."""
    _demand(project, by)
    if not entity_of(record).policy.allows(by, "view", record):
        raise Refused(_("This record is not there any more."))
    with transaction.atomic():
        # One at a time: the row of the project is what two writers would meet at.
        Project._base_manager.select_for_update().get(pk=project.pk)
        present = Link.objects.filter(**{kind: record.pk}).first()
        if present is not None:
            here = _("It belongs to this project already.")
            raise Refused(here if present.project_id == project.pk else _("It belongs to another project already."))
        made = Link.objects.create(project=project, **{kind: record})
        _log(project, "link", record, by)
    return made


def unlink(project: Project, kind: str, record: Any, *, by: Actor) -> None:
    """Take a record out of a project; the record itself stays."""
    _demand(project, by)
    with transaction.atomic():
        gone, __ = Link.objects.filter(project=project, **{kind: record.pk}).delete()
        if gone:
            _log(project, "unlink", record, by)


def _demand(project: Project, by: Actor) -> None:
    if project.deleted_at is not None or not entity_of(Project).policy.allows(by, "edit", project):
        raise Refused(_("You may look at this record, but not change it."))


def _log(project: Project, action: str, record: Any, by: Actor) -> None:
    # By number only: not everybody in the team may see what it is about.
    sides = ["", record.number] if action == "link" else [record.number, ""]
    write_log(project, action, by=by, diff={str(entity_of(record).name): sides})


def follow_on(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """What is made from an opportunity or a quote of a project belongs to the project."""
    sources = FOLLOWING.get(entity.label)
    if touched is not None or sources is None:
        return
    kind = next(name for name, label in KINDS.items() if label == entity.label)
    found: dict[int, int] = {}
    for source in sources:
        keys = {record.pk: key for record in records if (key := getattr(record, f"{source}_id")) is not None}
        if keys:
            rows = Link.objects.filter(**{f"{source}__in": set(keys.values())})
            homes = dict(rows.values_list(source, "project"))
            found = {pk: homes[key] for pk, key in keys.items() if key in homes} | found
    Link.objects.bulk_create(Link(project_id=home, **{f"{kind}_id": pk}) for pk, home in found.items())
