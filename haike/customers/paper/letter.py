"""Where a letter or a parcel goes and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from haike.chinese.phone import display
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel.division import full_name, lineage
from haike.kernel.entity import entity_of
from haike.people.company.profile import company

BOXES = 6
"""So many digits a postcode of China has, each in a box of its own."""
ADDRESSED = {"male": _("Mr"), "female": _("Ms")}


@dataclass(frozen=True)
class Letter:
    """One envelope or waybill; `postcode` has six characters, spaces where nothing is known."""

    postcode: str
    address: str
    house: str
    person: str
    phone: str

    @property
    def boxes(self) -> list[str]:
        """What stands in the boxes of the postcode."""
        return list(self.postcode[:BOXES].ljust(BOXES))


def whole_address(region: str, address: str) -> str:
    """The address with province and city before it, unless it names them itself."""
    parts = lineage(region) if region else []
    if any(part.name in address for part in parts[:2]):
        return address
    return f"{full_name(region) if region else ''}{address}"


def readable(record: Any, user: Any) -> Callable[[str], Any]:
    """A function that reads the fields of a record which the user may read plainly; the others are empty."""
    entity = entity_of(record)
    veiled = record.owner_id in entity.policy.veils(user)

    def read(name: str) -> Any:
        plain = entity.right(user, name) in ("read", "edit") and not (veiled and entity.looks[name].personal)
        return getattr(record, name) if plain else ""

    return read


def addressed(name: str, gender: str | None) -> str:
    """A person as written on an envelope."""
    said = ADDRESSED.get(gender or "")
    if not name or said is None:
        return name
    return pgettext("on an envelope", "%(title)s %(name)s") % {"title": said, "name": name}


def letter_to_customer(customer: Customer, contact: Contact | None, user: Any) -> Letter:
    """To a customer, for its main contact where the user sees one."""
    read = readable(customer, user)
    house = "" if customer.is_individual else str(read("name"))
    person = addressed(str(read("name")), read("gender")) if customer.is_individual else ""
    phone = read("mobile") or read("phone")
    if contact is not None:
        of = readable(contact, user)
        person, phone = addressed(str(of("name")), of("gender")), of("mobile") or of("phone") or phone
    address = whole_address(read("region"), read("address")) if read("address") else ""
    return Letter(read("postcode"), address, house, person, display(phone) if phone else "")


def letter_to_contact(contact: Contact, customer: Customer | None, user: Any) -> Letter:
    """To a contact: at his own address, else at that of his customer where the user sees it."""
    of = readable(contact, user)
    at = letter_to_customer(customer, contact, user) if customer is not None else Letter("", "", "", "", "")
    own, phone = of("address"), of("mobile") or of("phone")
    person = addressed(str(of("name")), of("gender"))
    if own:
        return Letter(of("postcode"), own, at.house, person, display(phone) if phone else at.phone)
    return Letter(at.postcode, at.address, at.house, person, display(phone) if phone else at.phone)


def sender() -> Letter:
    """The company itself, as its profile says."""
    own = company()
    address = whole_address(own.region, own.address) if own.address else ""
    return Letter(own.post_code, address, own.name, own.contact, display(own.phone) if own.phone else "")


def letters(records: Sequence[Any], user: Any) -> list[Letter]:
    """One for each customer or contact, in their order."""
    if not records:
        return []
    if isinstance(records[0], Contact):
        keys = {each.customer_id for each in records}
        seen = Customer.objects.visible_to(user, "print").in_bulk(keys)
        return [letter_to_contact(each, seen.get(each.customer_id), user) for each in records]
    keys = {each.main_contact_id for each in records} - {None}
    people = Contact.objects.visible_to(user, "print").in_bulk(keys)
    return [letter_to_customer(each, people.get(each.main_contact_id), user) for each in records]
