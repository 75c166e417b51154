"""Reading dates, numbers and words as people write them; used by forms, import and API alike."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from haike.kernel.refused import Refused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_YES = {"是", "对", "有", "真", "√", "✓", "✔", "yes", "y", "true", "1", "on"}
_NO = {"否", "不", "无", "没有", "假", "×", "✗", "no", "n", "false", "0", "off", ""}
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_UNITS = {"千": 1_000, "万": 10_000, "亿": 100_000_000, "k": 1_000}
_EPOCH = date(1899, 12, 30)


def clean_text(text: str, *, lines: bool = False) -> str:
    """What was typed without control and direction characters and outer blanks; one line unless `lines`."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        text = re.sub(r"[\n\t\u2028\u2029]+", " ", text)
    return text.encode("utf-8", "ignore").decode().strip()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def parse_date(text: str) -> date:
    """2026-11-21, 2026/11/21, 2026.11.21, 2026年11月21日, 20261121, 11/21/2026, 21-Nov-26, 45987."""
    moment = _plain(text)
    moment = re.split(r"[T ](?=\d{1,2}:)", moment)[0]
    try:
        if found := re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", moment):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", moment):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", moment):
            month, day = int(found[1]), int(found[2])
            return date(int(found[3]), *((day, month) if month > 12 else (month, day)))
        if found := re.fullmatch(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ,]+(\d{2}|\d{4})", moment):
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            return date(year, _MONTHS[found[2].lower()], int(found[1]))
        if found := re.fullmatch(r"(\d{5})(?:\.\d+)?", moment):
            return _EPOCH + timedelta(days=int(found[1]))
    except (ValueError, KeyError) as error:
        raise Refused(_("“%(text)s” is not a day of the calendar.") % {"text": text[:40]}) from error
    raise Refused(_("“%(text)s” is not a date; write it like 2026-11-21.") % {"text": text[:40]})


def parse_datetime(text: str) -> datetime:
    """A date with a time of day, 2026-11-21 14:30; without one midnight. ISO forms keep their zone."""
    plain = _plain(text)
    if "T" in plain:
        try:
            return datetime.fromisoformat(plain.replace("Z", "+00:00"))
        except ValueError:
            pass
    day, __, rest = plain.partition(" ") if ":" in plain else (plain, "", "")
    if ":" in plain and not rest:
        raise Refused(_("“%(text)s” is not a time; write it like 2026-11-21 14:30.") % {"text": text[:40]})
    found_time = time()
    if rest:
        found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?", rest.strip())
        if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
            raise Refused(_("“%(text)s” is not a time; write it like 2026-11-21 14:30.") % {"text": text[:40]})
        found_time = time(int(found[1]), int(found[2]), int(found[3] or 0))
    return datetime.combine(parse_date(day), found_time)


def parse_decimal(text: str) -> Decimal:
    """1,234.56, ￥1234, 1.2万, 3.5亿, 15%, (12.50) for minus."""
    plain = _plain(text).lower().replace(",", "").replace(" ", "").strip("¥￥元$rmbcny")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()")
    factor = Decimal(1)
    if plain.endswith("%"):
        plain, factor = plain[:-1], Decimal("0.01")
    elif plain and plain[-1] in _UNITS:
        plain, factor = plain[:-1], Decimal(_UNITS[plain[-1]])
    try:
        if len(plain) > 40 or not plain.isascii():
            raise InvalidOperation
        number = Decimal(plain) * factor
    except InvalidOperation as error:
        raise Refused(_("“%(text)s” is not a number.") % {"text": text[:40]}) from error
    return -number if negative else number


def parse_int(text: str) -> int:
    """A whole number."""
    number = parse_decimal(text)
    if not number.is_finite() or number != number.to_integral_value():
        raise Refused(_("“%(text)s” is not a whole number.") % {"text": text[:40]})
    return int(number)


def parse_bool(text: str) -> bool:
    """是/否, yes/no, √/×, 1/0."""
    plain = _plain(text).lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise Refused(_("“%(text)s” is neither yes nor no.") % {"text": text[:40]})
