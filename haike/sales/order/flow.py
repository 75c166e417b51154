"""The states of an order: draft → signed → closed early or cancelled. Shipping and payment follow."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from haike.customers.review.act import may_order
from haike.kernel.flow import Flow, Label, step
from haike.refused import Refused
from haike.sales.order.progress import NOT_SHIPPED, SHIPPED
from haike.sales.order.record import CANCELLED, CLOSED, DRAFT, SIGNED, STATES


class OrderFlow(Flow):
    """What people do."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    sign = step(DRAFT, to=SIGNED, label=_("Sign"), announce="sales.order.signed")
    close = step(SIGNED, to=CLOSED, label=_("Close early"), asks=["end_reason"], announce="sales.order.closed")
    cancel = step(
        DRAFT, SIGNED, to=CANCELLED, label=_("Cancel the order"), asks=["end_reason"], announce="sales.order.cancelled"
    )
    reopen = step(CLOSED, to=SIGNED, label=_("Take up again"))

    @sign.guard
    def has_lines(order: Any) -> None:  # noqa: N805 - a guard is asked of the record
        """Nobody signs an empty order, nor one with a customer who may not order."""
        if not order.lines:
            raise Refused(_("Enter at least one line before signing the order."))
        may_order(order.customer)

    @close.guard
    def something_is_left(order: Any) -> None:  # noqa: N805
        """An order of which all has gone out has nothing to be closed."""
        if order.shipping == SHIPPED:
            raise Refused(_("All of this order has been delivered; there is nothing left to close."))

    @cancel.guard
    def nothing_happened(order: Any) -> None:  # noqa: N805
        """What was delivered or paid is not undone by a word."""
        if order.shipping != NOT_SHIPPED:
            raise Refused(_("Something has been delivered already. Close the order early instead."))
        if order.invoiced:
            raise Refused(_("Invoices were written for this order. Make them void first."))
        if order.received:
            raise Refused(_("Something has been paid already. Pay it back first, or close the order early."))
