"""Who may be the same: customers and contacts with the same name, telephone number or tax number.

The check looks at everybody's records. Of one that the user cannot see he learns only whose it is and that it exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.record import INDIVIDUAL, Customer, name_key
from haike.kernel.policy import Actor

MOST = 5
SHORTEST_KEY = 2
PHONES = ("phone", "mobile")


@dataclass(frozen=True)
class Match:
    """A customer that may be the same, and what it has in common with what was typed."""

    customer: Customer
    reason: str | Promise
    visible: bool

    @property
    def sentence(self) -> str:
        """For the user who typed."""
        whose = self.customer.owner
        if whose is None:
            owner = str(_("nobody"))
        else:
            owner = f"{whose} ({whose.department})" if whose.department else str(whose)
        words = {"reason": self.reason, "owner": owner, "name": self.customer.name, "number": self.customer.number}
        if self.visible:
            return str(_("%(reason)s: %(name)s (%(number)s), owner: %(owner)s.") % words)
        return str(_("%(reason)s: a customer that you cannot see. It belongs to %(owner)s.") % words)


def matches(values: Mapping[str, Any], *, by: Actor, record: Customer | None = None) -> list[Match]:
    """Customers that may be the same as one with these values, each once, the strongest reason first."""
    found: dict[int, str | Promise] = {}
    for reason, rows in _searches(values, record):
        for pk in rows[: MOST + 1]:
            if record is None or pk != record.pk:
                found.setdefault(pk, reason)
    customers = Customer.objects.live().select_related("owner__department").in_bulk(list(found)[:MOST])
    seen = set(Customer.objects.visible_to(by).filter(pk__in=customers).values_list("pk", flat=True))
    return [Match(customers[pk], reason, pk in seen) for pk, reason in found.items() if pk in customers]


def _searches(values: Mapping[str, Any], record: Customer | None) -> Iterable[tuple[str | Promise, Any]]:
    live: Any = Customer.objects.live().order_by("id")

    def given(name: str) -> str:
        # What has not changed was looked at when it was typed.
        value = values.get(name) or ""
        return "" if record is not None and getattr(record, name) == value else value

    if tax_number := "".join(given("tax_number").split()).upper():
        yield _("Same tax number"), live.filter(tax_number=tax_number).values_list("pk", flat=True)
    # Two people may well have the same name; only their telephone tells.
    form = values.get("form") or (record.form if record is not None else "")
    key = name_key(given("name")) if form != INDIVIDUAL else ""
    if len(key) >= SHORTEST_KEY:
        yield _("Same name"), live.filter(name_key=key).values_list("pk", flat=True)
    phones = [value for value in map(given, PHONES) if value]
    if phones:
        same = Q(phone__in=phones) | Q(mobile__in=phones)
        yield _("Same phone"), live.filter(same).values_list("pk", flat=True)
        people: Any = Contact.objects.live().filter(same).exclude(customer=record).order_by("id")
        yield _("Same phone at a contact"), people.values_list("customer_id", flat=True)


def warnings(values: Mapping[str, Any], record: Customer | None, by: Actor) -> list[str]:
    """The sentences a form shows before saving."""
    return [match.sentence for match in matches(values, by=by, record=record)]


def contact_warnings(values: Mapping[str, Any], record: Contact | None, by: Actor) -> list[str]:
    """The same for a contact: others with his telephone number."""
    fresh = [
        value
        for name in ("mobile", "mobile_2", "phone")
        if (value := values.get(name)) and (record is None or getattr(record, name) != value)
    ]
    if not fresh:
        return []
    people: Any = Contact.objects.live().filter(Q(phone__in=fresh) | Q(mobile__in=fresh) | Q(mobile_2__in=fresh))
    if record is not None:
        people = people.exclude(pk=record.pk)
    others = list(people.select_related("customer__owner__department").order_by("id")[:MOST])
    mine = Contact.objects.visible_to(by).filter(pk__in=[other.pk for other in others])
    seen = set(mine.values_list("pk", flat=True))
    return [
        str(_("%(name)s has the same phone.") % {"name": other.name})
        + " "
        + Match(other.customer, _("At the customer"), True).sentence
        if other.pk in seen
        else Match(other.customer, _("Same phone at a contact"), False).sentence
        for other in others
    ]
