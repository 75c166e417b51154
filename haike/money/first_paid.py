"""The occasion on which a hunter has done his part: the first deal of a customer is paid in full."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haike.handover.keeper.triggers import Trigger, declare_trigger, happened
from haike.kernel.entity import Entity
from haike.kernel.record import Record
from haike.money.source import IN_FORCE, SOURCES, Source, amount_of, name_of
from haike.sales.order.record import Order

FIRST_PAID = declare_trigger(
    Trigger("money.first_paid", "customers.customer", _("The first contract or order is paid in full"))
)
DUE = {"contract": "amount", "order": "due"}


def note_paid(source: Source, received: Decimal) -> None:
    """Called with the source as it was before so much has come in for it, within the transaction."""
    if source.received < amount_of(source) <= received and not _paid_another(source):
        happened(FIRST_PAID, [source.customer_id])


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """An order that becomes smaller, or ends early, may be paid by what has come in before."""
    if entity.model is not Order or touched is None:
        return
    for record in records:
        order: Any = record
        if order.paid_now and not _paid_another(order):
            happened(FIRST_PAID, [order.customer_id])


def _paid_another(source: Source) -> bool:
    for name, model in SOURCES.items():
        rows: Any = model._base_manager.filter(customer=source.customer_id, deleted_at__isnull=True)
        rows = rows.filter(state__in=IN_FORCE[name], received__gte=F(DUE[name]), received__gt=0)
        if name == name_of(source):
            rows = rows.exclude(pk=source.pk)
        if rows.exists():
            return True
    return False
