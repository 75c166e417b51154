"""Unified social credit codes and identity numbers."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.uscc import (
    Identity,
    check_identity,
    check_uscc,
    identity_check_sign,
    is_identity,
    is_uscc,
    uscc_check_sign,
)
from haike.refused import Refused

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.feature("X3")
@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216", "91440300708461136T"])
def test_real_codes_are_correct(code: str) -> None:
    assert check_uscc(code) == code
    assert is_uscc(f" {code[:4].lower()} {code[4:]} ")


@pytest.mark.feature("X3")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91440300708461136", "18 signs, this one has 17"),
        ("", "18 signs, this one has 0"),
        ("91440300708461136A", "check digit"),
        ("91440300708461136S", "“S” does not occur"),
        ("9I440300708461136T", "“I” does not occur"),
        ("914A0300708461136T", "six digits of a region"),
    ],
)
def test_wrong_codes_say_what_is_wrong(code: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check_uscc(code)
    assert not is_uscc(code)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("0123456789"), min_size=8, max_size=8),
    st.text(st.sampled_from(SIGNS), min_size=9, max_size=9),
)
def test_one_wrong_sign_is_always_noticed(first: str, second: str) -> None:
    code = first + second
    code += uscc_check_sign(code)

    assert is_uscc(code)
    for place in (0, 9, 16):
        other = SIGNS[(SIGNS.index(code[place]) + 1) % 31]
        assert not is_uscc(code[:place] + other + code[place + 1 :])


@pytest.mark.feature("F1")
def test_an_identity_number_tells_birthday_and_sex() -> None:
    assert check_identity("11010519491231002x", today=TODAY) == Identity(
        "11010519491231002X", date(1949, 12, 31), False, "110105"
    )
    assert check_identity("130503670401001", today=TODAY).number == "130503196704010016"
    assert check_identity("11010519491231002X", today=TODAY).masked == "110105********002X"


@pytest.mark.feature("F1")
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("110105194912310021", "check digit"),
        ("11010519491231002", "18 digits"),
        ("1101051949123100XX", "18 digits"),
        ("00010519491231002X", "no province"),
        ("110105194902300029", "birthday"),
        ("110105202712310020", "birthday"),
    ],
)
def test_wrong_identity_numbers_say_what_is_wrong(number: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check_identity(number, today=TODAY)
    assert not is_identity(number, today=TODAY)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_every_number_made_by_the_rule_is_correct(birthday: date, order: int) -> None:
    number = f"440301{birthday:%Y%m%d}{order:03d}"
    number += identity_check_sign(number)
    found = check_identity(number, today=TODAY)

    assert (found.birthday, found.male) == (birthday, order % 2 == 1)
