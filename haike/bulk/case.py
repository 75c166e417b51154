"""One record of a batch on its way back: what would be put back, and what somebody has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.bulk.write import bin_facts, stored
from haike.kernel.entity import Entity
from haike.kernel.log import SETTLED, Change
from haike.kernel.look import Look
from haike.refused import Refused

Words = str | Promise


@dataclass(frozen=True)
class Conflict:
    """What stands in the way: `what` is a field or an act; `ours` is what the batch had made of it, `now` what it is
    now. `name` is the field's, empty for an act."""

    what: Words
    ours: Words = ""
    now: Words = ""
    name: str = ""


@dataclass
class Case:
    """A record with what an undo has to do to it."""

    entity: Entity
    key: int
    record: Any
    made: bool = False
    remove: bool = False
    restore: bool = False
    rebin: tuple[str, int | None] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    unarchive: bool = False
    archived: Any = None
    """When it was archived before, if `unarchive`."""
    shares: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    """What each user's share was before, how far it went and whose it was; None where there was none."""
    settled: dict[str, Any] = field(default_factory=dict)
    """Stored facts that followed from the batch, as they were."""
    conflicts: list[Conflict] = field(default_factory=list)
    forcible: bool = True

    def refuse(self, no: Refused) -> None:
        """Note that the record could not be put back."""
        self.conflicts.append(Conflict(str(no)))
        self.forcible = False


def read_case(
    entity: Entity,
    key: int,
    record: Any,
    rows: Sequence[Change],
    shares: dict[int, bool],
    *,
    touched: bool,
    burdened: bool,
) -> Case:
    """Compare a record with what the batch did to it; `rows` newest first. `touched`: somebody wrote it since, in
    whatever way; `burdened`: something was hung on it since."""
    case = Case(entity, key, record, made=any(row.action == "create" for row in rows))
    if record is None:
        if not case.made:
            case.conflicts.append(Conflict(_("deleted for good")))
            case.forcible = False
        return case
    now: dict[str, Any] = {}
    for row in rows:
        if row.action == "change":
            _values(case, row, now)
        elif row.action == SETTLED:
            _settled(case, row, now)
        elif row.action == "create" and record.deleted_at is None:
            case.remove = True
            if touched:
                case.conflicts.append(Conflict(_("changed since it was made")))
            if burdened:
                case.conflicts.append(Conflict(_("something was added to it since")))
        elif row.action == "delete" and record.deleted_at is not None:
            case.restore = True
            if row.diff.get("_deleted", [None, None])[1] != bin_facts(record):
                case.conflicts.append(Conflict(_("deleted again since")))
        elif row.action == "restore" and record.deleted_at is None and "_deleted" in row.diff:
            at, by_id = row.diff["_deleted"][0]
            case.rebin = (at, by_id)
            if touched:
                case.conflicts.append(Conflict(_("changed since it came back")))
        elif "_archived" in row.diff:
            _archived(case, *row.diff["_archived"])
        elif "_share" in row.diff:
            before, after = row.diff["_share"]
            _shared(case, before, after, shares)
    if case.values and record.deleted_at is not None and not case.restore:
        case.conflicts.append(Conflict(_("in the recycle bin")))
        case.forcible = False
    return case


def _values(case: Case, row: Change, now: dict[str, Any]) -> None:
    for name, (before, after) in row.diff.items():
        look = case.entity.looks.get(name)
        if look is None:
            continue
        present = now.setdefault(name, stored(look, case.record))
        if present == before:
            case.values.pop(name, None)
            continue
        if present != after:
            case.conflicts.append(Conflict(look.label, _say(look, after), _say(look, present), name))
        case.values[name] = now[name] = before


def _settled(case: Case, row: Change, now: dict[str, Any]) -> None:
    """Facts that nobody typed: where something else has settled them since, that is the truth and no conflict."""
    for mark, (before, after) in row.diff.items():
        name = mark.removeprefix("_")
        present = now.setdefault(mark, stored(case.entity.looks[name], case.record))
        if present == after:
            case.settled[name] = now[mark] = before


def _say(look: Look, value: Any) -> str:
    return look.from_log(value) if value not in (None, "", []) else ""


def _archived(case: Case, before: str | None, after: str | None) -> None:
    present = case.record.archived_at.isoformat() if case.record.archived_at else None
    if present == before:
        return
    if (present is None) != (after is None):
        case.conflicts.append(Conflict(_("Archived")))
    case.unarchive = True
    case.archived = type(case.record)._meta.get_field("archived_at").to_python(before)


def _shared(case: Case, before: list[Any] | None, after: list[Any], shares: dict[int, bool]) -> None:
    user_id, can_write = after
    wanted = before[1] if before else None
    present = shares.get(user_id)
    if present == wanted:
        return
    if present != can_write:
        case.conflicts.append(Conflict(_("Shares")))
    # Older rows of the log do not tell who had shared it.
    case.shares[user_id] = dict(zip(("can_write", "by_id"), before[1:], strict=False)) if before else None
