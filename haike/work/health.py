"""Signals of a customer's health that follow from talks: overdue, silent for longer than usual, nothing planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers.customer.queries import RESTING, STALE_DAYS
from haike.customers.customer.record import Customer
from haike.customers.health.panel import sees
from haike.customers.health.signal import Hint, Signal, declare_signal
from haike.kernel.entity import Button, entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.work.follow_up.record import FollowUp

PATIENCE, LEAST_PATIENCE = 1.5, 3
"""A customer is silent after so many times its rhythm, and at least so many days beyond it."""


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def silent_from(customer: Customer) -> date | None:
    """The day from which the silence is longer than usual; None while a contact is planned or the customer rests."""
    heard = customer.last_contact_at or customer.created_at
    if heard is None or customer.next_contact_at is not None or customer.stage in RESTING:
        return None
    rhythm = customer.rhythm_days
    days = max(int(rhythm * PATIENCE), rhythm + LEAST_PATIENCE) if rhythm else int(STALE_DAYS())
    return _day(heard) + timedelta(days=days + 1)


def _silent_since(customers: Sequence[Customer]) -> dict[int | None, date]:
    return {each.pk: day for each in customers if (day := silent_from(each)) is not None}


def _overdue_since(customers: Sequence[Customer]) -> dict[int | None, date]:
    return {each.pk: _day(each.next_contact_at) + timedelta(days=1) for each in customers if each.next_contact_at}


def _write(customer: Customer, user: Actor) -> list[Button]:
    if not entity_of(FollowUp).policy.may(user, "create"):
        return []
    return [Button(_("Write a follow-up"), f"/follow-ups/new?customer={customer.pk}", "message-plus", "drawer")]


def _plan(customer: Customer, user: Actor) -> list[Button]:
    if not entity_of(FollowUp).policy.may(user, "create") or not entity_of(Customer).policy.allows(
        user, "edit", customer
    ):
        return []
    return [Button(_("Plan the next contact"), f"/customers/{customer.pk}/plan", "calendar-plus", "drawer")]


def _overdue(customer: Customer, user: Actor) -> Hint | None:
    at = customer.next_contact_at
    if at is None or _day(at) >= today() or not sees(user, "next_contact_at"):
        return None
    days = (today() - _day(at)).days
    said = {"day": date_format(_day(at), "Y-m-d"), "days": days}
    sentence = ngettext(
        "The contact planned for %(day)s is overdue by %(days)s day.",
        "The contact planned for %(day)s is overdue by %(days)s days.",
        days,
    )
    return Hint(sentence % said, [*_write(customer, user), *_plan(customer, user)], grave=True)


def _silent(customer: Customer, user: Actor) -> Hint | None:
    since = silent_from(customer)
    if since is None or since > today() or not sees(user, "last_contact_at", "next_contact_at"):
        return None
    days = (today() - _day(customer.last_contact_at or customer.created_at)).days
    said = {"days": days, "rhythm": customer.rhythm_days}
    if customer.last_contact_at is None:
        sentence = _("Entered %(days)s days ago and never contacted.") % said
    elif customer.rhythm_days and sees(user, "rhythm_days"):
        sentence = (
            ngettext(
                "Silent for %(days)s days; usually you are in touch every day.",
                "Silent for %(days)s days; usually you are in touch every %(rhythm)s days.",
                customer.rhythm_days,
            )
            % said
        )
    else:
        sentence = _("No contact for %(days)s days.") % said
    return Hint(sentence, _write(customer, user), grave=True)


def _unplanned(customer: Customer, user: Actor) -> Hint | None:
    if customer.next_contact_at is not None or customer.stage in RESTING or not sees(user, "next_contact_at"):
        return None
    return Hint(_("Nothing is planned with this customer."), _plan(customer, user))


declare_signal(Signal("overdue", _overdue, _overdue_since, ("next_contact_at",)))
declare_signal(
    Signal(
        "silent", _silent, _silent_since, ("stage", "last_contact_at", "next_contact_at", "created_at", "rhythm_days")
    )
)
declare_signal(Signal("unplanned", _unplanned))
