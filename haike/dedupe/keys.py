"""Keys of identity: 64-bit numbers that records share when they may be the same.

Records that share a key are compared; those that share none are not. So the keys decide what can be found at all: the
name without place, legal form, brackets and width, how it sounds, its trade name with one character left out (which
finds a character that differs, is missing, or changed places), telephone numbers, WeChat and QQ, tax number, short
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from haike.chinese.company import normalise
from haike.chinese.phone import normalise_phone
from haike.chinese.pinyin import full_pinyin, without_each
from haike.dedupe.identity import Identity, Values

CODE, PHONE, REACH, NAME, SHORT, SIMILAR = "code", "phone", "reach", "name", "short", "similar"
KINDS = (CODE, PHONE, REACH, NAME, SHORT, SIMILAR)
"""How two records may be alike, the surest first."""
SURE = frozenset({CODE, PHONE, REACH, NAME})
"""The kinds that say much by themselves."""
SHORTEST = 2
"""A name of one character says nothing."""
LEAST_MNEMONIC = 4
MOBILE = 11
"""Digits of a mobile number."""
LATIN = 6
"""From this length on a Latin trade name is also known by its halves: a slip of the pen spoils only one of them."""


def hashed(space: str, text: str) -> int:
    """A key; keys of different spaces never meet."""
    return int.from_bytes(blake2b(f"{space}:{text}".encode(), digest_size=8).digest(), "big", signed=True)


def phones_in(identity: Identity, values: Values) -> set[str]:
    """The telephone numbers as digits with country code, without extensions."""
    found = (normalise_phone(values.get(name) or "") for name in identity.phones)
    accounts = (_mobile(values.get(name)) for name in identity.ids)
    return {phone.digits for phone in found if phone.kind != "unknown"} | {digits for digits in accounts if digits}


def ids_in(identity: Identity, values: Values) -> set[str]:
    """The accounts of other services that are no mobile numbers, each behind the name of its service."""
    given = {name: "".join(str(values.get(name) or "").split()).casefold() for name in identity.ids}
    return {f"{name}:{text}" for name, text in given.items() if text and not _mobile(text)}


def _mobile(text: object) -> str:
    """The digits of an account that is a mobile number, with country code; accounts of QQ have fewer."""
    written = str(text or "")
    if len(written) < MOBILE or (not written.isdigit() and any(char.isalpha() for char in written)):
        return ""
    phone = normalise_phone(written)
    return phone.digits if phone.kind == "mobile" else ""


def code_in(identity: Identity, values: Values) -> str:
    """The tax number in one writing."""
    return "".join(str(values.get(identity.code) or "").split()).upper() if identity.code else ""


def short_names(identity: Identity, values: Values) -> set[str]:
    """Short name and mnemonic in one writing."""
    found = set()
    if short := normalise(str(values.get(identity.short) or "")).core:
        found.add(short)
    mnemonic = "".join(str(values.get(identity.mnemonic) or "").split()).casefold()
    if len(mnemonic) >= LEAST_MNEMONIC:
        found.add(f"#{mnemonic}")
    return found


def keys_of(identity: Identity, values: Values) -> dict[int, str]:
    """The keys of a record with these values, each with the kind of likeness that it stands for."""
    found: dict[int, str] = {}
    for kind, key in _keys(identity, values):
        found.setdefault(key, kind)
    return found


def sure_keys(identity: Identity, values: Values) -> dict[int, str]:
    """Only those that say much by themselves: tax number, telephone numbers, name. Made in a tenth of the time."""
    found = {hashed("phone", digits): PHONE for digits in phones_in(identity, values)}
    found |= {hashed("reach", account): REACH for account in ids_in(identity, values)}
    if code := code_in(identity, values):
        found[hashed("code", code)] = CODE
    name = identity.named_by(values)
    if name and identity.name and len(key := normalise(name).key) >= SHORTEST:
        found[hashed("name", key)] = NAME
    return found


def _keys(identity: Identity, values: Values) -> Iterator[tuple[str, int]]:
    if code := code_in(identity, values):
        yield CODE, hashed("code", code)
    for digits in phones_in(identity, values):
        yield PHONE, hashed("phone", digits)
    for account in ids_in(identity, values):
        yield REACH, hashed("reach", account)
    name = identity.named_by(values)
    if not identity.name or (identity.form and values.get(identity.form) == identity.person):
        return
    if name:
        yield from _name_keys(name)
    for short in short_names(identity, values):
        if len(short) >= SHORTEST:
            yield SHORT, hashed("short" if short.startswith("#") else "name", short)


def _name_keys(name: str) -> Iterator[tuple[str, int]]:
    parts = normalise(name)
    if len(parts.key) < SHORTEST:
        return
    yield NAME, hashed("name", parts.key)
    if parts.branch:
        yield SIMILAR, hashed("name", parts.core)
    yield SIMILAR, hashed("sound", full_pinyin(parts.core))
    for piece in _pieces(parts.trade_name):
        yield SIMILAR, hashed("trade", piece)


def _pieces(trade: str) -> Iterator[str]:
    """How a trade name sounds, whole and with one character left out."""
    if trade.isascii():
        yield trade
        if len(trade) >= LATIN:
            half = len(trade) // 2
            yield from (f"{trade[:half]}-", f"-{trade[half:]}")
        return
    yield full_pinyin(trade)
    if 2 < len(trade) <= 8:
        yield from without_each(trade)
