"""What speaks against a customer: the same address or number at others, a review that is missing or refused.

Only for customers that have not passed: whoever passed has been looked at.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.health.panel import sees
from haike.customers.health.signal import Hint, Signal, declare_signal
from haike.customers.review.act import DEMANDED, may_review
from haike.customers.review.state import CHECKED, REFUSED
from haike.dedupe.identity import identity_of
from haike.dedupe.index import look_up
from haike.dedupe.keys import hashed, phones_in
from haike.find.prepared import ALONE, keyed, prepared
from haike.kernel.entity import Button, entity_of
from haike.kernel.policy import Actor

MOST = 20
"""So many alike are read; more are as bad."""
ALIKE = RawSQL(
    "customers_customer.address_key = (SELECT one.address_key FROM customers_customer one WHERE one.id = %s)", [ALONE],
    output_field=BooleanField(),
)  # fmt: skip
"""A condition for `prepared`: at the address of the one customer that is given."""


def others_at(customer: Customer) -> list[int]:
    """The keys of other customers at the same address."""

    def rows() -> Any:
        # Said twice: SQLite takes the index, which leaves out the empty, only when the question does so in its words.
        some: Any = Customer.objects.live().exclude(address_key="")
        return some.filter(ALIKE).order_by().values_list("pk")[: MOST + 1]

    return [key for (key,) in prepared("at the same address", rows, [customer.pk]) if key != customer.pk][:MOST]


def others_reached_by(customer: Customer) -> list[int]:
    """The keys of other customers that have the same telephone, themselves or at a contact."""
    mine, theirs = (identity_of(entity_of(model)) for model in (Customer, Contact))
    assert mine is not None
    assert theirs is not None
    found = look_up([hashed("phone", digits) for digits in phones_in(mine, mine.values_of(customer))])
    keys = {pk for __, number, pk in found if number == mine.number and pk != customer.pk}
    people = [pk for __, number, pk in found if number == theirs.number]
    reached = prepared("live customers", _live_customers, list(keys))
    reached += prepared("customers of contacts", _customers_of_contacts, people)
    return sorted({key for (key,) in reached} - {customer.pk})[:MOST]


def _live_customers() -> Any:
    rows: Any = Customer.objects.live()
    return rows.filter(keyed(Customer)).order_by().values_list("pk")


def _customers_of_contacts() -> Any:
    rows: Any = Contact.objects.live()
    return rows.filter(keyed(Contact), customer__deleted_at__isnull=True).order_by().values_list("customer_id")


def _shown(keys: list[int], user: Actor) -> list[Button]:
    """A way to each that the reader sees; that there are others is all that he hears of the rest."""
    entity = entity_of(Customer)
    found = Customer.objects.visible_to(user).filter(pk__in=keys).order_by("pk")[:3]
    return [Button(str(each), entity.url_of(each), "building") for each in found]


def _address(customer: Customer, user: Actor) -> Hint | None:
    if customer.review == CHECKED or not sees(user, "address", "region"):
        return None
    keys = others_at(customer)
    if not keys:
        return None
    text = ngettext(
        "Another customer has the same address.", "%(count)s other customers have the same address.", len(keys)
    )
    return Hint(text % {"count": len(keys)}, _shown(keys, user), grave=True)


def _phone(customer: Customer, user: Actor) -> Hint | None:
    if customer.review == CHECKED or not sees(user, "phone", "mobile"):
        return None
    keys = others_reached_by(customer)
    if not keys:
        return None
    text = ngettext(
        "Another customer has the same telephone number.",
        "%(count)s other customers have the same telephone number.",
        len(keys),
    )
    return Hint(text % {"count": len(keys)}, _shown(keys, user), grave=True)


def _review(customer: Customer, user: Actor) -> Hint | None:
    if customer.review == CHECKED or not sees(user, "review", "review_reason"):
        return None
    url = f"{entity_of(Customer).url_of(customer)}review"
    acts = [Button(_("Review"), url, "shield-check", "drawer")] if may_review(user, customer) else []
    if customer.review == REFUSED:
        return Hint(_("Review refused: %(reason)s") % {"reason": customer.review_reason}, acts, grave=True)
    return Hint(_("Not reviewed yet; there is no order before."), acts) if DEMANDED() else None


declare_signal(Signal("review", _review, reads=("review", "review_reason")))
declare_signal(Signal("same_address", _address, reads=("review", "address_key")))
declare_signal(Signal("same_phone", _phone, reads=("review", "phone", "mobile")))
