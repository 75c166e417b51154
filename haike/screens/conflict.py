"""What others saved while somebody was typing: told field by field, with who did it and when.

The change log knows it. Where the log does not tell the whole story, every field that differs counts as theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.log import Change
from haike.kernel.look import Look
from haike.refused import Conflict


@dataclass(frozen=True)
class Theirs:
    """A field that was saved by somebody else: who, when, and what it was before (as the log keeps it)."""

    by: str
    at: datetime
    before: Any


@dataclass(frozen=True)
class Line:
    """One field on which two people differ."""

    name: str
    label: Any
    yours: str
    theirs: str
    before: str | None
    """What stood there when you began; None when that is not known."""
    by: str
    at: str
    keep: str
    """Which of the two is offered first: "theirs" for a field that you did not touch."""


def saved_since(entity: Entity, record: Any, version: int, reader: Any) -> dict[str, Theirs] | None:
    """The fields that were saved after `version`, each with the last who did; None when the log has gaps."""
    rows = Change.objects.filter(entity=entity.label, record_id=record.pk, version__gt=version)
    changes = list(rows.select_related("by").order_by("id"))
    if len({change.version for change in changes}) < record.version - version:
        return None
    found: dict[str, Theirs] = {}
    for change in changes:
        name = str(change.by) if change.by else change.by_name or str(_("Haike"))
        by = str(_("You, elsewhere")) if change.by_id == reader.pk else name
        for field, (old, __) in change.diff.items():
            found[field] = Theirs(by, change.at, found[field].before if field in found else old)
    return found


def differences(
    entity: Entity, conflict: Conflict, version: int, mine: dict[str, Any], looks: dict[str, Look], reader: Any
) -> list[Line]:
    """The fields that somebody else saved otherwise than `mine`; empty when both can stand side by side."""
    current = conflict.current
    since = saved_since(entity, current, version, reader)
    lines = []
    for name, value in mine.items():
        look, theirs = looks[name], looks[name].get(current)
        if look.to_json(theirs) == look.to_json(value) or (since is not None and name not in since):
            continue
        line = Line(name, look.label, look.text(value), look.text(theirs), None, "", "", "yours")
        if since is not None:
            told = since[name]
            at = date_format(localtime(told.at), "m-d H:i")
            before = look.from_log(told.before)
            keep = "theirs" if look.to_json(value) == told.before or line.yours == before else "yours"
            line = Line(name, look.label, line.yours, line.theirs, before, told.by, at, keep)
        lines.append(line)
    return lines
