"""Customers lie in public seas while nobody owns them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.customers.customer.screen import BUTTONS, ROW_BUTTONS
from haike.kernel.entity import entity_of
from haike.pools.pooling import Condition, Pooling, pool_entity
from haike.pools.serve import buttons, row_buttons


def _vip(customer: Any) -> bool:
    return customer.kind == "vip" or customer.level == "vip"


def _resting(customer: Any) -> bool:
    return customer.stage in ("paused", "stopped")


def _dealt(customer: Any) -> bool:
    return customer.stage in ("signed", "repeat")


def _hot(customer: Any) -> bool:
    return bool(customer.heat)


def _supplier(customer: Any) -> bool:
    return customer.kind in ("agent", "partner", "supplier")


SEAS = pool_entity(
    entity_of(Customer),
    Pooling(
        name=_("Public sea"),
        followed="last_contact_at",
        stage="stage",
        steps=("prospect", "contacted", "intent", "to_sign", "signed", "repeat"),
        deals=("signed", "repeat"),
        region="region",
        bought="bought_total",
        profile=("industry", "size", "source", "level", "region"),
        conditions={
            "vip": Condition(_("VIP"), Q(kind="vip") | Q(level="vip"), _vip, ("kind", "level")),
            "hot": Condition(_("Hot"), Q(heat__isnull=False) & ~Q(heat=""), _hot, ("heat",)),
            "dealt": Condition(_("With a deal"), Q(stage__in=["signed", "repeat"]), _dealt, ("stage",)),
            "resting": Condition(_("Paused and stopped"), Q(stage__in=["paused", "stopped"]), _resting, ("stage",)),
            "partner": Condition(
                _("Agents, partners, suppliers"), Q(kind__in=["agent", "partner", "supplier"]), _supplier, ("kind",)
            ),
        },
    ),
)
"""Rooms below add to `contacts` and `revenue`, and conditions such as a contract."""

BUTTONS.append(buttons)
ROW_BUTTONS.insert(0, row_buttons)
