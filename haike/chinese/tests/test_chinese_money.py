"""Amounts in capital numerals."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.money import LARGEST, capital_amount
from haike.refused import Refused


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.feature("P31")
@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "零元整"),
        ("0.004", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1200", "壹仟贰佰元整"),
        ("10", "壹拾元整"),
        ("15", "壹拾伍元整"),
        # The examples in the rules of the People's Bank.
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100500", "壹拾万零伍佰元整"),
        ("10001", "壹万零壹元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("10010001.10", "壹仟零壹万零壹元壹角整"),
        ("1000000000000", "壹万亿元整"),
        ("1000000000000000", "壹仟万亿元整"),
        ("1234567890123456.78", "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌亿玖仟零壹拾贰万叁仟肆佰伍拾陆元柒角捌分"),
        ("-1200.05", "负壹仟贰佰元零伍分"),
        ("2.005", "贰元零壹分"),
    ],
)
def test_amounts(amount: str, said: str) -> None:
    assert capital_amount(Decimal(amount)) == f"人民币{said}"


@pytest.mark.parametrize("amount", [LARGEST + 1, Decimal("NaN"), Decimal("Infinity"), Decimal("-1e20")])
def test_what_cannot_be_said_is_refused(amount: Decimal) -> None:
    with pytest.raises(Refused, match="too large"):
        capital_amount(amount)


def _group(text: str) -> int:
    """A number below ten thousand, by adding digit times place."""
    return sum(
        "零壹贰叁肆伍陆柒捌玖".index(digit) * {"": 1, "拾": 10, "佰": 100, "仟": 1000}[place]
        for digit, place in re.findall("([壹贰叁肆伍陆柒捌玖])([拾佰仟]?)", text)
    )


def _below_a_hundred_million(text: str) -> int:
    high, ten_thousand, low = text.rpartition("万")
    return _group(high) * 10_000 + _group(low) if ten_thousand else _group(text)


def read_back(said: str) -> Decimal:
    """The number that capital numerals say; written apart from the function it checks."""
    body = said.removeprefix("人民币").removesuffix("整")
    sign = -1 if body.startswith("负") else 1
    body = body.removeprefix("负")
    yuan, has_yuan, rest = body.partition("元")
    if not has_yuan:
        yuan, rest = "", body
    high, has_high, low = yuan.rpartition("亿")
    whole = _below_a_hundred_million(high) * 10**8 if has_high else 0
    whole += _below_a_hundred_million(low if has_high else yuan)
    jiao = re.search("([壹贰叁肆伍陆柒捌玖])角", rest)
    fen = re.search("([壹贰叁肆伍陆柒捌玖])分", rest)
    tenths = "零壹贰叁肆伍陆柒捌玖".index(jiao[1]) if jiao else 0
    hundredths = "零壹贰叁肆伍陆柒捌玖".index(fen[1]) if fen else 0
    return sign * (whole + Decimal(tenths) / 10 + Decimal(hundredths) / 100)


@settings(deadline=None)
@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_amount_reads_back(fen: int) -> None:
    amount = Decimal(fen) / 100
    said = capital_amount(amount)

    assert read_back(said) == amount
    assert "零零" not in said
    assert said.endswith(("分", "整"))
    assert not re.search("零[拾佰仟万亿]", said)


@settings(deadline=None)
@given(st.integers(0, 10**7))
def test_small_amounts_with_many_noughts(number: int) -> None:
    amount = Decimal(int(f"{number % 100}000{number // 100}")) / 100

    assert read_back(capital_amount(amount)) == amount
