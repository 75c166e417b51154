"""What a claim case hears of a customer: who followed it up, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.dedupe.claim.evidence import MOST, SOURCES, Event
from haike.kernel.entity import Entity, entity_of
from haike.kernel.policy import Actor
from haike.work.follow_up.record import FollowUp


def follow_ups(entity: Entity, record: Any, reader: Actor) -> Iterable[Event]:
    """Each follow-up with its author and its manner; what was talked about is no evidence of who came first."""
    if entity is entity_of(Customer) and entity_of(FollowUp).policy.may(reader, "view"):
        look = entity_of(FollowUp).looks["manner"]
        rows: Any = FollowUp.objects.visible_to(reader).filter(customer=record)
        for row in rows.order_by("-at")[:MOST]:
            yield Event(row.at, _("Follow-up"), row.created_by_id, look.text(row.manner))


SOURCES.append(follow_ups)
