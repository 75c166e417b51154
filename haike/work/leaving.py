"""What goes along when a person's records are handed over: the next contacts planned with his customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.handover.records import goes_along


def planned(user: Any) -> int:
    """How many of his customers wait for a next contact, also those that are overdue."""
    rows: Any = Customer.objects.live().filter(owner=user, next_contact_at__isnull=False)
    return int(rows.count())


goes_along("customers.customer", _("Next contacts planned"), planned)
