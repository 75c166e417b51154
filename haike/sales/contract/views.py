"""Acts on contracts and deliveries that are no steps of a flow."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel.entity import entity_of
from haike.refused import Refused
from haike.sales.contract.actions import deliver, renew
from haike.sales.contract.record import Contract, Delivery
from haike.screens.door import done, find_record, made, refused_page


@require_POST
def renew_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the contract for the time after this one and go there."""
    user = cast(Any, request.user)
    contract = find_record(entity_of(Contract), user, pk)
    return made(request, lambda: renew(contract, by=user), _("The renewal is a draft."))


@require_POST
def deliver_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a delivery of today."""
    user, entity = cast(Any, request.user), entity_of(Delivery)
    delivery = find_record(entity, user, pk)
    try:
        after = deliver(delivery, by=user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("“%(what)s” is delivered.") % {"what": after}, entity.url_of(after))
