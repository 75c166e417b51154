"""Writing, correcting, dating anew, deleting and commenting follow-ups.

The customer's last and next contact follow from its follow-ups: the last contact is the newest talk; the next contact
is what the newest talk agreed on. A new talk that says nothing about it keeps an appointment that is still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.actions import demand_customer
from haike.customers.contact.record import Contact
from haike.customers.customer.queries import VISIT
from haike.customers.customer.record import Customer
from haike.customers.health.settle import settle_health
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.events import announce
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.work.follow_up.photos import keep_photos, read_photos, refuse_too_many
from haike.work.follow_up.record import FollowUp, FollowUpComment, to_minute

LEEWAY = timedelta(minutes=5)
"""Clocks differ a little; more than that ahead is a mistake."""

KEEP: Any = object()
"""Nothing was said about the next contact."""


def write_follow_up(
    customer: Customer | None,
    *,
    content: str,
    by: Actor,
    at: datetime | None = None,
    next_at: datetime | None = KEEP,
    photos: Sequence[UploadedFile[Any]] = (),
    **values: Any,
) -> FollowUp:
    """Note a talk with a customer; its stage, last and next contact follow in the same transaction."""
    demand_customer(customer, by)
    assert customer is not None
    at = at or timezone.now()
    refuse_future(at, "at")
    refuse_stranger(values.get("contact"), customer)
    shots = read_photos(photos)
    with transaction.atomic():
        current = _locked(customer)
        if next_at is not KEEP:
            values["next_at"] = next_at
        agree(values, current, at)
        refuse_backwards(at, values["next_at"])
        follow_up = change.create(FollowUp, by=by, customer=customer, content=content, at=at, **values)
        keep_photos(follow_up, shots, by=by)
        set_stage(current, follow_up.stage, by=by)
        # The customer is locked and its dates are those of the follow-ups before, so nothing has to be looked up.
        facts: dict[str, Any] = {}
        if current.last_contact_at is None or follow_up.at >= current.last_contact_at:
            facts |= {
                "last_contact_at": follow_up.at,
                "next_contact_at": follow_up.next_at,
                "next_contact_what": follow_up.next_what,
                "next_contact_manner": follow_up.next_manner,
            }
        if follow_up.manner == VISIT and (current.last_visit_at is None or follow_up.at > current.last_visit_at):
            facts["last_visit_at"] = follow_up.at
        if facts:
            change.settle(Customer, current.pk, **facts)
        settle_health([current.pk])
        settle_contact(follow_up.contact_id)
        announce("work.follow_up.written", follow_up=follow_up, by=by)
    return follow_up


def agree(values: dict[str, Any], customer: Customer, at: datetime) -> None:
    """Fill in the next contact where nothing was said about it: an appointment for a later day than the talk stands,
    another one has just been kept or given up."""
    if "next_at" in values:
        return
    ahead = customer.next_contact_at is not None and _day(customer.next_contact_at) > _day(at)
    values["next_at"] = customer.next_contact_at if ahead else None
    if ahead and not values.get("next_what"):
        values["next_what"] = customer.next_contact_what
    if ahead and not values.get("next_manner"):
        values["next_manner"] = customer.next_contact_manner


def correct(follow_up: FollowUp, *, by: Actor, version: int | None = None, **values: Any) -> FollowUp:
    """Correct what was written. The time stays, and so does the customer."""
    if "at" in values and to_minute(values.pop("at")) != follow_up.at:
        raise Refused(fields={"at": _("The time of a follow-up stays. Use “Date anew” to change it.")})
    if "customer" in values and values.pop("customer").pk != follow_up.customer_id:
        raise Refused(fields={"customer": _("A follow-up stays with its customer; write a new one for the other.")})
    refuse_stranger(values.get("contact"), follow_up.customer)
    refuse_backwards(follow_up.at, values.get("next_at"))
    with transaction.atomic():
        customer = _locked(follow_up.customer)
        before = FollowUp._base_manager.get(pk=follow_up.pk)
        after = change.change(follow_up, by=by, version=version, **values)
        newest = _newest(customer)
        if newest is not None and newest.pk == after.pk and after.stage != before.stage:
            set_stage(customer, after.stage, by=by)
        agreed = _agreed(after) != _agreed(before)
        settle_customer(customer, newest, next_too=agreed and newest is not None and newest.pk == after.pk)
        for contact in {before.contact_id, after.contact_id}:
            settle_contact(contact)
    return after


def redate(follow_up: FollowUp, *, at: datetime, by: Actor) -> FollowUp:
    """Give a follow-up another time; the log keeps the earlier one."""
    refuse_future(at, "at")
    if follow_up.next_at is not None and to_minute(at) >= follow_up.next_at:
        raise Refused(fields={"at": _("The talk must lie before the next contact that it agreed on.")})
    with transaction.atomic():
        customer = _locked(follow_up.customer)
        before = _newest(customer)
        after = change.change(follow_up, by=by, at=to_minute(at))
        newest = _newest(customer)
        settle_customer(customer, newest, next_too=before is None or newest is None or before.pk != newest.pk)
        settle_contact(after.contact_id)
    return after


def remove_follow_up(follow_up: FollowUp, *, by: Actor) -> FollowUp:
    """Move a follow-up to the recycle bin; the customer's dates follow the ones that are left."""
    with transaction.atomic():
        customer = _locked(follow_up.customer)
        before = _newest(customer)
        removed = change.remove(follow_up, by=by)
        settle_customer(customer, _newest(customer), next_too=before is not None and before.pk == removed.pk)
        settle_contact(removed.contact_id)
    return removed


def restore_follow_up(follow_up: FollowUp, *, by: Actor) -> FollowUp:
    """Take a follow-up out of the recycle bin."""
    with transaction.atomic():
        customer = _locked(follow_up.customer)
        restored = change.restore(follow_up, by=by)
        newest = _newest(customer)
        settle_customer(customer, newest, next_too=newest is not None and newest.pk == restored.pk)
        settle_contact(restored.contact_id)
    return restored


def add_photos(follow_up: FollowUp, files: Sequence[UploadedFile[Any]], *, by: Actor) -> FollowUp:
    """Put further photos to a follow-up; the log tells how many there are."""
    if follow_up.deleted_at is not None or not entity_of(FollowUp).policy.allows(by, "edit", follow_up):
        raise Refused(_("Only the author may change a follow-up."))
    shots = read_photos(files)
    with transaction.atomic():
        locked = FollowUp._base_manager.select_for_update().get(pk=follow_up.pk)
        have = locked.photos.count()
        refuse_too_many(have + len(shots))
        keep_photos(locked, shots, by=by)
        change.write_log(locked, "change", by=by, diff={str(_("Photos")): [have, have + len(shots)]})
    return locked


def comment_on(follow_up: FollowUp, *, text: str, by: Actor) -> FollowUpComment:
    """Say something about a follow-up; its author is told."""
    if not entity_of(FollowUp).policy.allows(by, "view", follow_up) or follow_up.deleted_at is not None:
        raise Refused(fields={"follow_up": _("This follow-up is not there for you.")})
    with transaction.atomic():
        comment = change.create(FollowUpComment, by=by, customer=follow_up.customer, follow_up=follow_up, text=text)
        announce("work.follow_up.commented", comment=comment, follow_up=follow_up, by=by)
    return comment


# -- what follows ------------------------------------------------------------------------------------------------------


def set_stage(customer: Customer, stage: str | None, *, by: Actor) -> None:
    """Set the stage that a talk brought the customer to, with the author's own right."""
    if stage and stage != customer.stage:
        try:
            change.change(customer, by=by, stage=stage)
        except Refused as no:
            raise Refused(fields={"stage": no.message or next(iter(no.fields.values()))}) from no


def settle_customer(customer: Customer, newest: FollowUp | None, *, next_too: bool) -> None:
    """Store the customer's last contact and visit; `next_too` also what the newest talk agreed on."""
    visits: Any = FollowUp.objects.live().filter(customer=customer.pk, manner=VISIT).order_by("-at", "-id")
    facts: dict[str, Any] = {
        "last_contact_at": newest.at if newest else None,
        "last_visit_at": visits.values_list("at", flat=True).first(),
    }
    if next_too:
        facts |= {
            "next_contact_at": newest.next_at if newest else None,
            "next_contact_what": newest.next_what if newest else "",
            "next_contact_manner": newest.next_manner if newest else None,
        }
    change.settle(Customer, customer.pk, **facts)
    settle_health([customer.pk])


def settle_without(gone: Sequence[FollowUp]) -> None:
    """Store the dates anew of those to whom follow-ups belonged that an undone import has taken back."""
    for key in {follow_up.customer_id for follow_up in gone}:
        customer = Customer._base_manager.select_for_update().get(pk=key)
        settle_customer(customer, _newest(customer), next_too=True)
    for contact in {follow_up.contact_id for follow_up in gone}:
        settle_contact(contact)


def settle_contact(contact: int | None) -> None:
    """Store the contact's last and next talk."""
    if contact is None:
        return
    rows: Any = FollowUp.objects.live().filter(contact=contact).order_by("-at", "-id").values_list("at", "next_at")
    last, following = rows.first() or (None, None)
    change.settle(Contact, contact, last_contact_at=last, next_contact_at=following)


def _locked(customer: Customer) -> Customer:
    # Two talks written at the same time must see each other when the dates are computed.
    return Customer._base_manager.select_for_update().get(pk=customer.pk)


def _newest(customer: Customer) -> FollowUp | None:
    rows: Any = FollowUp.objects.live().filter(customer=customer.pk)
    return rows.order_by("-at", "-id").first()


def _agreed(follow_up: FollowUp) -> tuple[datetime | None, str, str | None]:
    return follow_up.next_at, follow_up.next_what, follow_up.next_manner


def _day(moment: datetime) -> Any:
    return timezone.localtime(moment).date()


def refuse_future(at: datetime, name: str) -> None:
    """A talk lies behind us."""
    if at > timezone.now() + LEEWAY:
        raise Refused(fields={name: _("This time lies in the future; for what is planned there is the next contact.")})


def refuse_backwards(at: datetime, next_at: datetime | None) -> None:
    """The next contact lies behind the talk."""
    if next_at is not None and to_minute(next_at) <= to_minute(at):
        raise Refused(fields={"next_at": _("The next contact must lie after this one.")})


def refuse_stranger(contact: Contact | None, customer: Customer) -> None:
    """Nobody talks with the staff of another customer."""
    if contact is not None and contact.customer_id != customer.pk:
        raise Refused(fields={"contact": _("This contact works for another customer.")})
