"""Dates, numbers, yes and no, and text as people write them."""

# ruff: noqa: DTZ001 - spreadsheets hold the time of the wall clock, without a zone.

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.refused import Refused
from haike.sheets.cell import formula_error
from haike.sheets.values import clean_text, parse_bool, parse_date, parse_datetime, parse_decimal, parse_int

DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.feature("P17")
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "2026年11月21日",
        "2026 年 11 月 21 日",
        "20261121",
        20261121,
        20261121.0,
        "11/21/2026",
        "21/11/2026",
        "21-Nov-26",
        "21 November 2026",
        "Nov 21, 2026",
        "Sat Nov 21 2026",
        "２０２６－１１－２１",
        "２０２６年１１月２１日",
        "二〇二六年十一月二十一日",
        "2026-11-21 星期六",
        "2026年11月21日（周六）",
        "26-11-21",
        "11/21/26",
        "46347",
        46347,
        46347.0,
        46347.75,
        "2026-11-21 18:30",
        "2026-11-21T18:30:00Z",
        date(2026, 11, 21),
        datetime(2026, 11, 21, 18, 30),
        " 2026-11-21\u200b ",
    ],
)
def test_one_day_in_many_spellings(text: object) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-30", "not a day that exists"),
        ("2026-13-01", "not a day that exists"),
        ("2025年2月29日", "not a day that exists"),
        ("20261301", "not a day that exists"),
        ("05/06/07", "two ways"),
        ("2026", "not a date"),
        (2026, "not a date"),
        ("11-21", "not a date"),
        ("2026年11月", "not a date"),
        ("1", "not a date"),
        ("9999999", "not a date"),
        ("0026-11-21", "not a date"),
        ("明天", "not a date"),
        ("", "not a date"),
        (None, "not a date"),
        (True, "not a date"),
        (float("nan"), "not a date"),
        (float("inf"), "not a date"),
        ("2026-11-21" + " " * 100_000 + "x", "not a date"),
    ],
)
def test_what_is_no_date(text: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse_date(text)


@pytest.mark.feature("P17")
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 13:05",
        "2026/11/21 13:05:00",
        "2026-11-21T13:05:00.000",
        "2026-11-21，13:05",
        "2026年11月21日13时05分",
        "2026年11月21日 13点5分",
        "2026年11月21日 下午1:05",
        "2026-11-21 1:05 PM",
        "20261121 13:05",
        "２０２６－１１－２１　１３：０５",
        46347.5451388889,
        "46347.5451388889",
        datetime(2026, 11, 21, 13, 5),
    ],
)
def test_one_moment_in_many_spellings(text: object) -> None:
    assert parse_datetime(text) == datetime(2026, 11, 21, 13, 5)


def test_moments_with_zones_and_at_the_edges_of_the_day() -> None:
    east = timezone(timedelta(hours=8))

    assert parse_datetime("2026-11-21T13:05:00Z") == datetime(2026, 11, 21, 13, 5, tzinfo=UTC)
    assert parse_datetime("2026-11-21 13:05:00+08:00") == datetime(2026, 11, 21, 13, 5, tzinfo=east)
    assert parse_datetime("2026-11-21") == datetime(2026, 11, 21)
    assert parse_datetime(DAY) == datetime(2026, 11, 21)
    assert parse_datetime("2026-11-21 24:00") == datetime(2026, 11, 22)
    assert parse_datetime("2026-11-21 上午12:30") == datetime(2026, 11, 21, 0, 30)
    assert parse_datetime("2026-11-21 凌晨3点") == datetime(2026, 11, 21, 3)
    with pytest.raises(Refused, match="not a time that exists"):
        parse_datetime("2026-11-21 25:00")
    with pytest.raises(Refused, match="not a date"):
        parse_datetime("13:05")


@settings(deadline=None)
@given(st.dates(date(1908, 4, 1), date(2150, 12, 31)))
def test_every_day_reads_back_from_every_spelling(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    spellings: list[object] = [
        day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", f"{day:%d %b %Y}",
        f"{day:%B} {day.day}, {day.year}", serial, float(serial), str(serial),
    ]  # fmt: skip

    assert {parse_date(spelling) for spelling in spellings} == {day}


@settings(deadline=None)
@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)))
def test_every_second_reads_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)

    assert parse_datetime(str(moment)) == moment
    assert parse_datetime(serial) == moment


@pytest.mark.feature("P17")
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.56", "1234.56"),
        ("1，234.56", "1234.56"),
        ("¥1,234.56", "1234.56"),
        ("￥ 1 234.56", "1234.56"),
        ("RMB 1,234.56元", "1234.56"),
        ("１２３４．５６", "1234.56"),
        ("1.2万", "12000"),
        ("1.2 万元", "12000"),
        ("3.5亿", "350000000"),
        ("2千万", "20000000"),
        ("10w", "100000"),
        ("5K", "5000"),
        ("(123.5)", "-123.5"),
        ("（123.5）", "-123.5"),
        ("-¥123.5", "-123.5"),
        ("−123.5", "-123.5"),
        ("123.5-", "-123.5"),
        ("12%", "0.12"),
        ("12.5％", "0.125"),
        ("1,2345,6789", "123456789"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.38E+10", "13800000000"),
        (0.1 + 0.2, "0.3"),
        (5.0, "5"),
        (7, "7"),
        (Decimal("7.10"), "7.10"),
    ],
)
def test_one_number_in_many_spellings(text: object, number: str) -> None:
    assert parse_decimal(text) == Decimal(number)
    assert "E" not in str(parse_decimal(text))


@pytest.mark.parametrize(
    "text",
    [
        "", None, "abc", "1,23", "1.234,56", "1 23", "--5", "-¥-5", ".", "-", "NaN", "Infinity", "1e99", "1" * 80,
        "十", "0x10", "1_000", True, float("nan"), float("inf"), 1e300, DAY, "5" + " " * 100_000 + "x",
    ],
)  # fmt: skip
def test_what_is_no_number(text: object) -> None:
    with pytest.raises(Refused, match="is not a number"):
        parse_decimal(text)


@settings(deadline=None)
@given(st.decimals(-(10**15), 10**15, places=2))
def test_every_amount_reads_back(number: Decimal) -> None:
    assert parse_decimal(f"{number:,.2f}") == number
    assert parse_decimal(f"￥{number}") == number
    assert parse_decimal(f"{number}万") == number * 10_000


def test_whole_numbers() -> None:
    assert parse_int("1.2万") == 12_000
    assert parse_int(5.0) == 5
    with pytest.raises(Refused, match="not a whole number"):
        parse_int("5.5")


@pytest.mark.feature("P17")
def test_yes_and_no() -> None:
    for text in ("是", "√", "✓", "yes", "Y", "TRUE", "1", 1, 1.0, True, "Ｙ", "有", "对"):
        assert parse_bool(text) is True
    for text in ("否", "×", "no", "N", "false", "0", 0, 0.0, False, "无"):
        assert parse_bool(text) is False
    for text in ("", "x", "maybe", "2"):
        with pytest.raises(Refused, match="neither yes nor no"):
            parse_bool(text)


@pytest.mark.parametrize("parse", [parse_date, parse_datetime, parse_decimal, parse_int, parse_bool])
def test_a_failed_formula_is_refused_with_its_reason(parse: Callable[[object], object]) -> None:
    with pytest.raises(Refused, match="#N/A"):
        parse(formula_error("#N/A"))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  王\u200b小明\ufeff ", "王小明"),
        ("王\u200d总", "王总"),
        ("\u3000海客\u00a0", "海客"),
        ("\u202d138\u202c", "138"),
        ("a\x00b\x07c", "abc"),
        ("\ud800x", "x"),
        ("一\r\n二", "一 二"),
        ("a\tb", "a b"),
        ("深圳\u3000市", "深圳\u3000市"),
        ("（ＡＢＣ）", "（ＡＢＣ）"),
        ("e\u0301", "é"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        (13800138000.0, "13800138000"),
        (0.1 + 0.2, "0.3"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"),
        (datetime(2026, 11, 21), "2026-11-21"),
        (datetime(2026, 11, 21, 13, 5), "2026-11-21 13:05:00"),
        (None, ""),
    ],
)
def test_clean_text(text: object, clean: str) -> None:
    assert clean_text(text) == clean


def test_clean_text_of_several_lines() -> None:
    assert clean_text(" 一 \r\n\n 二\u2028三\n\n", lines=True) == "一\n\n 二\n三"


@settings(deadline=None)
@given(st.text(max_size=60), st.booleans())
def test_clean_text_is_stable_and_storable(text: str, lines: bool) -> None:
    clean = clean_text(text, lines=lines)

    assert clean_text(clean, lines=lines) == clean
    clean.encode()
    assert "\x00" not in clean
    assert lines or "\n" not in clean


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_breaks_a_parser(text: str) -> None:
    for parse in (parse_date, parse_datetime, parse_decimal, parse_int, parse_bool):
        with contextlib.suppress(Refused):
            parse(text)
