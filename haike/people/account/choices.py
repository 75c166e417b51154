"""What rooms below let a user choose on his account page: cards of the workbench, kinds of reminders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise

from haike.screens.module import known_on

Label = str | Promise

CHANNELS: dict[str, Label] = {}
"""The ways by which reminders can reach somebody; only those that are there."""
_missing: dict[str, Callable[[Any], str]] = {}
USUAL_CHANNELS = ("page",)

NO_CARDS = "none"
"""What a user chose who wants no card."""

_cards: dict[str, Label] = {}
_reminders: dict[str, Label] = {}


def declare_channel(channel: str, label: Label, missing: Callable[[Any], str] | None = None) -> None:
    """Make a way known by which reminders can reach somebody; `missing` says in HTML what a user lacks for it."""
    CHANNELS[channel] = label
    if missing is not None:
        _missing[channel] = missing


def what_is_missing(user: Any) -> dict[str, str]:
    """The ways that cannot reach this user now, each with a sentence that says what is missing."""
    return {channel: text for channel, missing in _missing.items() if (text := missing(user))}


def declare_cards(cards: Mapping[str, Label]) -> None:
    """Make cards of the workbench known."""
    _cards.update(cards)


def declare_reminders(reminders: Mapping[str, Label]) -> None:
    """Make kinds of reminders known."""
    _reminders.update(reminders)


def cards_known() -> dict[str, Label]:
    """All cards in the order of their declaration."""
    return known_on(_cards, "cards")


def cards_off() -> list[str]:
    """Cards of modules that are off."""
    known = cards_known()
    return [card for card in _cards if card not in known]


def reminders_known() -> dict[str, Label]:
    """All kinds of reminders in the order of their declaration."""
    return known_on(_reminders, "reminders")


def cards_of(user: Any) -> list[str]:
    """The cards that a user wants, in order; all of them until he has chosen."""
    known = cards_known()
    return [card for card in user.home if card in known] if user.home else list(known)


def channels_of(user: Any, reminder: str) -> tuple[str, ...]:
    """How a kind of reminder reaches a user; on the page until he has chosen."""
    return tuple(user.reminders.get(reminder, USUAL_CHANNELS))


def hears(user: Any, reminder: str) -> bool:
    """Whether a kind of reminder reaches a user in any way."""
    return any(channel in CHANNELS for channel in channels_of(user, reminder))
