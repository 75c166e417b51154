"""When a contact is best reached: weekday and hours, from the talks in which he was reached and those in which not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.health.signal import BEST_TIMES
from haike.find.prepared import keyed_alone, prepared
from haike.kernel.entity import Label, entity_of
from haike.kernel.policy import Actor
from haike.work.follow_up.record import FollowUp

TOLD = ("call", "visit", "wechat", "chat", "online_meeting")
"""Manners in which one is reached or not; letters wait for their reader, and who comes himself was not called."""
MISSED, TELLS_NOTHING = "no_answer", "wrong_number"
FEWEST, FEWEST_AT = 5, 3
"""A suggestion needs so many times that he was reached, and so many on its weekday or at its hours."""
HOURS = 2
MOST_TALKS = 300
MOST_SHOWN = 3


@dataclass(frozen=True)
class BestTime:
    """A weekday (0 is Monday) and the hour at which it begins, either of which may be unknown; from how many talks."""

    weekday: int | None
    hour: int | None
    talks: int

    def sentence(self) -> str:
        """For people."""
        words = {
            "weekday": WEEKDAYS[self.weekday] if self.weekday is not None else "",
            "hours": f"{self.hour}:00–{(self.hour or 0) + HOURS}:00",
            "talks": self.talks,
        }
        if self.hour is None:
            return _("%(weekday)s (from %(talks)s talks)") % words
        if self.weekday is None:
            return _("%(hours)s (from %(talks)s talks)") % words
        return _("%(weekday)s, %(hours)s (from %(talks)s talks)") % words


def best_time(talks: Iterable[tuple[datetime, bool]]) -> BestTime | None:
    """From times with whether one was reached; None where too little is known."""
    tries = [(timezone.localtime(at), reached) for at, reached in talks]
    # Sheets often hold days only; midnight says nothing about hours.
    tries = [(at, reached) for at, reached in tries if (at.hour, at.minute) != (0, 0)]
    if sum(reached for __, reached in tries) < FEWEST:
        return None
    days: dict[int, list[bool]] = defaultdict(list)
    hours: dict[int, list[bool]] = defaultdict(list)
    for at, reached in tries:
        days[at.weekday()].append(reached)
        for hour in range(max(at.hour - HOURS + 1, 0), min(at.hour, 24 - HOURS) + 1):
            hours[hour].append(reached)
    weekday, begins = _best(days), _best(hours)
    return BestTime(weekday, begins, len(tries)) if weekday is not None or begins is not None else None


def _best(slots: dict[int, list[bool]]) -> int | None:
    known = {slot: seen for slot, seen in slots.items() if sum(seen) >= FEWEST_AT}
    return max(sorted(known), key=lambda slot: _certain(known[slot])) if known else None


def _certain(seen: Sequence[bool]) -> float:
    """The share that one can count on: Wilson's lower bound at one standard deviation, so few tries count for less."""
    tries, share = len(seen), sum(seen) / len(seen)
    return (share + 1 / (2 * tries) - sqrt(share * (1 - share) / tries + 1 / (4 * tries * tries))) / (1 + 1 / tries)


def _told(user: Actor) -> bool:
    entity = entity_of(FollowUp)
    if not entity.policy.may(user, "view") or not entity_of(Contact).policy.may(user, "view"):
        return False
    return all(entity.right(user, name) in ("read", "edit") for name in ("at", "contact", "manner", "result"))


def _by_contact(key: str, column: str, pk: int) -> dict[int, BestTime]:
    def rows() -> Any:
        found: Any = FollowUp.objects.live().filter(keyed_alone(FollowUp, column))
        found = found.filter(contact__isnull=False, manner__in=TOLD)
        return found.order_by("-at", "-id").values_list("contact_id", "at", "result")[:MOST_TALKS]

    talks: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    for contact, at, result in prepared(key, rows, [pk]):
        if result != TELLS_NOTHING:
            talks[contact].append((at, result != MISSED))
    found = {contact: best_time(some) for contact, some in talks.items()}
    return {contact: best for contact, best in found.items() if best is not None}


def _of_customer(customer: Customer, user: Actor) -> list[tuple[Contact, str]]:
    if not _told(user):
        return []
    known = _by_contact("best times at a customer", "customer_id", customer.pk)
    people = [contact for contact in customer.people if contact.pk in known] if known else []
    return [(contact, known[contact.pk].sentence()) for contact in people[:MOST_SHOWN]]


def _figure(contact: Contact, user: Actor) -> list[tuple[Label, str]]:
    if not _told(user):
        return []
    known = _by_contact("best time of a contact", "contact_id", contact.pk)
    return [(_("Best time to reach"), known[contact.pk].sentence())] if contact.pk in known else []


def attach() -> None:
    """Show it on the pages of customers and contacts; called once, when the room's models are loaded."""
    BEST_TIMES.append(_of_customer)
    entity_of(Contact).figure_sources.append(_figure)
