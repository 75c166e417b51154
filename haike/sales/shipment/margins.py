"""What is left of the price of orders and of customers, by what was shipped: for those who may see costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.policy import COST
from haike.kernel.currency import CURRENCIES, OWN
from haike.kernel.entity import Label, entity_of
from haike.kernel.policy import Actor
from haike.sales.order.progress import NOT_SHIPPED
from haike.sales.order.record import CLOSED, SIGNED, Order
from haike.sales.shipment.margin import Margin, margin_of
from haike.sales.shipment.record import ShipmentLine

READ = ("edit", "read")


@dataclass(frozen=True)
class OrderMargin:
    """The margin of one order, in its currency."""

    order: Any
    margin: Margin


def may_see(user: Actor) -> bool:
    """Whether somebody may see costs and the prices of orders."""
    entity = entity_of(Order)
    reads = all(entity.right(user, name) in READ for name in ("lines", "net"))
    return user.grants.may_do(COST) and reads and entity.policy.may(user, "view")


def margin_of_order(order: Any) -> Margin:
    """The margin of all that was shipped of an order, in its currency."""
    return _by_order([order]).get(order.pk, Margin())


def margins_for(user: Actor, customer: int) -> list[OrderMargin]:
    """The orders in force of a customer that the reader sees and of which something was shipped, the newest first."""
    if not may_see(user):
        return []
    seen: Any = Order.objects.visible_to(user).filter(customer=customer, state__in=(SIGNED, CLOSED))
    orders = list(seen.exclude(shipping=NOT_SHIPPED).order_by("-signed_on", "-id"))
    found = _by_order(orders)
    return [OrderMargin(each, found[each.pk]) for each in orders if each.pk in found]


def _by_order(orders: Iterable[Any]) -> dict[int, Margin]:
    codes = {order.pk: order.currency for order in orders}
    lines: Any = ShipmentLine.objects.filter(document__order__in=codes, document__deleted_at__isnull=True)
    found: dict[int, Margin] = {}
    for line in lines.select_related("order_line", "document").order_by("id"):
        key = line.document.order_id
        found[key] = found.get(key, Margin()) + margin_of(line, codes[key])
    return found


def own(margin: Margin, order: Any) -> Margin:
    """A margin of an order in the company's own currency, at the rate of the order."""
    if order.currency == OWN() or not order.total:
        return margin
    coin = Decimal(1).scaleb(-CURRENCIES[OWN()].places)
    net, cost = (
        (amount * order.worth / order.total).quantize(coin, ROUND_HALF_UP) for amount in (margin.net, margin.cost)
    )
    return Margin(net, cost, margin.unknown, margin.known)


def order_figure(order: Any, user: Actor) -> Iterable[tuple[Label, str]]:
    """The margin among the figures of an order's page."""
    if order.shipping != NOT_SHIPPED and may_see(user) and (text := margin_of_order(order).text(order.currency)):
        yield _("Margin of what was shipped"), text
