"""Bringing vCards in: each card finds or makes its customer and becomes a contact there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise

from haike.bulk.undo import Undone, undo_batch
from haike.customers.contact.actions import create_contact, ensure_main
from haike.customers.contact.record import Contact
from haike.customers.contact.vcard import Card, parse_values
from haike.customers.customer.record import INDIVIDUAL, Customer, name_key
from haike.kernel import change
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.refused import Refused


@dataclass
class Outcome:
    """What became of one card: "created", "there" (was known already) or "refused"."""

    name: str
    state: str
    contact: Contact | None = None
    why: str | Promise = ""


KIND = "vcard"
"""How a batch of cards is called in the log."""


def bring_in(cards: Sequence[Card], *, customer: Customer | None, title: str, by: Actor) -> tuple[list[Outcome], Batch]:
    """Make contacts of cards, at one customer or at the one that the card names; a bad card stops no other."""
    entity_of(Contact).policy.demand(by, "import")
    batch = start_batch(entity_of(Contact), KIND, title, by=by)
    found = []
    for card in cards:
        try:
            with transaction.atomic():
                found.append(_bring_in(card, customer, batch, by))
        except Refused as no:
            found.append(Outcome(card.name, "refused", why=str(no)))
    batch.created = sum(outcome.state == "created" for outcome in found)
    batch.save(update_fields=["created"])
    return found, batch


def take_back(batch: Batch, *, by: Actor) -> Undone:
    """Undo a file of cards: what it made goes to the recycle bin, unless somebody has changed it since."""
    contacts = batch.changes.filter(entity=entity_of(Contact).label, action="create").values("record_id")
    with transaction.atomic():
        found = undo_batch(entity_of(Contact), batch, by=by)
        for customer in Customer.objects.live().filter(contacts__in=contacts).distinct():
            ensure_main(customer)
    return found


def _bring_in(card: Card, customer: Customer | None, batch: Batch, by: Actor) -> Outcome:
    values = parse_values(card, by)
    where = customer or _customer_of(card, values, batch, by)
    numbers = [values[name] for name in ("mobile", "phone") if values.get(name)]
    known: Any = Contact.objects.live().filter(customer=where, name=values["name"])
    same = known.filter(Q(mobile__in=numbers) | Q(phone__in=numbers)) if numbers else known
    if (there := same.first()) is not None:
        return Outcome(card.name, "there", there)
    return Outcome(card.name, "created", create_contact(by=by, batch=batch, customer=where, **values))


def _customer_of(card: Card, values: dict[str, Any], batch: Batch, by: Actor) -> Customer:
    name = card.company or values["name"]
    rows = Customer.objects.visible_to(by).filter(name_key=name_key(name)).order_by("id")
    found = rows.filter(name=name).first() or (rows.first() if card.company else None)
    if found is not None:
        return found
    entity = entity_of(Customer)
    made: dict[str, Any] = {"name": entity.looks["name"].parse(name, by)}
    if not card.company:
        made |= {"form": INDIVIDUAL} | {n: values[n] for n in ("mobile", "email", "wechat", "qq") if values.get(n)}
    if card.company and card.website:
        try:
            made["website"] = entity.looks["website"].parse(card.website, by)
        except Refused:
            made["remark"] = card.website[:300]
    return change.create(Customer, by=by, batch=batch, **made)
