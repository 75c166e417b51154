"""Running numbers: parts of the date, a new period begins at one, what fails leaves no gap."""

from datetime import date

import pytest
from django.db import transaction

from haike.kernel.numbers import check_pattern, take_numbers

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P21")]
MARCH, APRIL, NEXT_YEAR = date(2026, 3, 9), date(2026, 4, 1), date(2027, 3, 1)


@pytest.mark.parametrize(
    ("pattern", "first", "in_april", "a_year_later"),
    [
        ("KH{yyyy}{mm}-{0000}", "KH202603-0001", "KH202604-0001", "KH202703-0001"),
        ("HT{yy}-{000}", "HT26-001", "HT26-002", "HT27-001"),
        ("{yyyy}{mm}{dd}{00}", "2026030901", "2026040101", "2027030101"),
        ("D{00000}", "D00001", "D00002", "D00003"),
    ],
)
def test_a_new_period_begins_at_one(pattern: str, first: str, in_april: str, a_year_later: str) -> None:
    days = ((MARCH, first), (APRIL, in_april), (NEXT_YEAR, a_year_later))
    assert [take_numbers(pattern, on=day)[0] for day, __ in days] == [number for __, number in days]


def test_kinds_of_document_count_for_themselves() -> None:
    assert take_numbers("KH{yyyy}-{000}", on=MARCH) == ["KH2026-001"]
    assert take_numbers("HT{yyyy}-{000}", on=MARCH) == ["HT2026-001"]
    assert take_numbers("KH{yyyy}-{000}", on=MARCH, count=3) == ["KH2026-002", "KH2026-003", "KH2026-004"]


def test_a_number_of_what_failed_is_given_again() -> None:
    pattern = "KH{yyyy}-{000}"
    take_numbers(pattern, on=MARCH)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert take_numbers(pattern, on=MARCH, count=5)[0] == "KH2026-002"
        raise ZeroDivisionError
    assert take_numbers(pattern, on=MARCH) == ["KH2026-002"]


def test_more_than_the_pattern_has_places_for() -> None:
    take_numbers("A{00}", on=MARCH, count=99)
    assert take_numbers("A{00}", on=MARCH) == ["A100"]


@pytest.mark.parametrize("pattern", ["KH", "KH{0000}{0000}", "KH{week}{0000}", "KH{yyyy}"])
def test_a_pattern_that_makes_no_sense(pattern: str) -> None:
    with pytest.raises(ValueError, match="needs one"):
        check_pattern(pattern)
