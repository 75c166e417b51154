"""What is left of all orders of a customer that somebody sees."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from haike.kernel.policy import Actor
from haike.sales.contract.record import Contract
from haike.sales.expense.net import NOUGHT, Net, expenses_of, lines_of, totals
from haike.sales.order.record import CANCELLED, DRAFT, Order
from haike.sales.shipment.margins import may_see


def nets_for(user: Actor, customer: int) -> list[tuple[Any, Net]]:
    """The orders of a customer that the reader sees and of which something was shipped or spent, the newest first.

    Drafts and cancelled orders are there with what was spent for them.
    """
    if not may_see(user):
        return []
    seen: Any = Order.objects.visible_to(user).filter(customer=customer)
    orders = list(seen.order_by("-signed_on", "-id"))
    found = totals(lines_of(orders))
    idle = (DRAFT, CANCELLED)
    return [
        (order, found[order.pk])
        for order in orders
        if order.pk in found and not (order.state in idle and found[order.pk].expenses == NOUGHT)
    ]


def total_for(nets: Sequence[tuple[Any, Net]], user: Actor, customer: int) -> tuple[Net, Decimal]:
    """The sum over orders and over the expenses of the contracts that the reader sees, and the latter alone."""
    spent = NOUGHT
    if may_see(user):
        seen: Any = Contract.objects.visible_to(user).filter(customer=customer)
        spent = sum(expenses_of("contract", seen.values_list("pk", flat=True)).values(), NOUGHT)
    return sum((net for _order, net in nets), Net(expenses=spent)), spent
