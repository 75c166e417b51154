"""The lunar calendar."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.lunar import (
    LunarDate,
    check_lunar,
    day_in_year,
    display,
    next_birthday,
    parse_lunar,
    to_lunar,
    to_solar,
)
from haike.refused import Refused


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.feature("A1", "G10")
@pytest.mark.parametrize(
    ("solar", "lunar"),
    [
        (date(2026, 2, 17), LunarDate(2026, 1, 1)),
        (date(2026, 9, 25), LunarDate(2026, 8, 15)),
        (date(2025, 1, 28), LunarDate(2024, 12, 29)),
        (date(2024, 2, 10), LunarDate(2024, 1, 1)),
        (date(2025, 7, 25), LunarDate(2025, 6, 1, True)),
        (date(2023, 3, 22), LunarDate(2023, 2, 1, True)),
        (date(2033, 12, 22), LunarDate(2033, 11, 1, True)),
        (date(1900, 1, 31), LunarDate(1900, 1, 1)),
    ],
)
def test_known_days(solar: date, lunar: LunarDate) -> None:
    assert to_lunar(solar) == lunar
    assert to_solar(lunar) == solar


@settings(deadline=None)
@given(st.dates(date(1860, 1, 1), date(2190, 12, 31)))
def test_there_and_back(day: date) -> None:
    lunar = to_lunar(day)

    assert to_solar(lunar) == day
    tomorrow = to_lunar(day + timedelta(days=1))
    assert tomorrow.day in (1, lunar.day + 1)


@pytest.mark.feature("G10", "C18")
def test_next_birthday() -> None:
    assert next_birthday(8, 15, False, date(2026, 9, 24)) == date(2026, 9, 25)
    assert next_birthday(8, 15, False, date(2026, 9, 25)) == date(2026, 9, 25)
    assert next_birthday(8, 15, False, date(2026, 9, 26)) == date(2027, 9, 15)
    # Between New Year and the lunar New Year the lunar year is still the old one.
    assert next_birthday(12, 23, False, date(2027, 1, 5)) == date(2027, 1, 30)


def test_days_that_a_year_does_not_have_are_kept_the_day_before() -> None:
    # The twelfth month of 2024 has 29 days: New Year's Eve is the 29th.
    assert day_in_year(2024, 12, 30) == date(2025, 1, 28)
    # 2026 has no leap month, so the birthday in the leap sixth month is kept in the sixth.
    assert day_in_year(2026, 6, 1, leap=True) == day_in_year(2026, 6, 1)
    assert day_in_year(2025, 6, 1, leap=True) == date(2025, 7, 25)
    with pytest.raises(Refused, match="2024"):
        to_solar(LunarDate(2024, 12, 30))


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 30), st.booleans(), st.dates(date(1900, 1, 1), date(2150, 1, 1)))
def test_the_next_birthday_is_never_past_nor_far(month: int, day: int, leap: bool, today: date) -> None:
    kept = next_birthday(month, day, leap, today)

    assert today <= kept <= today + timedelta(days=385)


def test_how_it_is_said() -> None:
    with translation.override("zh-hans"):
        assert display(8, 15) == "农历八月十五"
        assert display(6, 1, True) == "农历闰六月初一"
        assert display(12, 30) == "农历腊月三十"
        assert display(11, 20) == "农历冬月二十"
    assert display(6, 1, True) == "lunar leap 6/1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("农历八月十五", (8, 15, False)),
        ("八月十五", (8, 15, False)),
        ("8-15", (8, 15, False)),
        ("８月１５日", (8, 15, False)),
        ("闰六月初一", (6, 1, True)),
        ("腊月廿三", (12, 23, False)),
        ("十二月二十九", (12, 29, False)),
        ("冬月三十", (11, 30, False)),
        ("正月初十", (1, 10, False)),
        ("阴历 十月 二十", (10, 20, False)),
    ],
)
def test_written_in_many_ways(text: str, expected: tuple[int, int, bool]) -> None:
    assert parse_lunar(text) == expected


@pytest.mark.parametrize("text", ["", "中秋", "13-1", "8-31", "八月", "0-1", "十三月初一"])
def test_what_is_no_lunar_date(text: str) -> None:
    with pytest.raises(Refused):
        parse_lunar(text)


def test_every_said_date_reads_back() -> None:
    with translation.override("zh-hans"):
        for month in range(1, 13):
            for day in range(1, 31):
                assert parse_lunar(display(month, day, leap=True)) == (month, day, True)
    with pytest.raises(Refused, match="1 to 12"):
        check_lunar(13, 1)
    with pytest.raises(Refused, match="known from"):
        day_in_year(3000, 1, 1)
