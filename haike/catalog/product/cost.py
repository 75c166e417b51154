"""What a purchase does to the cost of a product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import PLACES
from haike.catalog.product.record import AVERAGE, LAST, Product
from haike.kernel import change
from haike.kernel.entity import Entity
from haike.kernel.option import option
from haike.kernel.period import start_of, today
from haike.kernel.policy import Actor, System
from haike.kernel.record import Record, writer
from haike.screens.actor import SYSTEMS

PURCHASE = System("purchase")
"""In whose name the cost follows: who receives goods need not know what they cost."""
SYSTEMS["purchase"] = _("Purchase")

COST_MONTHS = option(
    "catalog.cost_months", 12, _("Months after which a cost price is to be checked"), group=_("Products"), least=1,
    most=120,
)  # fmt: skip
SETS = frozenset({"cost_price", "cost_to_check"})


def to_check(user: Actor | None = None) -> Q:
    """Products on sale whose cost is not known, is old, lies above the price, or was moved by a purchase."""
    day = today() - timedelta(days=int(COST_MONTHS()) * 365 // 12)
    old = Q(cost_on__lt=day) | Q(cost_on__isnull=True, created_at__lt=start_of(day))
    return Q(on_sale=True) & (Q(cost_to_check=True) | Q(cost_price__isnull=True) | old | Q(cost_price__gt=F("price")))


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Write down on which day a cost was said or found right."""
    if entity.model is not Product or (touched is not None and not touched & SETS):
        return
    some: Sequence[Any] = records
    known = [each for each in some if each.cost_price is not None and not each.cost_to_check]
    for each in known:
        each.cost_on = today()
    with writer():
        Product._base_manager.filter(pk__in=[each.pk for each in known]).update(cost_on=today())


def purchased(product: Product, *, quantity: Decimal, price: Decimal, on_hand: Decimal) -> Product:
    """Let the cost follow a purchase of `quantity` own units at `price` each, in the company's own currency.

    `on_hand` is what was there before. By the moving average the new cost is that of old and new goods together; by
    the last purchase it is the new price; by hand it stays. In any case somebody should look at it.
    """
    with transaction.atomic():
        current = Product._base_manager.select_for_update().get(pk=product.pk)
        values: dict[str, Any] = {"cost_to_check": True}
        cost = new_cost(current.cost_method, current.cost_price, quantity, price, on_hand)
        if cost is not None:
            values["cost_price"] = cost
        changed: Product = change.change(current, by=PURCHASE, **values)
    return changed


def new_cost(method: str, cost: Decimal | None, quantity: Decimal, price: Decimal, on_hand: Decimal) -> Decimal | None:
    """The cost after a purchase, None where it stays as it is."""
    if quantity <= 0 or (method not in (AVERAGE, LAST) and cost is not None):
        return None
    if method == AVERAGE and cost is not None and on_hand > 0:
        price = (cost * on_hand + price * quantity) / (on_hand + quantity)
    return price.quantize(Decimal(1).scaleb(-PLACES), rounding=ROUND_HALF_UP)
