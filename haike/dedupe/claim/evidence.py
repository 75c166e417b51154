"""What happened when, on both sides, as the arbiter reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.dedupe.claim.record import REASONS, ClaimCase
from haike.dedupe.identity import identity_of
from haike.dedupe.match import find_matches
from haike.kernel.entity import Entity, entity_of
from haike.kernel.log import Change
from haike.kernel.policy import Actor
from haike.people.grants import organisation

MOST = 200
Words = str | Promise


@dataclass(frozen=True)
class Event:
    """One line: who did what at which moment; `by` is the key of a user."""

    at: datetime
    what: Words
    by: int | None
    text: Words = ""


Source = Callable[[Entity, Any, Actor], Iterable[Event]]
SOURCES: list[Source] = []
"""What other rooms know of a record, of which the reader may see everything that they tell."""


@dataclass(frozen=True)
class Line:
    """An event as shown; `side` is "claimant" or "owner"."""

    event: Event
    who: str
    side: str


def evidence(case: ClaimCase, record: Any, reader: Actor) -> list[Line]:
    """The time line of a case, the oldest first."""
    events = [*_events(record, reader), *_of_claimant(case, record, reader)]
    events.append(Event(case.at, _("Case filed"), case.claimant_id, f"{REASONS[case.reason]}: {case.evidence}"))
    if case.answered_at:
        events.append(Event(case.answered_at, _("Answer of the owner"), case.answered_by_id, case.answer))
    events.sort(key=lambda event: event.at)
    return [Line(event, _name(event.by), "claimant" if event.by == case.claimant_id else "owner") for event in events]


def _events(record: Any, reader: Actor) -> Iterable[Event]:
    entity = entity_of(record)
    yield Event(record.created_at, _("Record made"), record.created_by_id)
    rows = Change.objects.filter(entity=entity.label, record_id=record.pk, diff__has_key="owner").order_by("-id")
    for row in rows[:MOST]:
        before, after = row.diff["owner"]
        text = _("%(before)s → %(after)s") % {"before": _name(before), "after": _name(after)}
        yield Event(row.at, _("New owner"), row.by_id, text)
    for source in SOURCES:
        yield from source(entity, record, reader)


def _of_claimant(case: ClaimCase, record: Any, reader: Actor) -> Iterable[Event]:
    """What the claimant has himself of the same customer."""
    identity = identity_of(case.kind)
    if identity is None:
        return
    for match in find_matches(identity, identity.values_of(record), by=reader, most=50):
        mine = match.visible and match.record.owner_id == case.claimant_id
        if mine and not (match.identity == identity and match.record.pk == record.pk):
            yield from _events(match.record, reader)


def _name(key: int | None) -> str:
    user = organisation().users.get(key) if key else None
    return str(user) if user is not None else str(_("nobody"))
