"""Telephone numbers as people and spreadsheets write them, brought to one form.

One form, so that a number is found and known again: the digits as dialled within China, an extension behind a comma
("13800138000", "075523456789,801", "4008001234"); numbers of other countries with + and the country code.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from django.utils.translation import gettext_lazy as _

from haike.refused import Sentence

Kind = Literal["mobile", "landline", "service", "foreign", "unknown"]

_MOBILE = re.compile(r"1[3-9]\d{9}")
# Area codes: 010, 02x, and four digits from 03xx to 09xx; a subscriber's number has 7 or 8 digits and begins with
# 2 to 8.
_LANDLINE = re.compile(r"(0(?:10|2[0-57-9]|[35-79]\d\d|4(?!0)\d\d|8(?![06])\d\d))([2-8]\d{6,7})")
_WITHOUT_NOUGHT = re.compile(r"10[2-8]\d{7}|2[0-57-9][2-8]\d{7}|(?:[35-79]\d\d|4(?!0)\d\d|8(?![06])\d\d)[2-8]\d{6,7}")
_LOCAL = _SUBSCRIBER = re.compile(r"[2-8]\d{6,7}")
# 400 and 800 numbers, hot lines of companies and offices, emergency calls.
_SERVICE = re.compile(
    r"(?:400|800)\d{7}|95\d{3,6}|96\d{3,5}|100\d{2}|101\d{2}|118\d{2,3}|12\d{3}|11\d|12[0-2]|106\d{8,15}"
)
# Prefixes for cheap long-distance calls, dialled before the number.
_CARRIER = re.compile(r"(?:17951|17911|17909|17950|17901|12593|10193|11808|17969|17900)(?=0?1[3-9]\d{9}$|0\d{9,11}$)")
_COUNTRY = re.compile(
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|21[1-8]|2[2-69]\\d|35\\d|37\\d|38\\d|42\\d|50\\d|59\\d|"
    "6[7-9]\\d|80[08]|85\\d|87\\d|88\\d|96\\d|97\\d|99\\d"
)
_EXTENSION = re.compile(
    r"^(?P<number>.*\d.*?)\s*(?:[,;*#]|转接?|分机号?|内线|ext(?:ension)?\.?|x)[\s:.]*(?P<extension>\d{1,6})[#\s)]*$",
    re.IGNORECASE,
)
_DASHED_EXTENSION = re.compile(r"(?P<number>.*\d)\s*-\s*(?P<extension>\d{1,6})")
# Where a dash surely parts the extension: the number before it is whole.
_WHOLE = re.compile(r"\(?(?:\+?86[\s-]*)?(?:0\d{2,3}[\s)-]+)?[2-8](?:\d{6,7}|\d{2,3}[ ]\d{4})")
_SPOILT = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
_FLOAT = re.compile(r"(\d{3,15})\.0+")
_LONGEST = 120
_SHORT = 24
"""Whatever has fewer characters is worth remembering."""
# Signs that part the digits of one number, and whatever else stands around it (手机:, 微信同号).
_DASHES = re.compile(r"[‐‑‒–—―−ー~～_]+")
_SEVERAL = re.compile(r"[/、，,;；|\n\r]+|\s+(?:或|和|及|or|and)\s+|[或和及]")
_OUTSIDE = re.compile(r"[^\d+\-\s().]+")


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number: `digits` with the country code and without +, or as dialled for a service number.

    `str()` is the form in which it is stored and compared.
    """

    digits: str
    kind: Kind
    extension: str = ""

    @property
    def number(self) -> str:
        """The number as dialled within China, + and country code for others; without the extension."""
        if self.kind == "mobile":
            return self.digits[2:]
        if self.kind == "landline" and self.digits.startswith("86") and len(self.digits) > 8:
            return f"0{self.digits[2:]}"
        return f"+{self.digits}" if self.kind == "foreign" else self.digits

    @property
    def international(self) -> str:
        """+8613800138000; empty for numbers that cannot be called from abroad."""
        known = self.kind in ("mobile", "foreign") or (self.kind == "landline" and len(self.digits) > 8)
        return f"+{self.digits}" if known else ""

    def __str__(self) -> str:
        return f"{self.number},{self.extension}" if self.extension else self.number


def _plain(char: str) -> str:
    """Digits of other scripts as ASCII, invisible characters gone."""
    if unicodedata.category(char) in ("Cf", "Cc") and char not in "\n\t":
        return ""
    return str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char


def _as_text(raw: object) -> str:
    """What was typed or stood in a cell as plain text; numbers without the fraction that spreadsheets give them."""
    if isinstance(raw, bool) or raw is None:
        return ""
    if isinstance(raw, float):
        return f"{raw:.0f}" if abs(raw) < 1e18 else ""
    # Letters and digits of full width become plain, direction marks of copied numbers go.
    text = unicodedata.normalize("NFKC", str(raw))
    if not text.isascii():
        text = "".join(_plain(char) for char in text)
    return _DASHES.sub("-", text).strip().lstrip("'").strip()


def _unspoil(text: str) -> tuple[str, bool]:
    """A number that a spreadsheet turned into 1.3800138E+10 or 13800138000.0, and whether digits were lost for good."""
    if _SPOILT.fullmatch(text):
        value = Decimal(text)
        if value >= Decimal(10) ** 15:
            return "", True
        # Spreadsheets show six figures: 1.38001E+10 stands for any of 100 000 numbers.
        return f"{value:.0f}", len(value.as_tuple().digits) <= 6
    plain = _FLOAT.fullmatch(text)
    return (plain[1] if plain else text), False


def complaint(text: str) -> Sentence:
    """Why a text is no telephone number."""
    if _unspoil(_as_text(text)[:_LONGEST])[1]:
        said = _("“%(text)s” has lost its last figures. Make the column in the sheet text and enter the number again.")
    else:
        said = _("“%(text)s” is not a telephone number.")
    return said % {"text": text[:40]}


def _foreign(digits: str) -> bool:
    return 7 <= len(digits) <= 15 and _COUNTRY.match(digits) is not None


def _classify(text: str, area: str) -> tuple[str, Kind]:
    """Digits with country code, and kind."""
    plus = text.lstrip(" (").startswith("+")
    digits = re.sub(r"\D", "", text)
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if plus and not digits.startswith("86"):
        return (digits, "foreign") if _foreign(digits) else (digits, "unknown")
    if plus or (digits.startswith("86") and len(digits) > 11):
        digits = digits[2:]
        if _WITHOUT_NOUGHT.fullmatch(digits):
            digits = f"0{digits}"
    digits = _CARRIER.sub("", digits)
    if re.fullmatch(r"01[3-9]\d{9}", digits):
        # A nought before a mobile number was dialled for calls to other towns.
        digits = digits[1:]
    if _MOBILE.fullmatch(digits):
        return f"86{digits}", "mobile"
    if _SERVICE.fullmatch(digits):
        return digits, "service"
    if _LANDLINE.fullmatch(digits):
        return f"86{digits[1:]}", "landline"
    if _WITHOUT_NOUGHT.fullmatch(digits):
        # A spreadsheet took the number for a quantity and dropped the nought of the area code.
        return f"86{digits}", "landline"
    if _LOCAL.fullmatch(digits):
        return (f"86{area.lstrip('0')}{digits}" if area else digits), "landline"
    return digits, "unknown"


def normalise_phone(raw: object, *, area: str = "") -> Phone:
    """A telephone number in its one form; kind "unknown" when it is none.

    `area` is the area code for numbers written without one, such as "0755".
    """
    if type(raw) is str and len(raw) < _SHORT and not area:
        return _short(raw)
    return _normalise(raw, area)


@lru_cache(maxsize=8_000)
def _short(raw: str) -> Phone:
    """Each number of an import is asked for half a dozen times: read, checked, shown, and compared with others."""
    return _normalise(raw, "")


def _normalise(raw: object, area: str) -> Phone:
    if type(raw) is str and raw.isascii():
        # As nearly all are written; the same comes of them below, ten times as slowly.
        if not raw:
            return Phone("", "unknown")
        if _MOBILE.fullmatch(raw):
            return Phone(f"86{raw}", "mobile")
        code, dash, rest = raw.partition("-")
        if _LANDLINE.fullmatch(code + rest) and (not dash or _SUBSCRIBER.fullmatch(rest)):
            return Phone(f"86{code[1:]}{rest}", "landline")
    # Nothing longer is a number, and the patterns take their time over long texts.
    text, spoilt = _unspoil(_as_text(raw)[:_LONGEST])
    if spoilt:
        return Phone(re.sub(r"\D", "", text), "unknown")
    said = _EXTENSION.match(text)
    if said and _count(said["number"]) >= 7:
        digits, kind = _classify(_one_number(said["number"]), area)
        return Phone(digits, kind, said["extension"] if kind != "unknown" else "")
    text = _one_number(text).strip()
    dashed = _DASHED_EXTENSION.fullmatch(text)
    whole = Phone(*_classify(text, area))
    if dashed and _count(dashed["number"]) >= 7 and (whole.kind == "unknown" or _WHOLE.fullmatch(dashed["number"])):
        digits, kind = _classify(dashed["number"], area)
        if kind != "unknown":
            return Phone(digits, kind, dashed["extension"])
    return whole


def _count(text: str) -> int:
    """How many digits."""
    return sum(char.isdigit() for char in text)


def _one_number(text: str) -> str:
    """The text without the words around its number; two numbers in one text stay together and are no number."""
    pieces = [piece for piece in _OUTSIDE.split(text) if _count(piece)]
    if len(pieces) > 1:
        long = [piece for piece in pieces if _count(piece) >= 7]
        return long[0] if len(long) == 1 else "".join(pieces)
    return pieces[0] if pieces else ""


def find_phones(text: str, *, area: str = "") -> list[Phone]:
    """All numbers in a text that may hold several: "13800138000/0755-23456789 转 801"."""
    found: list[Phone] = []
    whole = normalise_phone(text, area=area)
    for part in [text] if whole.kind != "unknown" else _SEVERAL.split(_as_text(text)):
        phone = normalise_phone(part, area=area)
        if phone.kind != "unknown":
            found.append(phone)
        else:
            found += [p for p in (normalise_phone(word, area=area) for word in part.split()) if p.kind != "unknown"]
    return list(dict.fromkeys(found))


def _grouped(digits: str) -> str:
    """Digits in groups that can be read: 2345 6789, 234 5678, 415 555 2671."""
    if len(digits) <= 5:
        return digits
    if len(digits) == 10:
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    return f"{digits[:-4]} {digits[-4:]}"


@lru_cache(maxsize=20_000)
def display(phone: Phone | str) -> str:
    """For reading: 138 0013 8000, 0755-2345 6789, 400-800-1234, +852 2345 6789; the extension behind a dash."""
    if isinstance(phone, str):
        known = normalise_phone(phone)
        if known.kind == "unknown":
            return phone
        phone = known
    number = phone.number
    if phone.kind == "mobile":
        shown = f"{number[:3]} {number[3:7]} {number[7:]}"
    elif phone.kind == "landline":
        parted = _LANDLINE.fullmatch(number)
        shown = f"{parted[1]}-{_grouped(parted[2])}" if parted else _grouped(number)
    elif phone.kind == "service" and len(number) == 10:
        shown = f"{number[:3]}-{number[3:6]}-{number[6:]}"
    elif phone.kind == "foreign":
        country = _country(phone.digits)
        shown = f"+{country} {_grouped(phone.digits[len(country) :])}"
    else:
        shown = number
    if not phone.extension:
        return shown
    # Behind other numbers a dash would read as part of them.
    dash = phone.kind in ("mobile", "landline") or len(number) == 10
    return f"{shown}{'-' if dash and phone.kind != 'foreign' else ' ext. '}{phone.extension}"


def _country(digits: str) -> str:
    for length in (3, 2, 1):
        if _COUNTRY.fullmatch(digits[:length]):
            return digits[:length]
    return digits[:3]


def mask(phone: Phone | str) -> str:
    """138****8000, 0755-****6789: enough to know a number again, too little to dial it."""
    if isinstance(phone, str):
        known = normalise_phone(phone)
        if known.kind == "unknown":
            return _mask_text(phone)
        phone = known
    number = phone.number
    if phone.kind == "mobile":
        return f"{number[:3]}****{number[-4:]}"
    parted = _LANDLINE.fullmatch(number)
    if parted:
        return f"{parted[1]}-****{number[-4:]}"
    if phone.kind == "foreign":
        return f"+{_country(phone.digits)} ****{number[-4:]}"
    return _mask_text(number)


def _mask_text(text: str) -> str:
    """The middle hidden; of short texts all but the last two characters, or everything."""
    if len(text) >= 10:
        return f"{text[:3]}****{text[-4:]}"
    return f"****{text[-2:]}" if len(text) > 4 else "****"


def mask_email(address: str) -> str:
    """z***@example.com: the first letter and the house."""
    local, at, house = address.rpartition("@")
    if not at:
        return _mask_text(address)
    return f"{local[:1] if len(local) > 1 else ''}***@{house}"
