"""Contacts as vCards (.vcf): reading versions 2.1 to 4.0, writing 3.0 and 4.0.

What comes in is not trusted: size, number and shape are limited before the parser sees the text, pictures and keys are
left out, and each value goes through the Look of its field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import vobject
from django.utils.translation import gettext_lazy as _

from haike.customers.birthday import read as read_birthday
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity, entity_of
from haike.kernel.policy import Actor
from haike.refused import Refused

LARGEST = 4 * 1024 * 1024
MOST_CARDS = 1000
LONGEST_LINE = 20_000
VERSIONS = ("3.0", "4.0")

_BINARY = re.compile(r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
_PROPERTY = re.compile(r"^(?:[\w-]+\.)?[A-Za-z][\w-]*[;:]")
_DIGITS = re.compile(r"\d")


@dataclass
class Card:
    """What one vCard says; `values` are texts by the name of a contact's field."""

    name: str
    company: str = ""
    website: str = ""
    values: dict[str, str] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)


# -- reading -----------------------------------------------------------------------------------------------------------


def read(data: bytes) -> list[Card]:
    """The cards of a file; raises Refused for what is no vCard file or too much."""
    if len(data) > LARGEST:
        raise Refused(_("The file is larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
    cards = [_read_card(text) for text in _split(_decode(data))]
    found = [card for card in cards if card is not None]
    if not found:
        raise Refused(_("There is no vCard in this file."))
    return found


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The file is neither UTF-8 nor GBK text."))


def _split(text: str) -> Iterator[str]:
    """One text for each card, without its pictures."""
    lines: list[str] | None = None
    binary, count = False, 0
    for line in re.split(r"\r\n|\r|\n", text):
        bare = line.strip().upper()
        if len(line) > LONGEST_LINE and not (binary or _BINARY.match(line)):
            raise Refused(_("There is a line of %(length)s characters in the file.") % {"length": len(line)})
        if bare == "BEGIN:VCARD":
            if lines is not None:
                raise Refused(_("A card inside a card is not read."))
            lines, binary, count = [line], False, count + 1
            if count > MOST_CARDS:
                raise Refused(_("A file may hold %(most)s cards.") % {"most": MOST_CARDS})
        elif lines is None:
            continue
        elif bare == "END:VCARD":
            yield "\r\n".join([*lines, line, ""])
            lines = None
        elif bare.startswith("BEGIN:"):
            raise Refused(_("A card inside a card is not read."))
        else:
            # The data of a picture goes on in lines that begin with a blank or, in version 2.1, are base64 alone.
            binary = bool(_BINARY.match(line)) or (binary and not _PROPERTY.match(line))
            if not binary:
                lines.append(line)


def _read_card(text: str) -> Card | None:
    try:
        parsed = next(iter(vobject.readComponents(text, allowQP=True)))
    except Exception as error:
        # The parser raises whatever its regular expressions and codecs do; for the user it is all the same.
        raise Refused(_("One of the cards cannot be read: %(error)s") % {"error": str(error)[:120]}) from error
    card = Card(_name(parsed))
    if not card.name:
        return None
    organisation = [str(part).strip() for part in _list(parsed, "org")]
    card.company = organisation[0] if organisation else ""
    texts = {
        "department_name": " ".join(organisation[1:]).strip(),
        "post": _text(parsed, "title"),
        "responsible_for": _text(parsed, "role"),
        "birthday": _text(parsed, "x-lunar-birthday") or _solar(_text(parsed, "bday")),
        "qq": _text(parsed, "x-qq"),
        "wechat": _text(parsed, "x-wechat"),
        "remark": _text(parsed, "note"),
        **_telephones(parsed, card),
        **_mails(parsed, card),
        **_address(parsed),
    }
    card.website = _text(parsed, "url")
    card.values = {name: text for name, text in texts.items() if text}
    return card


def _lines(parsed: Any, name: str) -> list[Any]:
    return [line for line in parsed.contents.get(name, []) if hasattr(line, "value")]


def _text(parsed: Any, name: str) -> str:
    for line in _lines(parsed, name):
        if isinstance(line.value, str) and line.value.strip():
            return line.value.strip()
    return ""


def _list(parsed: Any, name: str) -> list[Any]:
    lines = _lines(parsed, name)
    if not lines:
        return []
    return lines[0].value if isinstance(lines[0].value, list) else [lines[0].value]


def _name(parsed: Any) -> str:
    full = _text(parsed, "fn")
    if full:
        return full
    for line in _lines(parsed, "n"):
        parts = [getattr(line.value, part, "") for part in ("family", "additional", "given")]
        words = [" ".join(part) if isinstance(part, list) else str(part) for part in parts]
        joined = " ".join(word.strip() for word in words if word.strip())
        # A Chinese name is written without blanks.
        return joined if joined.isascii() else joined.replace(" ", "")
    return ""


def _types(line: Any) -> set[str]:
    given = [*line.params.get("TYPE", []), *getattr(line, "singletonparams", [])]
    return {word.strip().upper() for text in given for word in str(text).split(",")}


def _telephones(parsed: Any, card: Card) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines(parsed, "tel"):
        number = str(line.value).strip().removeprefix("tel:")
        types = _types(line)
        if not _DIGITS.search(number):
            continue
        if "FAX" in types:
            places = ["fax"]
        elif types & {"CELL", "IPHONE", "MOBILE"} or re.fullmatch(r"(?:\+?86)?1\d{10}", re.sub(r"[\s-]", "", number)):
            places = ["mobile", "mobile_2"]
        elif "HOME" in types:
            places = ["home_phone"]
        else:
            places = ["phone"]
        place = next((place for place in places if place not in found), None)
        if place:
            found[place] = number
        else:
            card.more.append(number)
    return found


def _mails(parsed: Any, card: Card) -> dict[str, str]:
    addresses = [str(line.value).strip() for line in _lines(parsed, "email")]
    card.more += addresses[1:]
    return {"email": addresses[0]} if addresses else {}


def _address(parsed: Any) -> dict[str, str]:
    for line in _lines(parsed, "adr"):
        parts = [getattr(line.value, part, "") for part in ("region", "city", "street", "extended", "box")]
        words = ["".join(part) if isinstance(part, list) else str(part) for part in parts]
        code = getattr(line.value, "code", "")
        return {"address": "".join(word.strip() for word in words), "postcode": "".join(code)[:10]}
    return {}


def _solar(text: str) -> str:
    match = re.match(r"(?:(\d{4})-?|--)(\d\d)-?(\d\d)", text)
    if match is None:
        return ""
    year, month, day = match.groups()
    return f"{year}-{month}-{day}" if year else f"{month}-{day}"


def parse_values(card: Card, by: Actor) -> dict[str, Any]:
    """The card's texts as values of a contact; what a field cannot take goes to the remark, so nothing is lost."""
    looks = entity_of(Contact).editable_by(by)
    values: dict[str, Any] = {"name": looks["name"].parse(card.name, by)}
    more = list(card.more)
    for name, text in card.values.items():
        if name not in looks or name == "remark":
            continue
        try:
            values[name] = looks[name].parse(text, by)
        except Refused:
            more.append(str(_("%(label)s: %(text)s") % {"label": looks[name].label, "text": text}))
    remark = "\n".join(part for part in [card.values.get("remark", ""), *more] if part)
    if remark and "remark" in looks:
        values["remark"] = looks["remark"].parse(remark[:20_000], by)
    return values


# -- writing -----------------------------------------------------------------------------------------------------------


def write(contacts: Iterable[Contact], by: Actor, *, version: str = "3.0") -> str:
    """Contacts as one text, with the fields that the user may read in full."""
    if version not in VERSIONS:
        raise Refused(_("vCards are written in version 3.0 or 4.0."))
    entity, above = entity_of(Contact), entity_of(Customer)
    return "".join(_write_card(contact, entity, above, by, version) for contact in contacts)


def _write_card(contact: Contact, entity: Entity, above: Entity, by: Actor, version: str) -> str:
    def get(name: str) -> str:
        return (
            str(getattr(contact, name) or "") if entity.policy.right_to(by, name, contact) in ("read", "edit") else ""
        )

    card = vobject.vCard()
    surname = contact.surname if contact.name.startswith(contact.surname) else ""
    card.add("n").value = vobject.vcard.Name(family=surname, given=contact.name.removeprefix(surname).strip())
    card.add("fn").value = contact.name
    card.add("org").value = [part for part in (contact.customer.name, get("department_name")) if part]
    plain = {
        "title": get("post"),
        "role": get("responsible_for"),
        "email": get("email"),
        "note": get("remark"),
        "x-qq": get("qq"),
        "x-wechat": get("wechat"),
        "url": contact.customer.website if above.right(by, "website") in ("read", "edit") else "",
    }
    for name, text in plain.items():
        if text:
            card.add(name).value = text
    for name, kinds in {
        "mobile": ["CELL", "VOICE"],
        "mobile_2": ["CELL", "VOICE"],
        "phone": ["WORK", "VOICE"],
        "home_phone": ["HOME", "VOICE"],
        "fax": ["WORK", "FAX"],
    }.items():
        if number := get(name):
            line = card.add("tel")
            line.value, line.type_param = number, kinds
    if address := get("address"):
        line = card.add("adr")
        line.value = vobject.vcard.Address(street=address, code=get("postcode"))
        line.type_param = "WORK"
    _write_birthday(card, get("birthday"), version)
    text = str(card.serialize())
    return text.replace("VERSION:3.0", f"VERSION:{version}", 1)


def _write_birthday(card: Any, stored: str, version: str) -> None:
    birthday = read_birthday(stored)
    if birthday is None:
        return
    if birthday.lunar:
        card.add("x-lunar-birthday").value = stored
    elif version == "4.0":
        year = f"{birthday.year:04}" if birthday.year else "--"
        card.add("bday").value = f"{year}{birthday.month:02}{birthday.day:02}"
    elif birthday.year:
        card.add("bday").value = stored
    else:
        # Version 3.0 knows no day without a year; iOS and Android read this form.
        card.add("bday").value = f"--{birthday.month:02}-{birthday.day:02}"
