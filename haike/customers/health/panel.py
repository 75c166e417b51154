"""What to do next with a customer: sentences on its page, each with a click to act; and when its people are reached."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.health.signal import BEST_TIMES, Hint, Signal, declare_signal, hints_of, is_looked_after
from haike.kernel.entity import Button, entity_of
from haike.kernel.policy import Actor


def sees(user: Actor, *names: str) -> bool:
    """Whether the reader may know these fields of customers."""
    entity = entity_of(Customer)
    return all(entity.right(user, name) in ("read", "edit") for name in names)


def render(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel; nothing where all is well, and nothing about a customer that nobody looks after."""
    user = cast(Any, request.user)
    if not is_looked_after(customer) or customer.archived_at is not None or customer.deleted_at is not None:
        return SafeString()
    context = {
        "hints": hints_of(customer, user),
        "times": [each for source in BEST_TIMES for each in source(customer, user)],
    }
    if not context["hints"] and not context["times"]:
        return SafeString()
    return render_to_string("customers/health.html", {"panel": context}, request=request)


def _nobody(customer: Customer, user: Actor) -> Hint | None:
    contacts = entity_of(Contact).policy
    if customer.main_contact_id or customer.is_individual or not sees(user, "main_contact"):
        return None
    url = f"/contacts/new?quick=1&customer={customer.pk}"
    acts = [Button(_("Add a contact"), url, "user-plus", "drawer")] if contacts.may(user, "create") else []
    return Hint(_("Nobody is known there yet: there is no main contact."), acts)


declare_signal(Signal("main_contact", _nobody, reads=("main_contact",)))
