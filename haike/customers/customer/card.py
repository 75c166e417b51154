"""A customer's business card to share, and the step to another stage."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import Look
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page

CUSTOMER_LINES = ("phone", "mobile", "email", "website", "wechat", "region", "address", "postcode")
CONTACT_LINES = ("post", "mobile", "phone", "wechat", "email")
INVOICE_LINES = ("tax_name", "tax_number", "tax_address", "tax_phone", "bank", "bank_account")


def _lines(entity: Entity, user: Any, record: Any, names: tuple[str, ...]) -> list[tuple[Any, str]]:
    """The filled fields that the user may read in full, as label and text."""
    found = []
    for name in names:
        look: Look = entity.looks[name]
        value = look.get(record)
        if not look.blank(value) and entity.policy.right_to(user, name, record) in ("read", "edit"):
            found.append((look.label, look.text(value)))
    return found


def _said(lines: list[tuple[Any, str]]) -> list[str]:
    return [str(_("%(label)s: %(text)s") % {"label": label, "text": text}) for label, text in lines]


def card_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, address and main contact in a form that one can copy into a message."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    customer = find_record(entity, user, pk, joins=["main_contact"])
    contact = customer.main_contact
    card = {
        "customer": customer,
        "lines": _lines(entity, user, customer, CUSTOMER_LINES),
        "contact": contact,
        "contact_lines": _lines(entity_of(Contact), user, contact, CONTACT_LINES) if contact else [],
        "invoice_lines": _lines(entity, user, customer, INVOICE_LINES),
        "url": entity.url_of(customer),
    }
    parts = [customer.name, *_said(card["lines"])]
    if contact is not None:
        parts += ["", str(contact), *_said(card["contact_lines"])]
    card["text"] = "\n".join(parts)
    card["invoice_text"] = "\n".join(_said(card["invoice_lines"]))
    fragment = getattr(request, "htmx", False)
    return render(request, "customers/card.html#card" if fragment else "customers/card.html", {"card": card})


def stage_view(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """Ask, then set a customer's stage."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    customer = find_record(entity, user, pk)
    word = words_of("customer_stage").get(stage)
    if word is None:
        raise Http404
    if request.method == "POST":
        try:
            entity.change(customer, by=user, stage=stage)
        except Refused as no:
            return refused_page(request, no)
        message = _("%(name)s is now at the stage “%(stage)s”.") % {"name": customer, "stage": word}
        return done(request, message, entity.url_of(customer))
    asked = {"customer": customer, "word": word, "url": entity.url_of(customer), "action": request.path}
    fragment = getattr(request, "htmx", False)
    return render(request, "customers/stage.html#ask" if fragment else "customers/stage.html", {"asked": asked})
