"""The states of a contract: draft → in force → closed; a draft, or one without money received, can be cancelled."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from haike.customers.review.act import may_order
from haike.kernel.flow import Flow, Label, step
from haike.refused import Refused
from haike.sales.contract.record import ACTIVE, CANCELLED, CLOSED, DRAFT, STATES


class ContractFlow(Flow):
    """What people do."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    sign = step(DRAFT, to=ACTIVE, label=_("Sign"), asks=["signed_on"], announce="contract.signed")
    close = step(ACTIVE, to=CLOSED, label=_("Close"), announce="contract.closed")
    cancel = step(DRAFT, ACTIVE, to=CANCELLED, label=_("Cancel the contract"), announce="contract.cancelled")
    take_up = step(CLOSED, to=ACTIVE, label=_("Take up again"))

    @sign.guard
    def has_an_amount(contract: Any) -> None:  # noqa: N805 - a guard is asked of the record
        """Whoever signs knows for how much, and with whom."""
        if contract.amount <= 0:
            raise Refused(_("Enter the amount before the contract is signed."))
        may_order(contract.customer)

    @cancel.guard
    def without_money(contract: Any) -> None:  # noqa: N805
        """What was paid is paid back first."""
        if contract.received or contract.invoiced:
            raise Refused(
                _("Money was received or invoiced under this contract. Pay back and void the invoices first.")
            )
