"""The letters and surnames of the contacts somebody sees, without a look at each of a million."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from string import ascii_lowercase

from django.core.cache import cache

from haike.customers.contact.record import Contact, letter_of
from haike.find.finder import Find
from haike.find.jumps import values_with_ends
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor

FEW = 500
"""Fewer contacts than this are read anew each time,"""
KEPT = 600
"""the surnames of more are kept for so many seconds."""
SAMPLE = 5_000
"""So many of the newest contacts tell which surnames are common."""


@dataclass(frozen=True)
class Surnames:
    """First letters with surnames in order, and the surnames with the most common first."""

    used: list[tuple[str, str]]
    common: list[str]


def surnames_of(user: Actor) -> Surnames:
    """Those of the contacts that the user sees; where there are many, as they were some minutes ago."""
    newest = _newest(user, FEW)
    if sum(newest.values()) < FEW:
        return Surnames(sorted(newest), _ranked(newest))
    whose = "all" if entity_of(Contact).policy.scope(user).everything else user.pk
    found = cache.get_or_set(f"contact-surnames:{whose}", lambda: _of_many(user), KEPT)
    assert found is not None
    return found


def _newest(user: Actor, most: int) -> Counter[tuple[str, str]]:
    scope = entity_of(Contact).policy.scope(user)
    newest = Find(Contact, scope, sort=["-created_at"], state="live").page(most).ids
    return Counter(Contact.objects.visible_to(user).filter(pk__in=newest).values_list("letter", "surname"))


def _ranked(counted: Counter[tuple[str, str]]) -> list[str]:
    surnames: Counter[str] = Counter()
    for (__, surname), count in counted.items():
        surnames[surname] += count
    # Of equally common ones Chinese surnames come first, whatever order the database gave.
    return sorted(surnames, key=lambda surname: (-surnames[surname], surname.isascii(), surname))


def _of_many(user: Actor) -> Surnames:
    scope = entity_of(Contact).policy.scope(user)
    common = _ranked(_newest(user, SAMPLE))
    if not scope.everything:
        pairs = Find(Contact, scope, state="live").distinct(["letter", "surname"])
        return Surnames(sorted((letter, surname) for letter, surname in pairs), common)
    used: list[tuple[str, str]] = []
    for surname, first, last in values_with_ends(Contact, "surname", "name_pinyin"):
        ends = {letter_of(first), letter_of(last)}
        # What begins with no letter lies before and behind the alphabet.
        one = len(ends) == 1 and "#" not in ends
        used += [(letter, surname) for letter in (ends if one else _letters(surname))]
    return Surnames(sorted(used), common)


def _letters(surname: str) -> list[str]:
    """The first letters of the contacts with a surname that is spoken in several ways, or of those without any."""
    rows = Contact.objects.live().filter(surname=surname)
    ends = [rows.order_by("name_pinyin").first(), rows.order_by("-name_pinyin").first()]
    found = ["#"] if any(end is not None and end.letter == "#" for end in ends) else []
    for letter, after in zip(ascii_lowercase, [*ascii_lowercase[1:], None], strict=True):
        some = rows.filter(name_pinyin__gte=letter)
        if (some.filter(name_pinyin__lt=after) if after else some.filter(letter="Z")).exists():
            found.append(letter.upper())
    return found
