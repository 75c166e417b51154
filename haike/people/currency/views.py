"""The page of currencies: the company's own one, and the newest rate of each further one."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from haike.kernel.currency import CURRENCIES, OWN
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.people.currency.record import ExchangeRate
from haike.people.pages import demand_grant

STALE_DAYS = 31


def currency_view(request: HttpRequest) -> HttpResponse:
    """What one unit of each currency in use costs today, and how old that knowledge is."""
    user = cast(Any, request.user)
    entity, own, day = entity_of(ExchangeRate), OWN(), today()
    if not entity.policy.may(user, "create"):
        demand_grant(request, "settings")
    rates = ExchangeRate.objects.live().filter(base=own, on__lte=day)
    newest = Window(RowNumber(), partition_by=F("currency"), order_by=F("on").desc())
    rows = [row for row in rates.alias(place=newest).filter(place=1) if row.currency in CURRENCIES]
    look = entity.looks["rate"]
    order = list(CURRENCIES)
    context = {
        "own": {"code": own, "label": CURRENCIES[own].label, "sign": CURRENCIES[own].sign},
        "rows": [
            {
                "rate": row,
                "label": CURRENCIES[row.currency].label,
                "text": look.text(row.rate),
                "old": (day - row.on).days > STALE_DAYS,
            }
            for row in sorted(rows, key=lambda row: order.index(row.currency))
        ],
        "list_url": entity.url,
        "may": {action: entity.policy.may(user, action) for action in ("create", "import")},
        "may_set": user.grants.may_do("settings"),
    }
    return render(request, "people/currencies.html", context)
