"""The states of an opportunity: open, then won or lost; both can be opened again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from haike.kernel.flow import Flow, Label, step
from haike.refused import Refused
from haike.sales.opportunity.record import LOST, OPEN, STATES, WON


class OpportunityFlow(Flow):
    """How it ends, and that it goes on."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    win = step(OPEN, to=WON, label=STATES[WON], asks=["won_reason", "closing_note"], announce="sales.opportunity.won")
    lose = step(
        OPEN, to=LOST, label=STATES[LOST], asks=["lost_reason", "lost_to", "closing_note"],
        announce="sales.opportunity.lost",
    )  # fmt: skip
    reopen = step(WON, LOST, to=OPEN, label=_("Take up again"))

    @win.guard
    def has_an_amount(opportunity: Any) -> None:  # noqa: N805 - a guard is asked of the record
        """What was won for nothing would be missing in every sum."""
        if opportunity.amount <= 0:
            raise Refused(_("Enter the amount before marking the opportunity as won."))
