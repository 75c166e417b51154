"""Who may be the same: customers and contacts with the same name, telephone number or tax number.

The check looks at everybody's records. Of one that the user cannot see he learns only whose it is and that it exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

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
    customers = Customer.objects.live().in_bulk(list(found)[:MOST])
    seen = set(Customer.objects.visible_to(by).filter(pk__in=customers).values_list("pk", flat=True))
    return [Match(customers[pk], reason, pk in seen) for pk, reason in found.items() if pk in customers]


def _searches(values: Mapping[str, Any], record: Customer | None) -> Iterable[tuple[str | Promise, Any]]:
    def given(name: str) -> str:
        # What has not changed was looked at when it was typed.
        value = values.get(name) or ""
        return "" if record is not None and getattr(record, name) == value else value

    if tax_number := "".join(given("tax_number").split()).upper():
        yield _("Same tax number"), _having(Customer, {"tax_number": [tax_number]}, "pk")
    # Two people may well have the same name; only their telephone tells.
    form = values.get("form") or (record.form if record is not None else "")
    key = name_key(given("name")) if form != INDIVIDUAL else ""
    if len(key) >= SHORTEST_KEY:
        yield _("Same name"), _having(Customer, {"name_key": [key]}, "pk")
    phones = [value for value in map(given, PHONES) if value]
    if phones:
        wanted = dict.fromkeys(PHONES, phones)
        yield _("Same phone"), _having(Customer, wanted, "pk")
        yield _("Same phone at a contact"), _having(Contact, wanted, "customer_id", but=record)


def _having(model: Any, wanted: Mapping[str, list[str]], column: str, *, but: Customer | None = None) -> Any:
    """One column of the live records that have one of these values, each field looked up in its own index.

    The indexes leave out empty values, and SQLite takes such an index only when the query says so too; an OR over two
    of them would read the whole table.
    """
    arms = []
    for name, values in wanted.items():
        rows = model.objects.live().filter(**{f"{name}__in": values}).exclude(**{name: ""})
        arms.append((rows if but is None else rows.exclude(customer=but)).values_list(column, flat=True))
    return arms[0].union(*arms[1:]).order_by(column.removesuffix("_id")) if len(arms) > 1 else arms[0].order_by("pk")


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
    keys = set(_having(Contact, dict.fromkeys(("mobile", "mobile_2", "phone"), fresh), "pk")[: MOST + 1])
    people: Any = Contact.objects.filter(pk__in=keys - {record.pk if record is not None else None})
    others = list(people.select_related("customer").order_by("id")[:MOST])
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
