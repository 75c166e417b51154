"""Reminders of what is to be delivered, to be shipped and to be answered soon, each told to the owner once."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.sales.contract.record import ACTIVE, Delivery
from haike.sales.order.progress import SHIPPED
from haike.sales.order.record import SIGNED, Order
from haike.sales.quote.record import OPEN, Quote
from haike.talk.notice.dated import LIVE, Dated
from haike.talk.notice.kinds import Kind
from haike.talk.notice.reminder import Reminder, declare_reminder

declare_reminder(
    Reminder(
        Kind(
            "delivery_due", _("Deliveries due"), _("To be delivered by %(day)s"), icon="truck-delivery", field="due_on"
        ),
        Delivery._meta.label_lower,
        Dated(
            Delivery, "due_on", lambda row: {"day": row["due_on"].isoformat()},
            where=lambda: Q(delivered_on__isnull=True, contract__state=ACTIVE), owner="contract__owner",
            live=LIVE & Q(contract__deleted_at__isnull=True),
        ),
        ahead=3,
    )
)  # fmt: skip
declare_reminder(
    Reminder(
        Kind("order_ships", _("Orders to be shipped"), _("To be shipped by %(day)s"), icon="package", field="ships_by"),
        Order._meta.label_lower,
        Dated(
            Order, "ships_by", lambda row: {"day": row["ships_by"].isoformat()},
            where=lambda: Q(state=SIGNED) & ~Q(shipping=SHIPPED),
        ),
        ahead=3,
    )
)  # fmt: skip
declare_reminder(
    Reminder(
        Kind(
            "quote_expires", _("Quotes that expire"), _("Valid until %(day)s and not answered yet"), icon="file-dollar",
            field="valid_until",
        ),
        Quote._meta.label_lower,
        Dated(
            Quote, "valid_until", lambda row: {"day": row["valid_until"].isoformat()}, where=lambda: Q(state__in=OPEN)
        ),
        ahead=3,
    )
)  # fmt: skip
