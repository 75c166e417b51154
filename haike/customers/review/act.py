"""Deciding on a customer, and asking before a first order whether it was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.customers.review.state import CHECKED, REFUSED, UNCHECKED
from haike.kernel.change import settle
from haike.kernel.entity import Entity, entity_of
from haike.kernel.option import option
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.people.switches import declare_grants
from haike.refused import Refused

GRANT = "review_customers"
declare_grants({GRANT: _("Review customers: licence, qualification, risk")})
DEMANDED = option(
    "customers.review",
    False,
    _("No order before a customer is reviewed"),
    group=_("Customers"),
    help=_("If on, a customer's licence and qualification have to be reviewed before the first order."),
)
STOPPED = "stopped"
"""The stage of a customer with whom nobody deals any more."""
REVIEWED = frozenset({"name", "form", "tax_number"})
"""What a review is about; with another value of these it has to be done anew."""


def may_review(user: Actor, customer: Customer) -> bool:
    """Whether somebody decides on this customer."""
    return bool(user.grants.may_do(GRANT)) and entity_of(Customer).policy.allows(user, "edit", customer)


def review(customer: Customer, *, verdict: str, reason: str = "", by: Actor) -> Customer:
    """Decide on a customer, or open the question again; raises Refused."""
    if not may_review(by, customer):
        raise Refused(_("You may not review this customer."))
    reason = reason.strip()
    if verdict not in (UNCHECKED, CHECKED, REFUSED):
        raise Refused(fields={"review": _("Choose one of the options.")})
    if verdict == REFUSED and not reason:
        raise Refused(fields={"review_reason": _("Say why you refuse.")})
    when = None if verdict == UNCHECKED else timezone.now()
    values: dict[str, Any] = {"review": verdict, "review_reason": reason, "reviewed_at": when}
    after: Customer = entity_of(Customer).change(customer, by=by, **values)
    return after


def may_order(customer: Customer) -> None:
    """Raise Refused where this customer is closed, or not reviewed as the company wants it before an order."""
    if customer.stage == STOPPED or customer.archived_at is not None or customer.deleted_at is not None:
        raise Refused(_("“%(name)s” is closed; nothing is sold to this customer.") % {"name": customer})
    if not DEMANDED() or customer.review == CHECKED:
        return
    if customer.review == REFUSED:
        why = _("The review of “%(name)s” was refused: %(reason)s")
        raise Refused(why % {"name": customer, "reason": customer.review_reason})
    raise Refused(_("“%(name)s” has to be reviewed before the first order.") % {"name": customer})


def ask_again(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Whoever passed under another name or number has not passed under this one; a follower of all writes."""
    if entity.model is not Customer or touched is None or not touched & REVIEWED:
        return
    for record in records:
        customer: Any = record
        if customer.review == CHECKED:
            settle(Customer, customer.pk, review=UNCHECKED, reviewed_at=None)
            customer.review, customer.reviewed_at = UNCHECKED, None
