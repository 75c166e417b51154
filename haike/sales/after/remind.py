"""Reminders of visits after the sale and of warranties that end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.sales.shipment.record import Shipment, ShipmentLine
from haike.talk.notice.dated import Dated
from haike.talk.notice.kinds import Kind
from haike.talk.notice.reminder import Due, Reminder, declare_reminder

LINES = Dated(
    ShipmentLine, "warranty_until", lambda row: {"text": row["name"]}, ("name",),
    owner="document__order__owner", record="document",
    live=Q(document__deleted_at__isnull=True, document__archived_at__isnull=True),
)  # fmt: skip
MOST_NAMES = 3


def _warranties(first: date, after: date, users: Sequence[int] | None) -> Iterator[Due]:
    """What ends on one day of one shipment is told at once."""
    dues = sorted(LINES(first, after, users), key=lambda due: (due.day, due.user, due.record))
    for (day, user, record), some in groupby(dues, key=lambda due: (due.day, due.user, due.record)):
        names = list(dict.fromkeys(str(due.facts["text"]) for due in some))
        more = f" +{len(names) - MOST_NAMES}" if len(names) > MOST_NAMES else ""
        yield Due(user, record, day, {"text": "、".join(names[:MOST_NAMES]) + more, "day": day.isoformat()})


VISIT_DUE = declare_reminder(
    Reminder(
        Kind("after_sale_visit", _("After-sale visits"), _("After-sale visit"), icon="heart-handshake"),
        Shipment._meta.label_lower,
        Dated(
            Shipment, "visit_on", lambda _row: {"text": ""}, where=lambda: Q(visited_on__isnull=True),
            owner="order__owner",
        ),
        asked=False,
    )
)  # fmt: skip
WARRANTY_ENDS = declare_reminder(
    Reminder(
        Kind(
            "warranty_ends",
            _("Warranties that end"),
            _("The warranty ends on %(day)s"),
            icon="shield-check",
        ),
        Shipment._meta.label_lower,
        _warranties,
        ahead=30,
    )
)
