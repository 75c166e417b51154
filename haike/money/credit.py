"""The credit limit of a customer, up to which orders are signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import Entity, entity_of
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.money.debt import debt_of
from haike.money.document import NOUGHT, exact
from haike.money.plan.record import PaymentPlan
from haike.people.currency.rates import convert
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.order.record import SIGNED, Order

GRANT = "over_credit"
declare_grants({GRANT: _("Sign orders over the credit limit of a customer")})


def refused_credit(
    entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor
) -> Mapping[int, Refused]:
    """An order is signed, or amended, only within the credit limit of its customer, unless by right; 0 is no limit."""
    if entity.model is not Order or touched is None or not touched & {"state", "amended"} or by.grants.may_do(GRANT):
        return {}
    found: dict[int, Refused] = {}
    within: dict[int, Decimal] = {}
    for place, record in enumerate(records):
        order: Any = record
        if order.state != SIGNED:
            continue
        # Locked, for two orders signed at once would each look at the debt without the other.
        customer = Customer._base_manager.select_for_update(no_key=True).get(pk=order.customer_id)
        if not customer.credit_limit:
            continue
        before = debt_of(customer, without=order.pk) + within.get(customer.pk, NOUGHT)
        own = convert(_owed_for(order), order.currency)
        within[customer.pk] = within.get(customer.pk, NOUGHT) + own
        if before + own > customer.credit_limit:
            found[place] = Refused(_sentence(customer, before, own, by))
    return found


def _owed_for(order: Any) -> Decimal:
    """What is to be paid for an order that is about to be signed: what is not planned, and what of plans is open."""
    rows: Any = PaymentPlan.objects.live().filter(order=order.pk)
    return max(order.due - order.planned, NOUGHT) + exact(rows, "open")[0]


def _sentence(customer: Any, before: Decimal, own: Decimal, by: Actor) -> Any:
    if entity_of(Customer).right(by, "credit_limit") == "hidden":
        return _("The credit of “%(name)s” does not reach for this order.") % {"name": customer}
    said = _(
        "The credit limit of “%(name)s” is %(limit)s. %(debt)s is not paid yet; with the %(own)s of this order it "
        "would be %(over)s over the limit."
    )
    return said % {
        "name": customer,
        "limit": money_text(customer.credit_limit),
        "debt": money_text(before),
        "own": money_text(own),
        "over": money_text(before + own - customer.credit_limit),
    }
