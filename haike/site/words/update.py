"""Bring the catalogues up to date with the sources; translations that are there stay."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from haike.site.catalogues import LOCALE, PACKAGE, catalogue_of
from haike.site.words.extract import Key, Message, messages_of_all

# Fixed, because a date that changes with every run would only make merges harder.
DATE = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "# Chinese words of Haike's room {room}. Kept by `haike words update`."

Translation = str | tuple[str, ...] | list[str]


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as lines:
        return read_po(lines, locale=LOCALE, abort_invalid=True)


def translations(catalogue: Catalog) -> dict[Key, Translation]:
    found: dict[Key, Translation] = {}
    for message in catalogue:
        text = message.id[0] if isinstance(message.id, tuple | list) else message.id
        if text and message.string and filled(message.string) and not message.fuzzy:
            found[message.context or "", text] = message.string
    return found


def filled(string: Translation | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def shaped(translation: Translation, *, plural: bool) -> Translation:
    """Chinese has one form for all numbers; gettext wants it as a tuple where English has two."""
    one = translation if isinstance(translation, str) else translation[0]
    return (one,) if plural else one


def write(path: Path, room: str, messages: dict[Key, Message], known: dict[Key, Translation]) -> bytes:
    catalogue = Catalog(
        locale=LOCALE,
        project="Haike",
        version="1",
        msgid_bugs_address="",
        charset="utf-8",
        header_comment=HEADER.format(room=room),
        creation_date=DATE,
        revision_date=DATE,
        last_translator="Haike",
        language_team="Haike",
        fuzzy=False,
    )
    for key in sorted(messages, key=lambda key: (sorted(messages[key].places)[0], key[1], key[0])):
        message = messages[key]
        translation = known.get(key, "")
        catalogue.add(
            (message.text, message.plural) if message.plural else message.text,
            shaped(translation, plural=bool(message.plural)),
            locations=[(place, 1) for place in sorted(message.places)],
            auto_comments=message.comments,
            context=message.context or None,
            flags=(),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    with path.open("wb") as out:
        write_po(out, catalogue, width=120, include_lineno=False)
    return before


def update(only: Collection[str] = ()) -> dict[str, tuple[int, int, bool]]:
    """All rooms or only these; per room: how many messages, how many without Chinese, whether the file changed."""
    rooms = messages_of_all()
    paths = {room: catalogue_of(PACKAGE / room) for room in rooms}
    kept = {room: translations(read(path)) for room, path in paths.items()}
    # What moved from one room to another keeps its translation.
    anywhere: dict[Key, Translation] = {}
    for of_room in kept.values():
        anywhere = of_room | anywhere
    result = {}
    for room, messages in rooms.items():
        if (only and room not in only) or (not messages and not paths[room].exists()):
            continue
        known = anywhere | kept[room]
        before = write(paths[room], room, messages, known)
        missing = sum(1 for key in messages if key not in known)
        result[room] = (len(messages), missing, before != paths[room].read_bytes())
    return result
