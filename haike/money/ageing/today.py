"""What comes in next and what is late, on the page of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.money.ageing.report import may_age
from haike.money.plan.record import PaymentPlan
from haike.money.source import owed
from haike.work.today import Card, Item

SOON, MOST = timedelta(days=7), 10


def _items(user: Any, owners: tuple[int, ...]) -> list[Item]:
    entity = entity_of(PaymentPlan)
    if not may_age(user) or entity.right(user, "customer") not in ("read", "edit"):
        return []
    rows = PaymentPlan.objects.visible_to(user).filter(owed(), open__gt=0, due_on__lte=today() + SOON)
    if entity_of(Customer).policy.may(user, "create"):
        rows = rows.filter(owner__in=owners)
    # Who makes no customers, as a cashier, looks after the money of all.
    rows = rows.select_related("customer").only("open", "currency", "due_on", "customer__name")
    return [
        Item(entity.url_of(row), str(row.customer), money_text(row.open, row.currency), row.due_on)
        for row in rows.order_by("due_on", "id")[:MOST]
    ]


DUES = Card("dues", _("Payments due"), _items, icon="calendar-dollar", all_url="/payment-plans/?tab=unpaid")
