"""Who may order, and what stays as it was signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.record import PRICING
from haike.catalog.policy import COST
from haike.customers.review.act import may_order
from haike.kernel.change import GUARDS
from haike.kernel.entity import Entity
from haike.kernel.policy import Actor, FieldRight, Policy
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.order.progress import NOT_SHIPPED
from haike.sales.order.record import DRAFT, SIGNED, Order

AMENDED = ("lines", "discount", "by_hand", "taxed", "pay_manner", "ships_by", "terms")
"""What an amendment changes."""
LOCKED = PRICING | {*AMENDED, "signed_on"}


COMMISSION = "commission"
AFTER_SHIPPING = "manage_shipped_orders"
declare_grants(
    {
        COMMISSION: _("Type the commission of an order"),
        AFTER_SHIPPING: _("Change orders of which something has been shipped"),
    }
)
CHANGES = ("edit", "bulk", "delete")


class OrderPolicy(Policy):
    """A signed order is deleted by nobody; its commission is for those who may see costs.

    Of which something has gone out, it is changed by those only who manage orders after shipping. It is still handed
    over, shared, shipped on, paid and invoiced as before.
    """

    def field_right(self, user: Actor, field: str) -> FieldRight:
        if field != "commission":
            return super().field_right(user, field)
        if not user.grants.may_do(COST):
            return "hidden"
        found = super().field_right(user, field)
        return "read" if found == "edit" and not user.grants.may_do(COMMISSION) else found

    def allows(self, user: Actor, action: str, record: Any, shares: Mapping[int, bool] | None = None) -> bool:
        if action == "delete" and record.state != DRAFT:
            return False
        if action in CHANGES and record.shipping != NOT_SHIPPED and not user.grants.may_do(AFTER_SHIPPING):
            return False
        return super().allows(user, action, record, shares)

    def rows(self, user: Actor, action: str = "view") -> Q:
        found = super().rows(user, action)
        if action in CHANGES and not user.grants.may_do(AFTER_SHIPPING):
            found &= Q(shipping=NOT_SHIPPED)
        return found & Q(state=DRAFT) if action == "delete" else found


def refused_orders(
    entity: Entity, records: Sequence[Any], touched: set[str] | None, by: Actor
) -> Mapping[int, Refused]:
    """Closed customers, and changes of what was signed."""
    if entity.model is not Order:
        return {}
    found: dict[int, Refused] = {}
    locked = touched is not None and touched & LOCKED and "amended" not in touched and "state" not in touched
    for place, record in enumerate(records):
        if locked and record.state != DRAFT:
            told = _("The order is signed. Use “Amend”: the change gets a number and a reason.")
            no = told if record.state == SIGNED else _("This order has ended and stays as it is.")
            found[place] = Refused(no)
            continue
        if touched is None or "customer" in touched:
            try:
                may_order(record.customer)
            except Refused as no:
                found[place] = Refused(fields={"customer": no.message})
    return found


GUARDS.append(refused_orders)
