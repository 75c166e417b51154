"""The way from a note that something exists to a case about it.

The ticket is sealed: it names the record to this program only, holds for one user and some days, and tells its bearer
nothing of the record.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.api.sealed import seal, unseal
from haike.dedupe.match import Match
from haike.kernel.entity import Entity, entity_named
from haike.kernel.policy import Actor
from haike.refused import Refused

DAYS = 7
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Ticket:
    """A record that its bearer was told of, and what he had typed."""

    entity: Entity
    record_id: int
    subject: str


def claim_url(match: Match, user: Actor, typed: Any) -> str:
    """Where a case about this match is filed; empty for a record that the user sees himself."""
    if match.visible or user.pk is None:
        return ""
    subject = " ".join(str(typed).split())[:LONGEST_SUBJECT]
    facts = [user.pk, match.identity.label, match.record.pk, int(time.time()), subject]
    # Without the filling at its end the ticket stands in an address as it is.
    return f"/claims/new?ticket={seal(json.dumps(facts)).rstrip('=')}"


def read_ticket(sealed: str, user: Actor) -> Ticket:
    """What a ticket says; raises Refused."""
    over = Refused(_("This way to a claim case is no longer open. Type the name again and begin from the note."))
    try:
        who, label, record_id, at, subject = json.loads(unseal(sealed + "=" * (-len(sealed) % 4)))
    except (Refused, ValueError):
        raise over from None
    entity = entity_named(str(label))
    if who != user.pk or time.time() - at > DAYS * 86_400 or entity is None:
        raise over
    return Ticket(entity, int(record_id), str(subject))
