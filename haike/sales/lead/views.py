"""The question before a lead becomes a customer: a new one, or which of those that are there already."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.digits import whole
from haike.kernel.entity import Section, entity_of
from haike.refused import Refused
from haike.sales.lead.convert import alike, convert
from haike.sales.lead.record import CONVERTED, Lead
from haike.sales.opportunity.record import Opportunity
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import Typed, form_looks
from haike.screens.module import is_off

TITLE = 120
ASKED = ("title", "amount", "closes_on")
"""What is asked about the opportunity; the rest comes from the lead or is filled in later."""


def convert_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then convert."""
    user, entity = cast(Any, request.user), entity_of(Lead)
    lead = find_record(entity, user, pk)
    if lead.state == CONVERTED:
        return refused_page(request, Refused(_("This lead has been converted already.")))
    if not entity.policy.allows(user, "edit", lead):
        return refused_page(request, Refused(_("You may look at this record, but not change it.")))
    message = ""
    chosen = request.POST.get("customer", "")
    with_contact = request.POST.get("contact") == "1" if request.method == "POST" else True
    chance = _chance(user)
    with_chance = chance is not None and request.POST.get("opportunity") == "1"
    if chance is not None:
        chance.start({"title": " ".join(filter(None, (lead.name, lead.product)))[:TITLE]})
        chance.read(request.POST)
    if request.method == "POST" and (chance is None or not with_chance or chance.parse()):
        try:
            customer = None
            if chosen:
                key = whole(chosen)
                customer = Customer.objects.visible_to(user).filter(pk=key).first() if key is not None else None
                if customer is None:
                    raise Refused(_("This customer is not there for you."))
            values = chance.values if chance is not None and with_chance else None
            made = convert(lead, by=user, customer=customer, with_contact=with_contact, opportunity=values)
        except Refused as no:
            message = str(no)
        else:
            url = entity_of(Customer).url_of(made.customer)
            said = _("“%(lead)s” is the customer “%(customer)s” now.") % {"lead": lead, "customer": made.customer}
            return done(request, said, url, go=True, undo_url=f"/batches/{made.batch.pk}/undo")
    found = alike(lead, by=user)
    asked = {
        "lead": lead,
        "action": request.path,
        "url": entity.url_of(lead),
        "message": message,
        "chosen": chosen,
        "with_contact": with_contact,
        "with_chance": with_chance,
        "chance": chance.sections([Section("", list(chance.looks))]) if chance is not None else [],
        "person": lead.person,
        "individual": not lead.company,
        "matches": [match for match in found if match.visible],
        "others": [match.sentence for match in found if not match.visible],
    }
    fragment = getattr(request, "htmx", False)
    template = "sales/convert.html#ask" if fragment else "sales/convert.html"
    return render(request, template, {"asked": asked}, status=422 if request.method == "POST" else 200)


def _chance(user: Any) -> Typed | None:
    """What is asked about the opportunity; None for those who make none."""
    entity = entity_of(Opportunity)
    if is_off(entity.label) or not entity.policy.may(user, "create"):
        return None
    return Typed(form_looks(entity, user, names=list(ASKED)), user)
