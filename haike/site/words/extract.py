"""Find every message of a room: in Python by Babel, in templates by Django's own reading of its tags."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from haike.site.catalogues import PACKAGE
from haike.site.rooms import ROOMS

KEYWORDS = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CALL = re.compile(r"(?<!\w)(n?p?gettext|_)\(")
NOT_READ = {"tests", "migrations", "locale", "static", "__pycache__"}

Key = tuple[str, str]  # context, message


@dataclass
class Message:
    """One text of the sources, with its plural where it has one."""

    text: str
    plural: str = ""
    context: str = ""
    places: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.text


def sources(room: Path) -> Iterator[Path]:
    for path in sorted(room.rglob("*")):
        inside = path.relative_to(room).parts
        if NOT_READ & set(inside):
            continue
        if path.suffix == ".py" or ("templates" in inside and path.suffix in {".html", ".txt"}):
            yield path


def in_python(path: Path) -> Iterator[Message]:
    with path.open("rb") as lines:
        for _line, found, comments, context in extract("python", lines, KEYWORDS, ["Translators:"]):
            text, plural = (found[0], found[1]) if isinstance(found, tuple) else (found, "")
            if text:
                yield Message(text, plural, context or "", comments=list(comments))
    # To Babel an f-string is one word without calls inside.
    for string in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for call in ast.walk(string) if isinstance(string, ast.JoinedStr) else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
                yield from message_in(call, call.func.id)


def in_template(path: Path) -> Iterator[Message]:
    """Django turns a template into calls of gettext amid noise; each call is read as Python."""
    code = templatize(path.read_text(encoding="utf-8"), str(path))
    for match in CALL.finditer(code):
        call = call_at(code, match.start())
        if call is not None:
            yield from message_in(call, match[1])


def message_in(call: ast.Call, name: str) -> Iterator[Message]:
    """What a call of a function of gettext says, unless it is no constant."""
    texts = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    context = texts.pop(0) if "pgettext" in name else ""
    if texts and texts[0]:
        yield Message(texts[0], texts[1] if len(texts) > 1 else "", context)


def call_at(code: str, start: int) -> ast.Call | None:
    end = start
    while (end := code.find(")", end) + 1) > 0:
        try:
            parsed = ast.parse(code[start:end], mode="eval").body
        except SyntaxError:
            continue
        return parsed if isinstance(parsed, ast.Call) else None
    return None


def messages_of(room: Path) -> dict[Key, Message]:
    found: dict[Key, Message] = {}
    for path in sources(room):
        for message in in_python(path) if path.suffix == ".py" else in_template(path):
            known = found.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.places.add(path.relative_to(PACKAGE.parent).as_posix())
            known.comments += [comment for comment in message.comments if comment not in known.comments]
    return found


COMMAND_LINE = "haike/site/cli/"


def messages_of_all() -> dict[str, dict[Key, Message]]:
    """Room by room; a message that an earlier room has is not repeated in a later one.

    The command line is the exception: it speaks before Django is there and reads the catalogue of its own room only.
    """
    seen: set[Key] = set()
    rooms: dict[str, dict[Key, Message]] = {}
    for name in ROOMS:
        own = messages_of(PACKAGE / name)
        rooms[name] = {key: message for key, message in own.items() if key not in seen or _is_commands(message)}
        seen |= set(own)
    return rooms


def _is_commands(message: Message) -> bool:
    return any(place.startswith(COMMAND_LINE) for place in message.places)
