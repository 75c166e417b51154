"""Telephone numbers as people type them in China, in one normal form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Phone:
    """A number: `digits` (with + before a foreign country), `kind`, `extension`."""

    digits: str
    kind: str
    extension: str = ""

    def __str__(self) -> str:
        return f"{self.digits}-{self.extension}" if self.extension else self.digits


_EXTENSION = re.compile(r"(?:转|ext\.?|x|#|分机)\s*(\d{1,6})$", re.I)
_FLOAT = re.compile(r"^\d+(?:\.\d+)?e\+?\d+$|^\d{5,}\.0+$", re.I)


def normalise_phone(raw: str) -> Phone:
    """The normal form; kind is mobile, landline, service, foreign or unknown."""
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    if _FLOAT.match(text):
        text = str(int(float(text)))
    extension = ""
    if found := _EXTENSION.search(text):
        extension, text = found[1], text[: found.start()]
    plus = text.lstrip(" (").startswith("+")
    if re.search(r"[^\d\s()+\-.·/—–]", text):
        return Phone(text, "unknown")
    if not extension and (found := re.fullmatch(r"\s*(\(?0\d{2,3}\)?[\s-]*\d{7,8}|\d{7,8})-(\d{1,6})\s*", text)):
        text, extension = found[1], found[2]
    digits = re.sub(r"\D", "", text)
    if digits.startswith("0086") and len(digits) > 12:
        digits, plus = digits[4:], False
    elif plus and digits.startswith("86"):
        digits, plus = digits[2:], False
    elif digits.startswith("86") and re.fullmatch(r"1[3-9]\d{9}", digits[2:]):
        digits = digits[2:]
    digits = re.sub(r"^(?:17951|12593|17911)(?=1[3-9]\d{9}$)", "", digits)
    if plus or (digits.startswith("00") and len(digits) > 8):
        number = digits.removeprefix("00")
        return Phone(f"+{number}", "foreign" if 6 <= len(number) <= 15 else "unknown", extension)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return Phone(digits, "mobile", extension)
    if re.fullmatch(r"(?:400|800)\d{7}", digits) or re.fullmatch(r"1\d{2,4}|9[56]\d{3,6}", digits):
        return Phone(digits, "service", extension)
    if re.fullmatch(r"(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8}", digits) and len(digits) in (10, 11) and not text.startswith("0"):
        digits = f"0{digits}"
    if re.fullmatch(r"0(?:10|2\d)\d{7,8}|0[3-9]\d{2}\d{7,8}", digits) or re.fullmatch(r"[2-9]\d{6,7}", digits):
        return Phone(digits, "landline", extension)
    return Phone(digits or text, "unknown", extension)


def display(phone: str) -> str:
    """Grouped for reading: 138 0013 8000, 0755-2345 6789, 400-820-8820."""
    digits, __, extension = phone.partition("-")
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        shown = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    elif re.fullmatch(r"(?:400|800)\d{7}", digits):
        shown = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    elif found := re.fullmatch(r"(010|02\d|0[3-9]\d{2})(\d{3,4})(\d{4})", digits):
        shown = f"{found[1]}-{found[2]} {found[3]}"
    else:
        shown = digits
    return f"{shown}-{extension}" if extension else shown


def mask(phone: str) -> str:
    """138****8000: the middle hidden."""
    digits = phone.partition("-")[0]
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def mask_email(address: str) -> str:
    """z***@example.com."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}"
