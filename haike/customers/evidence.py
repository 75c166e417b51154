"""What a claim case hears of a customer: when its contacts were entered, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.dedupe.claim.evidence import MOST, SOURCES, Event
from haike.kernel.entity import Entity, entity_of
from haike.kernel.policy import Actor


def contacts(entity: Entity, record: Any, reader: Actor) -> Iterable[Event]:
    """Each contact with the moment at which it was entered."""
    if entity is entity_of(Customer) and entity_of(Contact).policy.may(reader, "view"):
        named = entity_of(Contact).right(reader, "name") in ("read", "edit")
        rows: Any = Contact.objects.visible_to(reader).filter(customer=record)
        for contact in rows.order_by("-created_at")[:MOST]:
            text = contact.name if named else ""
            yield Event(contact.created_at, _("Contact entered"), contact.created_by_id, text)


SOURCES.append(contacts)
