"""A lead becomes a customer with a contact and perhaps an opportunity; what was said, attached, tagged goes along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.customers.contact.actions import create_contact
from haike.customers.contact.record import Contact
from haike.customers.customer.duplicates import CUSTOMER
from haike.customers.customer.record import BUSINESS, INDIVIDUAL, Customer
from haike.dedupe.match import Match, find_matches
from haike.kernel import change
from haike.kernel.bulk import start_batch
from haike.kernel.entity import Entity, entity_of
from haike.kernel.events import announce
from haike.kernel.log import Batch, within_batch
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.refused import Refused
from haike.said import said
from haike.sales.lead.carried import CONVERT, carry
from haike.sales.lead.record import CONVERTED, FOLLOWING, TO_DO, Lead, LeadFollowUp
from haike.sales.opportunity.record import Opportunity
from haike.work.follow_up.actions import settle_contact, settle_customer
from haike.work.follow_up.record import FollowUp

KINDS[CONVERT] = _("Convert a lead")
REACH = ("mobile", "wechat", "qq", "email")
TOLD = ("product", "budget", "campaign")
"""What a customer has no field for stands in its remark."""


@dataclass(frozen=True)
class Converted:
    """What a lead became, and the batch by which that is undone."""

    lead: Lead
    customer: Customer
    contact: Contact | None
    opportunity: Opportunity | None
    batch: Batch


def alike(lead: Lead, *, by: Actor) -> list[Match]:
    """The customers that may be the same as the lead, the likeliest first."""
    values = {"name": lead.company, "phone": lead.phone, "mobile": lead.mobile, "wechat": lead.wechat, "qq": lead.qq}
    return [match for match in find_matches(CUSTOMER, values, by=by) if match.identity == CUSTOMER]


def convert(
    lead: Lead,
    *,
    by: Actor,
    customer: Customer | None = None,
    with_contact: bool = True,
    opportunity: Mapping[str, Any] | None = None,
) -> Converted:
    """Make a customer of a lead, or hang it on one that is there; all of it or nothing. Raises Refused.

    `opportunity` are the values of one to make with it, such as its title and amount.
    """
    leads, customers = entity_of(Lead), entity_of(Customer)
    with transaction.atomic():
        current = Lead._base_manager.select_for_update().get(pk=lead.pk)
        if current.state == CONVERTED:
            raise Refused(_("This lead has been converted already."))
        if current.state not in (TO_DO, FOLLOWING):
            raise Refused(_("Only a lead that is to do or followed is converted. Claim it or take it up first."))
        if customer is not None and (customer.deleted_at or not customers.policy.allows(by, "view", customer)):
            raise Refused(fields={"customer": _("This customer is not there for you.")})
        batch = start_batch(leads, CONVERT, said(_("Convert %(title)s"), title=current), by=by)
        with within_batch(batch):
            # First of all: as long as it is open, the lead itself is a likely duplicate of the new customer.
            current = leads.change(current, by=by, state=CONVERTED)
            individual = not current.company
            made = customer is None
            if customer is None:
                customer = _make_customer(customers, current, by, alone=individual or not with_contact)
            contact = _contact(current, customer, by) if with_contact and not (individual and made) else None
            chance = _opportunity(current, customer, by, opportunity) if opportunity is not None else None
            _carry_talks(current, customer, contact, by)
            carry(current, customer, batch)
            facts = {"customer": customer.pk, "contact": contact.pk if contact else None}
            facts["opportunity"] = chance.pk if chance else None
            change.settle(Lead, current.pk, **facts, converted_at=timezone.now())
        announce("sales.lead.converted", lead=current, customer=customer, by=by)
    return Converted(current, customer, contact, chance, batch)


def _allowed(entity: Entity, by: Actor, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value and entity.right(by, name) == "edit"}


def _make_customer(customers: Entity, lead: Lead, by: Actor, *, alone: bool) -> Customer:
    values: dict[str, Any] = {
        "phone": lead.phone,
        "region": lead.region,
        "address": lead.address,
        "source": lead.source,
        "remark": _remark(lead),
    }
    if alone:
        # Without a contact of its own the ways to reach the person stand at the customer.
        values |= {name: getattr(lead, name) for name in REACH}
    form = BUSINESS if lead.company else INDIVIDUAL
    owner: dict[str, Any] = {} if lead.owner_id == by.pk else {"owner": lead.owner}
    made: Customer = customers.create(
        by=by, name=lead.company or lead.person or lead.name, form=form, **owner, **_allowed(customers, by, values)
    )
    return made


def _remark(lead: Lead) -> str:
    looks = entity_of(Lead).looks
    told = [
        str(_("%(label)s: %(text)s") % {"label": looks[name].label, "text": looks[name].text(value)})
        for name in TOLD
        if (value := getattr(lead, name))
    ]
    return "\n".join([*([lead.remark] if lead.remark else []), *told])


def _contact(lead: Lead, customer: Customer, by: Actor) -> Contact | None:
    """The lead's person at the customer: the one who is there already with this number or name, or a new one."""
    if not lead.person and not any(getattr(lead, name) for name in REACH):
        return None
    people: Any = Contact.objects.live().filter(customer=customer).order_by("id")
    for name, value in (("mobile", lead.mobile), ("name", lead.person)):
        if value and (known := people.filter(**{name: value}).first()) is not None:
            return known
    fields = ("form_of_address", "post", *REACH)
    values = _allowed(entity_of(Contact), by, {name: getattr(lead, name) for name in fields})
    return create_contact(by=by, customer=customer, name=lead.person or lead.name[:60], **values)


def _opportunity(lead: Lead, customer: Customer, by: Actor, given: Mapping[str, Any]) -> Opportunity:
    """The chance to sell that the lead was; like the customer it belongs to whom the lead belongs."""
    entity = entity_of(Opportunity)
    values = {"source": lead.source, "needs": lead.product, "remark": lead.remark, **given}
    owner: dict[str, Any] = {} if lead.owner_id == by.pk else {"owner": lead.owner}
    made: Opportunity = entity.create(by=by, customer=customer, **owner, **_allowed(entity, by, values))
    return made


def _carry_talks(lead: Lead, customer: Customer, contact: Contact | None, by: Actor) -> None:
    talks: Any = LeadFollowUp.objects.live().filter(lead=lead).order_by("at", "id")
    made: dict[int, LeadFollowUp] = {}
    for talk in talks:
        said = {name: getattr(talk, name) for name in ("manner", "content", "result", "at", "next_at")}
        made[change.create(FollowUp, by=by, customer=customer, contact=contact, **said).pk] = talk
    if not made:
        return
    with writer():
        for key, talk in made.items():
            # Who spoke with the lead is who spoke with the customer, whoever converts it.
            FollowUp._base_manager.filter(pk=key).update(created_by=talk.created_by_id)
    rows: Any = FollowUp.objects.live().filter(customer=customer)
    newest = rows.order_by("-at", "-id").first()
    settle_customer(customer, newest, next_too=newest is not None and newest.pk in made)
    settle_contact(contact.pk if contact else None)
