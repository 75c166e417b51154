"""Bare numbers in a text: which kind each is, whose it is, and what cannot be one.

A line is a person, with what stands beside his numbers ("王经理 13812345678 微信同号"). Where a line has a second
number of the same kind, it begins another one: "13812345678、13912345678" are two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from haike.chinese.phone import normalise_phone

MOBILE, PHONE, WECHAT, QQ, EMAIL = "mobile", "phone", "wechat", "qq", "email"
KINDS = (MOBILE, PHONE, WECHAT, QQ, EMAIL)
LONGEST_LINE = 400
_LABELS = (
    (re.compile(r"(?:qq号码?|qq|企鹅号?|扣扣)", re.IGNORECASE), QQ),
    (re.compile(r"(?:微信号码?|微信|薇信|v信|weixin|wechat|vx|wx)", re.IGNORECASE), WECHAT),
    (re.compile(r"(?:手机号码?|手机|联系电话|电话号码?|电话|座机|固话|mobile|phone|tel)", re.IGNORECASE), PHONE),
    (re.compile(r"(?:邮箱|e-?mail|mail)", re.IGNORECASE), EMAIL),
)
_SAME = re.compile(r"(?:微信|薇信|v信|vx|wx)\s*(?:同号|同手机|同电话|同)|(?:手机|电话)?同微信", re.IGNORECASE)
# Numbers that people part for reading; they are joined before the line is cut into words.
_PARTED = re.compile(
    r"(?<![\dA-Za-z])(?:\+?86[\s-]*)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"
    r"|(?<![\dA-Za-z])\(?0\d{2,3}\)?[\s-]?[2-8]\d{2,3}[\s-]?\d{4}(?:\s*(?:-|转|ext\.?)\s*\d{1,6})?(?!\d)"
    r"|\+\d{1,3}[\s-]\d[\d\s-]{5,14}\d"
    r"|(?<![\dA-Za-z])[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}(?!\d)"
)
_CUT = re.compile(r"[\s,，;；、|/\\]+")
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}")
_QQ = re.compile(r"[1-9]\d{4,10}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,8}|[A-Za-z][A-Za-z .]{1,30}")


@dataclass
class Person:
    """Who stands in a line: the numbers by kind, the name, the other words; `fault` lists words that are no number."""

    line: int
    text: str
    numbers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    words: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    """Digits that are no number of any kind: a mistyped one, mostly."""

    @property
    def marks(self) -> set[str]:
        """What two that are the same share; a WeChat account may be a mobile number."""
        found = set()
        for kind, value in self.numbers.items():
            number = kind in (MOBILE, PHONE) or (kind == WECHAT and value.isdigit())
            found.add(normalise_phone(value).digits if number else f"{kind}:{value.casefold()}")
        return found


def read_people(lines: Iterable[str]) -> Iterator[Person]:
    """All people in these lines, also those without any number; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        text = unicodedata.normalize("NFKC", line).strip()[:LONGEST_LINE]
        if text:
            yield from _read_line(number, text)


def _read_line(number: int, text: str) -> Iterator[Person]:
    present, asked, first = Person(number, text), "", True
    same = _SAME.search(text) is not None
    for word in _words(_SAME.sub(" ", text)):
        label, rest = _labelled(word)
        asked = label or asked
        if not rest:
            continue
        kind, value = classify(rest, asked)
        asked = ""
        if kind and kind in present.numbers:
            yield _whole(present, same)
            present, first = Person(number, text, name="" if first else present.name), False
        if kind:
            present.numbers[kind] = value
        elif kind is None:
            present.odd.append(rest)
        elif not present.name and _NAME.fullmatch(rest):
            present.name = rest
        else:
            present.words.append(rest)
    yield _whole(present, same)


def _whole(person: Person, same: bool) -> Person:
    if same and MOBILE in person.numbers:
        person.numbers.setdefault(WECHAT, person.numbers[MOBILE])
    return person


def _words(text: str) -> list[str]:
    joined = _PARTED.sub(_joined, text)
    return [word for word in _CUT.split(joined) if word.strip(":：.。()[]-")]


def _joined(found: re.Match[str]) -> str:
    """The number in one piece, an extension behind a dash."""
    number = re.sub(r"[\s()]", "", found[0])
    return f" {re.sub('转|ext[.]?', '-', number)} "


def _labelled(word: str) -> tuple[str, str]:
    """The kind that a label before a number names, and what stands behind it."""
    for pattern, kind in _LABELS:
        found = pattern.match(word)
        if found is None:
            continue
        rest = word[found.end() :]
        # "wxid_abc" and "phoenix99" are accounts that begin like a label.
        if not rest or rest[0] in ":：" or (rest[0].isdigit() or not found[0].isascii()):
            return kind, rest.lstrip(":：").strip()
    return "", word


def classify(word: str, asked: str = "") -> tuple[str | None, str]:
    """The kind of a word and its one writing; "" for a word, None for digits that are no number.

    `asked` is the kind that a label before it named; it decides where the digits could be two things.
    """
    if asked == QQ or (asked == "" and word.isdigit()):
        digits = re.sub(r"\D", "", word)
    else:
        digits = ""
    if asked == QQ:
        return (QQ, digits) if _QQ.fullmatch(digits) else (None, word)
    phone = normalise_phone(word) if not re.search(r"[A-Za-z\u4e00-\u9fff]", word) else None
    if asked == WECHAT:
        if phone is not None and phone.kind == "mobile":
            return WECHAT, str(phone)
        return (WECHAT, word) if _ACCOUNT.fullmatch(word) else (None, word)
    if phone is not None and phone.kind == "mobile":
        return MOBILE, str(phone)
    sure = asked == PHONE or word.startswith(("0", "+")) or "-" in word or re.match(r"[48]00\d{7}$", word)
    if phone is not None and phone.kind != "unknown" and sure:
        return PHONE, str(phone)
    if _ADDRESS.fullmatch(word):
        return EMAIL, word
    if digits:
        # Eleven digits that begin with 1 are a mobile number with a slip of the finger.
        slip = len(digits) == 11 and digits[0] == "1"
        return (QQ, digits) if _QQ.fullmatch(digits) and not slip else (None, word)
    if _ACCOUNT.fullmatch(word) and (any(char.isdigit() or char in "_-" for char in word)):
        return WECHAT, word
    return (None, word) if sum(char.isdigit() for char in word) >= 5 else ("", word)
