"""When an order becomes smaller, or an order or contract is cancelled, less is to be paid: open plans follow."""

from __future__ import annotations

from typing import Any

from haike.kernel.entity import entity_of
from haike.kernel.events import on
from haike.kernel.policy import System
from haike.money.document import NOUGHT
from haike.money.plan.record import PaymentPlan
from haike.money.source import SOURCES, amount_of, in_force, name_of
from haike.sales.order.record import Order

FITTER = System("money")


@on("sales.order.changed")
@on("sales.contract.changed")
def fit_plans(*, record: Any, diff: Any, **_others: Any) -> None:
    """Cut what is planned too much off the open plans, the last due first; what was paid stays.

    Each plan by a transaction of its own, so that plan and order are locked in everybody's order.
    """
    name = name_of(record)
    model = SOURCES[name]
    rows: Any = PaymentPlan.objects.live().filter(**{name: record.pk}, open__gt=0)
    entity = entity_of(PaymentPlan)
    if not record.planned or not diff.keys() & {"state", "lines", "discount", "by_hand", "taxed"}:
        return
    for plan in rows.order_by("-due_on", "-id"):
        source = model._base_manager.get(pk=record.pk)
        cancelled = not in_force(source, drafts=True)
        if not cancelled and not isinstance(source, Order):
            return
        excess = source.planned - (NOUGHT if cancelled else amount_of(source))
        if excess <= 0:
            return
        if plan.open == plan.amount and excess >= plan.amount:
            entity.remove(plan, by=FITTER)
        else:
            entity.change(plan, by=FITTER, amount=plan.amount - min(plan.open, excess))
