"""What happens to contacts beyond editing: the main one, moving to another customer, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Anniversary, Contact
from haike.customers.customer.record import Customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.refused import Refused


def demand_customer(customer: Customer | None, by: Actor) -> None:
    """Refuse to hang something on a customer that the writer does not see."""
    if customer is None or customer.deleted_at or not entity_of(Customer).policy.allows(by, "view", customer):
        raise Refused(fields={"customer": _("This customer is not there for you.")})


def create_contact(*, by: Actor, **values: Any) -> Contact:
    """Note a person at a customer; the first one is the main contact."""
    customer = values.get("customer")
    demand_customer(customer, by)
    with transaction.atomic():
        contact = change.create(Contact, by=by, **values)
        ensure_main(contact.customer)
    return contact


def ensure_main(customer: Customer) -> None:
    """Give a customer without a main contact the first of its contacts; nobody chose him, so there is no log."""
    rows = Customer._base_manager.select_for_update().filter(pk=customer.pk)
    current = rows.values_list("main_contact_id", flat=True).first()
    mine: Any = Contact.objects.live().filter(customer=customer).order_by("id")
    if current is not None and mine.filter(pk=current).exists():
        return
    first = mine.values_list("pk", flat=True).first()
    if first != current:
        change.settle(Customer, customer.pk, main_contact=first)
    customer.main_contact_id = first


def ensure_mains(contacts: Iterable[Contact]) -> None:
    """The same for many new contacts at once: the first of each customer without a main contact becomes it."""
    first: dict[int, Contact] = {}
    for contact in contacts:
        first.setdefault(contact.customer_id, contact)
    without = Customer._base_manager.select_for_update().filter(pk__in=first, main_contact__isnull=True)
    customers = list(without.only("pk", "main_contact"))
    for customer in customers:
        customer.main_contact_id = first[customer.pk].pk
    with writer():
        Customer._base_manager.bulk_update(customers, ["main_contact"], batch_size=200)


def make_main(contact: Contact, *, by: Actor) -> Contact:
    """Make this the customer's main contact; it stands in the customer's history."""
    if contact.deleted_at is not None:
        raise Refused(_("This contact is in the recycle bin."))
    contact.customer = change.change(contact.customer, by=by, main_contact=contact)
    return contact


def move_contact(contact: Contact, *, to: Customer, by: Actor, version: int | None = None, **values: Any) -> Contact:
    """Let a person change to another customer. What was said with him before stays with the old one."""
    demand_customer(to, by)
    before = contact.customer
    with transaction.atomic():
        for follower in Contact.objects.live().filter(reports_to=contact):
            change.change(follower, by=by, reports_to=contact.reports_to)
        values = {"reports_to": None, **values}
        moved = change.change(contact, by=by, version=version, customer=to, **values)
        for anniversary in Anniversary.objects.live().filter(contact=contact):
            change.change(anniversary, by=by, customer=to)
        ensure_main(before)
        ensure_main(to)
    return moved


def remove_contact(contact: Contact, *, by: Actor) -> Contact:
    """Move a contact to the recycle bin; another one becomes the main contact and his staff report to his superior."""
    with transaction.atomic():
        for follower in Contact.objects.live().filter(reports_to=contact):
            change.change(follower, by=by, reports_to=contact.reports_to)
        removed = change.remove(contact, by=by)
        ensure_main(removed.customer)
    return removed


def restore_contact(contact: Contact, *, by: Actor) -> Contact:
    """Take a contact out of the recycle bin; he is the main contact only where there is none."""
    with transaction.atomic():
        restored = change.restore(contact, by=by)
        ensure_main(restored.customer)
    return restored
