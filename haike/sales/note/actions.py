"""Writing a note, recognising who called, and making something of it: each in one transaction, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.phone import find_phones
from haike.customers.customer.record import Customer
from haike.dedupe.match import Match, find_matches
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.lead.actions import write_follow_up
from haike.sales.lead.duplicates import LEAD as LEAD_IDENTITY
from haike.sales.lead.record import CONVERTED, Lead
from haike.sales.note.record import CUSTOMER, DONE, FOLLOW_UP, LEAD, LONGEST, OPEN, CallNote
from haike.work.follow_up.record import FollowUp


@dataclass(frozen=True)
class Caller:
    """The number that was recognised, and who may be behind it, the surest first."""

    number: str = ""
    matches: tuple[Match, ...] = ()

    def known(self, model: Any) -> Any:
        """The first of this kind that the user sees, or None."""
        seen = (match.record for match in self.matches if match.visible)
        return next((record for record in seen if isinstance(record, model)), None)


def number_in(text: str) -> str:
    """The first telephone number in a text."""
    phones = find_phones(text[:LONGEST])
    return next((str(phone) for phone in phones if phone.kind in ("mobile", "landline", "foreign", "service")), "")


def who_calls(text: str, phone: str, *, by: Actor) -> Caller:
    """Who is behind the number in a text: customers (also by their contacts) and leads, as far as `by` may know."""
    number = phone or number_in(text)
    if not number:
        return Caller()
    values = {**dict.fromkeys(LEAD_IDENTITY.columns, ""), "mobile": number}
    return Caller(number, tuple(find_matches(LEAD_IDENTITY, values, by=by)))


def write_note(*, by: Actor, text: str, phone: str = "", batch: Batch | None = None, **values: Any) -> CallNote:
    """Write down a call; the number in the text and who it is are noted with it."""
    caller = who_calls(text, phone, by=by)
    with transaction.atomic():
        note = change.create(CallNote, by=by, batch=batch, text=text, phone=caller.number, **values)
        customer, lead = caller.known(Customer), caller.known(Lead)
        if customer is not None or lead is not None:
            _settle(note, customer=customer, lead=lead if customer is None else None)
    return note


def _settle(note: CallNote, *, customer: Any = None, lead: Any = None, **facts: Any) -> None:
    keys = {"customer": getattr(customer, "pk", None), "lead": getattr(lead, "pk", None)}
    change.settle(CallNote, note.pk, **keys, **facts)
    note.customer, note.lead = customer, lead


def _open(note: CallNote, by: Actor) -> CallNote:
    current = CallNote._base_manager.select_for_update().get(pk=note.pk)
    if current.deleted_at is not None or not entity_of(CallNote).policy.allows(by, "view", current):
        raise Refused(_("This record is not there any more."))
    if current.state != OPEN:
        raise Refused(_("This note has been handled already."))
    return current


def make_lead_of(note: CallNote, values: Mapping[str, Any], *, by: Actor) -> Lead:
    """A lead of a note; what was said stands in the lead's remark and in the note."""
    with transaction.atomic():
        current = _open(note, by)
        made: Lead = entity_of(Lead).create(by=by, **values)
        _close(current, LEAD, by, lead=made)
    return made


def make_customer_of(note: CallNote, values: Mapping[str, Any], *, by: Actor) -> Customer:
    """A customer of a note."""
    with transaction.atomic():
        current = _open(note, by)
        made: Customer = entity_of(Customer).create(by=by, **values)
        _close(current, CUSTOMER, by, customer=made)
    return made


def make_follow_up_of(note: CallNote, *, customer: Customer | None, lead: Lead | None, by: Actor, **said: Any) -> Any:
    """A follow-up of a customer or a lead that is known, dated when the call came in."""
    if (customer is None) == (lead is None):
        raise Refused(fields={"customer": _("Choose the customer or the lead who called.")})
    with transaction.atomic():
        current = _open(note, by)
        if lead is not None:
            if lead.state == CONVERTED:
                raise Refused(fields={"lead": _("This lead has become a customer; write the follow-up there.")})
            made: Any = write_follow_up(lead, by=by, at=current.at, **said)
        else:
            made = entity_of(FollowUp).create(by=by, customer=customer, at=current.at, **said)
        _close(current, FOLLOW_UP, by, customer=customer, lead=lead)
    return made


def _close(note: CallNote, became: str, by: Actor, *, customer: Any = None, lead: Any = None) -> None:
    change.change(note, by=by, state=DONE)
    _settle(note, customer=customer, lead=lead, became=became, handled_at=timezone.now())
