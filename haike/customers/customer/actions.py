"""What happens to customers beyond editing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from haike.customers.contact.actions import create_contact
from haike.customers.customer.record import Customer
from haike.kernel.change import change
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.refused import Refused

CONTACT = "contact-"
"""Before the names of the contact's fields where customer and contact stand in one form."""


def quick_create(*, by: Actor, contact: Mapping[str, Any] | None = None, **values: Any) -> Customer:
    """Note a customer and the first person there in one go; both or neither.

    Complaints about the contact name its fields with "contact-" before them.
    """
    person = {name: value for name, value in (contact or {}).items() if value}
    with transaction.atomic():
        customer: Customer = entity_of(Customer).create(by=by, **values)
        if person:
            person.setdefault("name", customer.name)
            try:
                create_contact(by=by, customer=customer, **person)
            except Refused as no:
                raise Refused(no.message, fields={f"{CONTACT}{n}": said for n, said in no.fields.items()}) from no
    return customer


def plan_contact(
    customer: Customer, *, at: datetime | None, what: str = "", manner: str | None = None, by: Actor
) -> Customer:
    """Set when and how the customer is to be contacted next, without a talk; it stands in the customer's history."""
    if at is None:
        what, manner = "", None
    return change(customer, by=by, next_contact_at=at, next_contact_what=what, next_contact_manner=manner)
