"""Reading what people type and what spreadsheets hold: dates, numbers, yes and no, plain text.

Used by forms, filters, API and import alike, so that a date that can be typed can also be imported. Each function takes
text or a cell; what cannot be read is Refused with a sentence that shows it.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused, Sentence
from haike.sheets.cell import CellError, cell_text

# Day 1 of spreadsheets is 1900-01-01; they count a 29 February 1900 that never was, so they seem to start two days
# before.
_SERIAL_START = date(1899, 12, 30)
# 3000 is 1908-03-18: smaller numbers are rather years or quantities.
_FIRST_SERIAL, _LAST_SERIAL = 3_000, 110_000
_FIRST_YEAR, _LAST_YEAR = 1800, 2299

_LONGEST = 100

_LINE_END = re.compile("\r\n|[\r\u2028\u2029\x85]")
_BREAK = re.compile(r"[ \t]*\n\s*")
# Controls, marks of direction, zero-width signs, halves of surrogate pairs, and characters that are none.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
# A joiner is dirt between Chinese characters, but part of some pictures (families, flags) and of other scripts.
_BETWEEN = "[\x00-\u02ff\u2e80-\ud7ff\uf900-\ufaff]"
_JOINER = re.compile(f"(?<={_BETWEEN})[\u200c\u200d]+|[\u200c\u200d]+(?={_BETWEEN}|$)")


def clean_text(value: object, *, lines: bool = False) -> str:
    """Text as it was meant: without invisible characters and outer blanks; one line unless `lines`.

    What can be seen stays as typed, full width too.
    """
    text = value if isinstance(value, str) else cell_text(value)
    # Whatever could be amiss cannot be printed, but for accents that stand apart from their letters.
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip()
    text = _LINE_END.sub("\n", text).replace("\u00a0", " ")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    if "\u200c" in text or "\u200d" in text:
        text = _JOINER.sub("", text)
    if lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return _BREAK.sub(" ", text).replace("\t", " ").strip()


def _plain(value: object) -> str:
    """Text with signs of full width and Chinese punctuation in their plain form, in lower case, blanks made one.

    What is longer than any date or number is nothing that can be read: long blanks would keep the patterns busy.
    """
    text = " ".join(unicodedata.normalize("NFKC", clean_text(value)).casefold().split())
    return text if len(text) <= _LONGEST else ""


def _no(sentence: Sentence) -> Refused:
    return Refused(sentence)


def _shown(value: object) -> str:
    text = str(value).strip()
    return text if len(text) <= 40 else text[:40] + "…"


# Dates

_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|"
        "nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = re.compile(
    r"[,，]?\s*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[.,]?)\s*"
)
_CHINESE_DATE = re.compile("[〇零一二三四五六七八九十]")
_PARTS = re.compile(r"(\d{1,4})\s*[-/.、年\s]\s*(\d{1,2})\s*[-/.、月\s]\s*(\d{1,4})\s*[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?[\s\-]*(\d{1,2})(?:st|nd|rd|th)?[\s,\-]+(\d{2}|\d{4})")
_NAMED_SECOND = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/]*([a-z]{3,9})\.?[\s,\-/]*(\d{2}|\d{4})")
_TIME = re.compile(
    r"(?:^|[t\s,日号]|(?<=\d)(?=[上下中晚早凌]))\s*(?P<before>上午|下午|中午|晚上|早上|凌晨|am|pm)?\s*(?P<hour>\d{1,2})\s*(?::|时|点)\s*"
    r"(?P<minute>\d{1,2})?\s*(?:(?::|分)\s*(?P<second>\d{1,2})?(?:\.\d+)?\s*秒?)?分?\s*(?P<after>am|pm)?\s*"
    r"(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?$"
)


def _bad_date(value: object) -> Refused:
    return _no(_("“%(text)s” is not a date; write it like 2026-11-21.") % {"text": _shown(value)})


def _day(year: int, month: int, day: int, value: object) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise _bad_date(value)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise _no(_("“%(text)s” is not a day that exists.") % {"text": _shown(value)}) from error


def _possible(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _full_year(year: int) -> int:
    """Two digits as spreadsheets read them: 00 to 29 in this century, 30 to 99 in the last."""
    return year if year > 99 else year + (2000 if year < 30 else 1900)


def _three_numbers(first: str, second: str, third: str, value: object) -> date:
    one, two, three = int(first), int(second), int(third)
    if len(first) >= 3:
        return _day(one, two, three, value)
    if len(third) >= 3:
        # 11/21/2026 as in America; the day first only where it cannot be a month.
        return _day(three, two, one, value) if one > 12 >= two else _day(three, one, two, value)
    readings = {
        date(_full_year(year), month, day)
        for year, month, day in ((one, two, three), (three, one, two))
        if _possible(_full_year(year), month, day)
    }
    if len(readings) > 1:
        raise _no(_("“%(text)s” can be read in two ways; write the year with four digits.") % {"text": _shown(value)})
    if not readings:
        raise _bad_date(value)
    return readings.pop()


def _from_serial(number: float, value: object) -> datetime:
    if not _FIRST_SERIAL <= number < _LAST_SERIAL:
        raise _bad_date(value)
    days = int(number)
    seconds = round((number - days) * 86_400)
    return datetime.combine(_SERIAL_START, time()) + timedelta(days=days, seconds=seconds)


def _chinese_numbers(text: str) -> str:
    """二〇二六年十一月二十一日 -> 2026年11月21日."""
    text = re.sub("(?<![一二三四五六七八九])十", "一十", text)
    text = re.sub("十(?=[一二三四五六七八九])", "", text)
    return text.replace("十", "〇").translate(_CHINESE_DIGITS)


def _date_of(text: str, value: object) -> date:
    """A day written in any usual way, without time."""
    text = _WEEKDAY.sub(" ", text).strip()
    if _CHINESE_DATE.search(text):
        text = _chinese_numbers(text)
    if found := _COMPACT.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]), value)
    if found := _PARTS.fullmatch(text):
        return _three_numbers(found[1], found[2], found[3], value)
    if found := _NAMED_FIRST.fullmatch(text):
        name, day, year = found[1], found[2], found[3]
    elif found := _NAMED_SECOND.fullmatch(text):
        day, name, year = found[1], found[2], found[3]
    else:
        raise _bad_date(value)
    if name not in _MONTHS:
        raise _bad_date(value)
    return _day(_full_year(int(year)), _MONTHS[name], int(day), value)


def _moment_of(value: object) -> datetime:
    """Day and time of a value that is no date object; midnight where no time is given."""
    if isinstance(value, bool):
        raise _bad_date(value)
    if isinstance(value, int | float | Decimal):
        number = float(value)
        if 18_000_101 <= number <= 22_991_231 and number.is_integer():
            return datetime.combine(_date_of(str(int(number)), value), time())
        return _from_serial(number, value)
    text = _plain(value)
    if re.fullmatch(r"\d{4,6}(?:\.\d+)?", text):
        return _from_serial(float(text), value)
    found = _TIME.search(text)
    if found is None or not found.start():
        return datetime.combine(_date_of(text, value), time())
    head = text[: found.start()] + text[found.start() : found.start() + 1].strip(" t,")
    return _with_time(_date_of(head.strip().rstrip(","), value), found, value)


def _with_time(day: date, found: re.Match[str], value: object) -> datetime:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    said = found["before"] or found["after"]
    if said in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    elif said in ("上午", "早上", "凌晨", "am") and hour == 12:
        hour = 0
    elif said == "中午" and hour < 3:
        hour += 12
    extra = timedelta()
    if hour == 24 and minute == second == 0:
        hour, extra = 0, timedelta(days=1)
    try:
        moment = datetime.combine(day, time(hour, minute, second)) + extra
    except ValueError as error:
        raise _no(_("“%(text)s” is not a time that exists.") % {"text": _shown(value)}) from error
    return moment.replace(tzinfo=_zone(found["zone"]))


def _zone(said: str | None) -> tzinfo | None:
    if not said:
        return None
    if said[0] not in "+-":
        return UTC
    minutes = int(said[1:3]) * 60 + int(said[-2:])
    return timezone(timedelta(minutes=minutes if said[0] == "+" else -minutes)) if minutes < 1440 else None


def _check(value: object) -> None:
    if isinstance(value, CellError):
        raise Refused(value.why)


def parse_date(value: object) -> date:
    """A day: 2026-11-21, 2026/11/21, 2026年11月21日, 20261121, 11/21/2026, 21-Nov-26, 45987; a time is left out."""
    _check(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return _moment_of(value).date()


def parse_datetime(value: object) -> datetime:
    """A day with its time, midnight where none is given; with a time zone only where the text names one."""
    _check(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return _moment_of(value)


# Numbers

_UNITS = {
    "": Decimal(1), "百": Decimal(10) ** 2, "千": Decimal(10) ** 3, "k": Decimal(10) ** 3, "万": Decimal(10) ** 4,
    "w": Decimal(10) ** 4, "十万": Decimal(10) ** 5, "百万": Decimal(10) ** 6, "千万": Decimal(10) ** 7,
    "亿": Decimal(10) ** 8, "十亿": Decimal(10) ** 9, "百亿": Decimal(10) ** 10, "千亿": Decimal(10) ** 11,
    "万亿": Decimal(10) ** 12,
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<sign>[+-]?)(?:rmb|cny|usd|人民币|美元|[¥$€£])?(?P<inner>[+-]?)"
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,4}(?:,\d{4})+|\d+)?(?P<fraction>\.\d*)?(?P<exponent>e[+-]?\d{1,2})?"
    r"(?P<unit>[十百千万]?亿|万亿|[十百千]?万|[百千kw])?(?:元整?|圆整?|块钱?|人民币|rmb|cny|美元)?(?P<percent>%?)"
)
_MOST_DIGITS = 30


def _bad_number(value: object) -> Refused:
    return _no(_("“%(text)s” is not a number.") % {"text": _shown(value)})


def parse_decimal(value: object) -> Decimal:
    """A number: 1,234.56, ¥1 234, １２３, 1.2万, 3.5亿元, (123) for minus 123, 12% for 0.12."""
    _check(value)
    if isinstance(value, bool | date | time | timedelta):
        raise _bad_number(value)
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int):
        number = Decimal(value)
    elif isinstance(value, float):
        # Fifteen figures are what a spreadsheet keeps: 0.1 + 0.2 is 0.3 there.
        number = Decimal(f"{value:.15g}")
    else:
        number = _amount_of(_plain(value), value)
    if not number.is_finite() or (number and abs(number.adjusted()) > _MOST_DIGITS):
        raise _bad_number(value)
    return Decimal(f"{number:f}")


def _amount_of(text: str, value: object) -> Decimal:
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text).replace("、", ",").replace("'", "")
    text = re.sub(r"(?<=\d)\s+(?=\d{3}(?:\D|$))|(?<=\D)\s+|\s+(?=\D)|^\s+|\s+$", "", text)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    elif text.endswith("-") and len(text) > 1:
        negative, text = True, text[:-1]
    found = _AMOUNT.fullmatch(text)
    if not found or not (found["number"] or len(found["fraction"] or "") > 1) or (found["sign"] and found["inner"]):
        raise _bad_number(value)
    digits = (found["number"] or "0").replace(",", "") + (found["fraction"] or "").rstrip(".")
    if len(digits) > 2 * _MOST_DIGITS:
        raise _bad_number(value)
    number = Decimal(digits + (found["exponent"] or ""))
    number *= _UNITS[found["unit"] or ""]
    if found["percent"]:
        number /= 100
    if (found["sign"] or found["inner"]) == "-":
        number = -number
    return -number if negative else number


def parse_int(value: object) -> int:
    """A whole number; 5.0 is one, 5.5 is Refused."""
    number = parse_decimal(value)
    if number != number.to_integral_value():
        raise _no(_("“%(text)s” is not a whole number.") % {"text": _shown(value)})
    return int(number)


# Yes and no

_YES = frozenset("是 对 有 真 开 启用 需要 已 √ ✓ ✔ ☑ ✅ 1 y yes t true on ok 1.0 ●".split())
_NO = frozenset("否 不 不是 错 无 没有 假 关 停用 不需要 未 × ✗ ✘ ✕ ☐ ❌ 0 n no f false off 0.0 ○ -".split())


def parse_bool(value: object) -> bool:
    """Yes or no: 是, √, yes, true, 1; 否, ×, no, false, 0."""
    _check(value)
    if isinstance(value, bool):
        return value
    text = _plain(value)
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise _no(_("“%(text)s” is neither yes nor no; write 是 or 否.") % {"text": _shown(value)})
