"""A quote becomes a contract by one click."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel.entity import Button, Entity, Related, entity_of
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.contract.record import Contract
from haike.sales.order.record import Order
from haike.sales.quote.actions import made_from, taken
from haike.sales.quote.record import Quote
from haike.sales.quote.screen import ORDERABLE
from haike.screens.door import find_record, made
from haike.screens.record import BUTTONS

TAKEN = {
    "subject": "subject", "customer": "customer", "contact": "contact", "opportunity": "opportunity",
    "currency": "currency", "amount": "total", "payment_terms": "terms", "owner": "owner",
}  # fmt: skip
"""What of a quote goes into a contract."""


def contract_from(quote: Quote, *, by: Actor) -> Contract:
    """A draft contract over the total of a quote, which is accepted by that; raises Refused."""
    entity = entity_of(Contract)
    with transaction.atomic():
        current = taken(quote, by=by)
        if (there := made_from(current, Contract)) is not None:
            raise Refused(_("There is a contract from this quote already: %(number)s.") % {"number": there.number})
        if (ordered := made_from(current, Order)) is not None:
            # Both would be owed, and the sale counted twice.
            raise Refused(_("This quote has been ordered already: %(number)s.") % {"number": ordered.number})
        able = entity.editable_by(by)
        values = {name: getattr(current, source) for name, source in TAKEN.items() if name in able}
        drawn: Contract = entity.create(by=by, **{**values, "owner": current.owner}, quote=current)
    return drawn


@require_POST
def contract_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the contract of a quote and go there."""
    user = cast(Any, request.user)
    quote = find_record(entity_of(Quote), user, pk)
    said = _("Contract %(number)s is a draft over the total of the quote.")
    return made(request, lambda: contract_from(quote, by=user), said)


def buttons(entity: Entity, record: Any, user: Any) -> Iterable[Button]:
    """The next step with a quote."""
    if entity.model is not Quote or record.deleted_at is not None or record.state not in ORDERABLE:
        return
    may = user.grants.may("sales.contract", "create") and entity.policy.allows(user, "edit", record)
    if may and made_from(record, Contract) is None and made_from(record, Order) is None:
        yield Button(_("Make the contract"), f"{entity.url_of(record)}contract", "file-certificate", "post")


BUTTONS.append(buttons)
entity_of(Quote).tabs.append(
    Related(
        "sales.contract", "quote", columns=["number", "subject", "amount", "received", "state", "signed_on", "owner"]
    )
)
