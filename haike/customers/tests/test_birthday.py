"""Birthdays in both calendars: reading, and being kept exactly once a year."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.lunar import to_lunar
from haike.customers import birthday
from haike.customers.birthday import Birthday, days_of, key_of, keys_of, parse, read
from haike.refused import Refused


@pytest.mark.feature("C17")
@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1980-5-1", "1980-05-01"),
        ("1980年5月1日", "1980-05-01"),
        ("19800501", "1980-05-01"),
        ("5月1日", "05-01"),
        ("2-29", "02-29"),
        ("农历四月十五", "lunar 04-15"),
        ("四月十五", "lunar 04-15"),
        ("农历1980年四月十五", "lunar 1980-04-15"),
        ("一九八〇年四月廿三", "lunar 1980-04-23"),
        ("2001年闰四月初三", "lunar 2001-04-03 leap"),
        ("腊月三十", "lunar 12-30"),
        ("农历 1980-04-15", "lunar 1980-04-15"),
        ("lunar 1980-04-15", "lunar 1980-04-15"),
        ("lunar 2001-04-03 leap", "lunar 2001-04-03 leap"),
    ],
)
def test_birthdays_are_read_as_people_write_them(text: str, stored: str) -> None:
    assert parse(text).stored == stored
    assert read(stored) == parse(text)


@pytest.mark.feature("C17")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "1980-02-30",
        "13-01",
        "2-30",
        "农历13-01",
        "农历1980年四月卅一",
        "2000年闰四月初三",
        "1066-01-01",
        "2999-01-01",
    ],
)
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse(text)


def some_day() -> st.SearchStrategy[date]:
    return st.dates(date(1901, 1, 1), date(2095, 12, 31))


@given(st.integers(1, 12), st.integers(1, 31), st.integers(1902, 2094))
@settings(max_examples=60, deadline=None)
def test_a_solar_birthday_is_kept_once_a_year(month: int, day: int, year: int) -> None:
    try:
        key = parse(f"{month:02}-{day:02}").key
    except Refused:
        return
    kept = [each for each in days_of(date(year, 1, 1), date(year + 1, 1, 1)) if key in keys_of(each)]
    assert len(kept) == 1
    assert kept[0].month == month


@given(st.integers(1, 12), st.integers(1, 30), st.booleans(), st.integers(1902, 2094))
@settings(max_examples=60, deadline=None)
def test_a_lunar_birthday_is_kept_once_a_lunar_year(month: int, day: int, leap: bool, year: int) -> None:
    key = Birthday(None, month, day, True, leap).key
    around = [date(year, 1, 1) + timedelta(days=shift) for shift in range(500)]
    kept = [each for each in around if to_lunar(each).year == year and key in keys_of(each)]
    assert len(kept) == 1
    assert to_lunar(kept[0]).month == month


@given(some_day())
@settings(max_examples=100, deadline=None)
def test_one_born_on_a_day_has_his_birthday_on_that_day(day: date) -> None:
    lunar = to_lunar(day)
    solar_key = key_of(f"{day:%m-%d}")
    lunar_key = Birthday(None, lunar.month, lunar.day, True, lunar.leap).key
    assert {solar_key, lunar_key} <= keys_of(day)


@given(some_day(), st.integers(0, 60))
@settings(max_examples=30, deadline=None)
def test_a_span_has_the_keys_of_its_days(first: date, length: int) -> None:
    after = first + timedelta(days=length)
    found = birthday.keys_between(first, after)
    assert found == {key for shift in range(length) for key in keys_of(first + timedelta(days=shift))}
