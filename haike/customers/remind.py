"""What the owners of customers are reminded of: next contacts, birthdays in both calendars, anniversaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.birthday import days_of, keys_of, read
from haike.customers.contact.record import Anniversary, Contact
from haike.customers.customer.record import Customer
from haike.talk.notice.dated import Dated
from haike.talk.notice.kinds import Kind
from haike.talk.notice.reminder import Due, Reminder, declare_reminder


def _of(users: Sequence[int] | None) -> Q:
    return Q(owner__isnull=False) if users is None else Q(owner__in=users)


CONTACTS_DUE = Dated(
    Customer, "next_contact_at", lambda row: {"text": row["next_contact_what"] or ""}, ("next_contact_what",)
)


def _by_key(rows: Any, field: str, first: date, after: date) -> Iterable[tuple[Any, date]]:
    """Rows with the days in the span on which they are kept."""
    days: dict[str, list[date]] = {}
    for day in days_of(first, after):
        for key in keys_of(day):
            days.setdefault(key, []).append(day)
    keys = sorted(days)
    for start in range(0, len(keys), 500):
        for row in rows.filter(**{f"{field}__in": keys[start : start + 500]}):
            for day in days[getattr(row, field)]:
                yield row, day


def _birthdays(first: date, after: date, users: Sequence[int] | None) -> Iterator[Due]:
    rows: Any = Contact.objects.live().filter(_of(users), archived_at__isnull=True)
    rows = rows.only("owner_id", "birthday", "birthday_key")
    for contact, day in _by_key(rows, "birthday_key", first, after):
        yield Due(contact.owner_id, contact.pk, day, {"text": str(read(contact.birthday) or "")})


def _anniversaries(first: date, after: date, users: Sequence[int] | None) -> Iterator[Due]:
    rows: Any = Anniversary.objects.live().filter(_of(users), contact__deleted_at__isnull=True)
    rows = rows.only("owner_id", "contact_id", "day", "day_key", "remark")
    for each, day in _by_key(rows, "day_key", first, after):
        yield Due(each.owner_id, each.contact_id, day, {"text": f"{read(each.day) or ''} {each.remark}".strip()})


CONTACT_DUE = declare_reminder(
    Reminder(
        Kind(
            "contact_due",
            _("Next contacts that are due"),
            _("To contact"),
            icon="phone-call",
            tab="timeline",
            field="next_contact_at",
        ),
        Customer._meta.label_lower,
        CONTACTS_DUE,
    )
)
BIRTHDAY = declare_reminder(
    Reminder(
        Kind("birthday", _("Birthdays of contacts"), _("Birthday"), icon="cake", field="birthday"),
        Contact._meta.label_lower,
        _birthdays,
        ahead=3,
    )
)
ANNIVERSARY = declare_reminder(
    Reminder(
        Kind("anniversary", _("Anniversaries of contacts"), _("Anniversary"), icon="calendar-heart"),
        Contact._meta.label_lower,
        _anniversaries,
        ahead=3,
    )
)
