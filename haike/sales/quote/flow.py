"""The states of a quote: draft → sent → accepted or declined. Expired is one that is open after its last day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from haike.kernel.flow import Flow, Label, step
from haike.refused import Refused
from haike.sales.quote.record import ACCEPTED, DECLINED, DRAFT, SENT, STATES


class QuoteFlow(Flow):
    """What people do; a new version replaces the old one by itself."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    send = step(DRAFT, to=SENT, label=_("Mark as sent"), announce="quote.sent")
    accept = step(SENT, to=ACCEPTED, label=_("Accepted by the customer"), announce="quote.accepted")
    decline = step(SENT, to=DECLINED, label=_("Declined by the customer"), announce="quote.declined")

    @send.guard
    def has_lines(quote: Any) -> None:  # noqa: N805 - a guard is asked of the record
        """Nobody is sent an empty offer."""
        if not quote.lines:
            raise Refused(_("Enter at least one line before sending the quote."))
        if quote.expired:
            raise Refused(_("The quote has expired. Set a later day until which it is valid."))

    @accept.guard
    def still_valid(quote: Any) -> None:  # noqa: N805
        """What has expired is offered anew first."""
        if quote.expired:
            raise Refused(_("The quote has expired. Set a later day until which it is valid."))
