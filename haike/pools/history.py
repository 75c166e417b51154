"""The owners of a record, one after the other: who had it when, how it came and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import Counted, Tally
from haike.kernel.dictionary import words_of
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.policy import Actor
from haike.people.grants import organisation
from haike.pools.move import Move
from haike.pools.rule import REASONS
from haike.pools.seas import seas
from haike.screens.actor import name_of

MOST = 200
Words = str | Promise


@dataclass(frozen=True)
class Stay:
    """One owner's time with a record."""

    owner: str
    pool: bool
    since: datetime
    until: datetime | None
    came: Words
    went: Words
    by: str
    remark: Words


def _name(key: int | None) -> str:
    user = organisation().users.get(key) if key else None
    return str(user) if user is not None else str(_("nobody"))


def stays(label: str, record: Any) -> list[Stay]:
    """The owners, the present one first. They follow from the change log, so no way of changing hands is left out."""
    rows = Change.objects.filter(entity=label, record_id=record.pk, diff__has_key="owner").order_by("id")
    changes = [row for row in rows[:MOST] if row.action in ("change", "undo")]
    # A move belongs to the batch of its change.
    moves = {move.batch_id: move for move in Move.objects.filter(entity=label, record_id=record.pk).order_by("id")}
    accounts = seas().by_account
    first = changes[0].diff["owner"][0] if changes else record.owner_id
    steps: list[tuple[datetime, int | None, Words, str, Words]] = [
        (record.created_at, first, _("Newly entered"), _name(record.created_by_id), "")
    ]
    for change in changes:
        move = moves.get(change.batch_id) if change.batch_id and change.action == "change" else None
        what = move.kind_label if move is not None else _("Undone") if change.action == "undo" else _("Transferred")
        who = str(change.by) if change.by_id else name_of(change.by_name)
        steps.append((change.at, change.diff["owner"][1], what, who, _remark(move)))
    found = []
    for place, (at, owner, came, who, remark) in enumerate(steps):
        after = steps[place + 1] if place + 1 < len(steps) else None
        until, went = (after[0], after[2]) if after else (None, "")
        found.append(Stay(_name(owner), owner in accounts, at, until, came, went, who, remark))
    return found[::-1]


def _remark(move: Move | None) -> Words:
    if move is None or not (move.reason or move.note):
        return ""
    word = words_of("pool_reason").get(move.reason)
    reason = str(REASONS.get(move.reason) or word or move.reason)
    return str(_("%(reason)s: %(note)s") % {"reason": reason, "note": move.note}) if move.note else reason


def owners_panel(request: HttpRequest, record: Any) -> SafeString:
    """The tab of the record's page."""
    context = {"stays": stays(entity_of(record).label, record)}
    return render_to_string("pools/owners.html", context, request=request)


def count_owners(user: Actor, record: Any) -> Tally:
    """How often the record changed hands."""
    entity = entity_of(record)

    def rows() -> Any:
        return Change.objects.filter(entity=entity.label, diff__has_key="owner")

    return Tally((Counted(("owners", entity.label), rows, "record_id"),), record.pk, 1)
