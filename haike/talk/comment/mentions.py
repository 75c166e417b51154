"""Who is meant by "@安然" in a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.escape import escape
from haike.people.grants import organisation
from haike.refused import Refused
from haike.talk.where import who_sees

AT = "@＠"
MOST_MENTIONS = 50


def _names() -> dict[str, list[Any]]:
    """The users by full name and by user name, kept with the organisation."""
    house = organisation()
    held: dict[str, list[Any]] | None = house.memory.get("talk.names")
    if held is None:
        held = defaultdict(list)
        for user in house.users.values():
            for name in {user.name, user.username}:
                if name:
                    held[name].append(user)
        house.memory["talk.names"] = held
    return held


def _found(text: str) -> Iterator[tuple[str, list[Any]]]:
    """Each name behind an @ with those who bear it; the longest name counts. "me@firm" names nobody."""
    known = _names()
    longest = max(map(len, known), default=0)
    for place, sign in enumerate(text):
        if sign not in AT or (place and text[place - 1].isascii() and text[place - 1].isalnum()):
            continue
        rest = text[place + 1 : place + 1 + longest]
        for length in range(len(rest), 0, -1):
            name = rest[:length]
            # "@ann" in "@annual report" is no mention.
            cut = name[-1].isascii() and name[-1].isalnum() and rest[length : length + 1].isascii()
            if name in known and not (cut and rest[length : length + 1].isalnum()):
                yield name, known[name]
                break


def mentioned(entity: Entity, record: Any, text: str, chosen: Collection[int] = ()) -> dict[str, str]:
    """The users named in a text, key and name as written; Refused for those who cannot be told.

    `chosen` are keys that the picker gave; they decide between two of the same name.
    """
    found: dict[int, str] = {}
    users: dict[int, Any] = {}
    for name, bearers in _found(text):
        user = _one_of(name, bearers, chosen, entity, record)
        found[user.pk], users[user.pk] = name, user
    if len(found) > MOST_MENTIONS:
        raise Refused(fields={"text": _("At most %(most)s people can be mentioned at once.") % {"most": MOST_MENTIONS}})
    blind = users.keys() - who_sees(entity, record, users.values(), comments=True)
    if blind:
        names = ", ".join(sorted(users[pk].name for pk in blind))
        message = _("%(names)s cannot see this record. Share it first, or take the @ away.") % {"names": names}
        raise Refused(fields={"text": message})
    return {str(pk): name for pk, name in found.items()}


def _one_of(name: str, bearers: list[Any], chosen: Collection[int], entity: Entity, record: Any) -> Any:
    alive = [user for user in bearers if user.is_active and user.deleted_at is None]
    if not alive:
        message = _("The account of %(name)s is closed; nobody would read this. Take the @ away.") % {"name": name}
        raise Refused(fields={"text": message})
    if len(alive) > 1:
        picked = [user for user in alive if user.pk in chosen]
        seeing = who_sees(entity, record, alive, comments=True)
        alive = picked or [user for user in alive if user.pk in seeing] or alive
    if len(alive) > 1:
        several = _("There are several people called %(name)s; choose one from the list that opens after the @.")
        raise Refused(fields={"text": several % {"name": name}})
    return alive[0]


def with_mentions(text: str, mentions: dict[str, str], me: int | None) -> SafeString:
    """A text as HTML with the names behind an @ marked."""
    shown: str = escape(text)
    for key, name in sorted(mentions.items(), key=lambda pair: -len(pair[1])):
        mine = " mention-me" if str(me) == key else ""
        for sign in AT:
            written = escape(f"{sign}{name}")
            # A mark keeps a shorter name from being found within a longer one.
            shown = shown.replace(written, f"\0{mine}\1{sign}\2{escape(name)}\3")
    shown = shown.replace("\0", '<span class="mention').replace("\1", '">').replace("\2", "").replace("\3", "</span>")
    return mark_safe(shown.replace("\n", "<br>"))
