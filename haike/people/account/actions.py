"""What a user changes about himself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.people.account.choices import (
    CHANNELS,
    NO_CARDS,
    cards_known,
    cards_off,
    channels_of,
    reminders_known,
    what_is_missing,
)
from haike.people.grants import organisation_changed
from haike.people.signin.hashing import hashing
from haike.people.user.record import User
from haike.refused import Refused

CONTACT = ("avatar", "phone", "email", "gender")
SIGNS_IN_WITH = ("phone", "email")
TASTE = ("language", "time_zone", "scheme", "theme", "menu", "page_size", "density", "signature_sms", "signature_email")


@dataclass(frozen=True)
class OneSelf:
    """A user who changes his own record, to which no role gives a right: only the acts of this file use it."""

    pk: int
    name: str
    grants: Any = System("self").grants


def change_contact(user: User, *, password: str, version: int | None = None, **values: Any) -> User:
    """Change how one is reached and what one looks like. Phone and e-mail open the door, so a new one takes the
    password."""
    foreign = set(values) - set(CONTACT)
    if foreign:
        raise RuntimeError(f"not one's own to change: {', '.join(sorted(foreign))}")
    if any(name in values and values[name] != getattr(user, name) for name in SIGNS_IN_WITH):
        with hashing():
            if not password or not user.check_password(password):
                raise Refused(fields={"password": _("Enter your present password to change phone or e-mail.")})
    with transaction.atomic():
        changed: User = change.change(user, by=OneSelf(user.pk, user.name), version=version, **values)
        organisation_changed()
    return changed


def change_taste(user: User, **values: Any) -> None:
    """Change how the program looks and signs for this user; no business of the log."""
    foreign = set(values) - set(TASTE)
    if foreign:
        raise RuntimeError(f"not a matter of taste: {', '.join(sorted(foreign))}")
    with transaction.atomic(), writer():
        User.objects.filter(pk=user.pk).update(**values)
        organisation_changed()


def choose_home(user: User, cards: Sequence[str]) -> None:
    """Which cards the workbench shows, in this order."""
    # An empty list means that he has not chosen yet.
    chosen = [card for card in dict.fromkeys(cards) if card in cards_known()] or [NO_CARDS]
    # What belongs to a module that is off comes back with it.
    chosen += [card for card in cards_off() if not user.home or card in user.home]
    with transaction.atomic(), writer():
        User.objects.filter(pk=user.pk).update(home=chosen)
        organisation_changed()


def choose_reminders(user: User, chosen: dict[str, Sequence[str]]) -> None:
    """How each kind of reminder reaches the user; kinds that are not named, and ways that cannot be chosen now, stay
    as they are."""
    kept, missing = dict(user.reminders), what_is_missing(user)
    for reminder, channels in chosen.items():
        if reminder in reminders_known():
            before = channels_of(user, reminder)
            wanted = {channel for channel in CHANNELS if channel in (before if channel in missing else channels)}
            kept[reminder] = [channel for channel in CHANNELS if channel in wanted]
    with transaction.atomic(), writer():
        User.objects.filter(pk=user.pk).update(reminders=kept)
        organisation_changed()
