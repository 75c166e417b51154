"""Reminders to the owner of a payment plan: before its day, and when that has passed and it is not fully paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import money_text
from haike.money.plan.record import PaymentPlan
from haike.money.source import owed
from haike.talk.notice.dated import Dated
from haike.talk.notice.kinds import Kind
from haike.talk.notice.reminder import Reminder, declare_reminder

DAY = timedelta(days=1)


def _facts(row: Mapping[str, Any]) -> dict[str, str]:
    return {"open": money_text(row["open"], row["currency"]), "day": row["due_on"].isoformat()}


BECOMING = Dated(PaymentPlan, "due_on", _facts, ("open", "currency"), where=lambda: owed() & Q(open__gt=0), shift=DAY)
"""Those that are overdue for the first day in the span; told once, unless somebody moves their day."""
COMING = Dated(PaymentPlan, "due_on", _facts, ("open", "currency"), where=lambda: owed() & Q(open__gt=0))
PLAN_DUE = declare_reminder(
    Reminder(
        Kind(
            "plan_due",
            _("Payments due"),
            _("Due on %(day)s, %(open)s"),
            icon="calendar-dollar",
            field="open",
        ),
        PaymentPlan._meta.label_lower,
        COMING,
        ahead=3,
    )
)
PLAN_OVERDUE = declare_reminder(
    Reminder(
        Kind(
            "plan_overdue",
            _("Payment plans overdue"),
            _("Due on %(day)s, %(open)s is not paid yet"),
            icon="clock-exclamation",
            field="open",
        ),
        PaymentPlan._meta.label_lower,
        BECOMING,
        asked=False,
    )
)
