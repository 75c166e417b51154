"""The patterns of running numbers, chosen on a page; no number is ever given twice."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.numbers import Counter, filled, take_numbers
from haike.kernel.option import OptionValue
from haike.kernel.period import today
from haike.kernel.versioned import forget
from haike.people.testing import make_staff
from haike.refused import Refused
from haike.site.numbering.choose import RESETS, change_series
from haike.site.numbering.series import all_series, declared_series, natural_reset

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P21"), pytest.mark.feature("P34")]
URL = "/settings/numbers/customers/number/"
SENT = {"prefix": "CU", "date": "{yyyy}", "middle": "/", "digits": "4", "reset": "year", "next": ""}


def number_of(who: Any, name: str) -> str:
    return make_customer(who, name=name).number


def test_a_pattern_chosen_on_the_page_holds_from_the_next_record_on(boss: Any, ann: Any, browse: Any) -> None:
    before = number_of(ann, "改号之前")
    page = browse(boss).get("/settings/numbers/").content.decode()
    assert f'href="{URL}"' in page
    assert "KH{yyyy}{mm}-{00000}" in page
    assert browse(boss).post(URL, SENT).status_code == 302
    year = today().year
    assert [number_of(ann, name) for name in ("甲", "乙")] == [f"CU{year}/0001", f"CU{year}/0002"]
    assert Customer.objects.filter(number=before).exists(), "what is given stays"
    made = browse(ann).post("/customers/new", {"name": "丙公司", "form": "business"})
    assert made.status_code == 302
    assert Customer.objects.get(name="丙公司").number == f"CU{year}/0003"


def test_rows_written_in_bulk_follow_it_too(boss: Any, ann: Any, browse: Any) -> None:
    browse(boss).post(URL, SENT)
    entity = entity_of(Customer)
    batch = start_batch(entity, "import", "t", by=ann)
    rows = [{"name": f"批量{place}号公司", "form": "business"} for place in range(3)]
    made = entity.create_many(rows, by=ann, batch=batch)
    assert [each.number for each in made] == [f"CU{today().year}/000{place}" for place in (1, 2, 3)]


def test_the_preview_tells_the_next_numbers_or_why_not(boss: Any, ann: Any, browse: Any) -> None:
    url, year = f"{URL}preview", today().year
    assert f"CU{year}/0001" in browse(boss).post(url, SENT).content.decode()
    assert f"CU{year}/0700" in browse(boss).post(url, {**SENT, "next": "700"}).content.decode()
    assert "重复" in browse(boss).post(url, {**SENT, "date": ""}).content.decode()
    number_of(ann, "甲")
    shown = browse(boss).get(URL).content.decode()
    assert f"KH{today():%Y%m}-00002" in shown
    assert 'name="next" value=""' in shown or re.search(r'value=""[^>]*name="next"', shown), "untouched it counts on"
    assert not OptionValue.objects.exists(), "a preview changes nothing"


@pytest.mark.parametrize(
    ("wrong", "beside"),
    [
        ({"date": ""}, "reset"),
        ({"reset": "month"}, "reset"),
        ({"reset": "day", "date": "{yyyy}{mm}"}, "reset"),
        ({"prefix": "CU{dd}"}, "prefix"),
        ({"prefix": "CU}"}, "prefix"),
        ({"digits": "40"}, "digits"),
        ({"reset": "decade"}, "reset"),
        ({"next": "soon"}, "next"),
        ({"next": "-4"}, "next"),
        ({"next": "0"}, "next"),
        ({"prefix": "x" * 25}, "prefix"),
    ],
)
def test_what_could_repeat_or_cannot_be_read_is_refused_beside_its_field(
    boss: Any, ann: Any, browse: Any, wrong: dict[str, str], beside: str
) -> None:
    answer = browse(boss).post(URL, {**SENT, **wrong})
    assert answer.status_code == 422
    assert f'id="error-{beside}"' in answer.content.decode()
    assert not OptionValue.objects.exists()
    assert number_of(ann, "甲") == f"KH{today():%Y%m}-00001"


def test_the_next_number_is_raised_and_never_lowered(boss: Any, ann: Any, browse: Any) -> None:
    number_of(ann, "甲")
    sent = {"prefix": "KH", "date": "{yyyy}{mm}", "middle": "-", "digits": "5", "reset": "month"}
    assert browse(boss).post(URL, {**sent, "next": "500"}).status_code == 302
    assert number_of(ann, "乙") == f"KH{today():%Y%m}-00500"
    lower = browse(boss).post(URL, {**sent, "next": "400"})
    assert lower.status_code == 422
    assert "501" in lower.content.decode()
    assert number_of(ann, "丙") == f"KH{today():%Y%m}-00501"
    assert browse(boss).post(URL, {**sent, "next": "1000000000000"}).status_code == 422


def test_a_pattern_that_meets_given_numbers_goes_on_behind_them(boss: Any, ann: Any, browse: Any) -> None:
    browse(boss).post(URL, {**SENT, "date": "", "middle": "", "reset": "never", "prefix": "A", "next": "998"})
    assert [number_of(ann, name) for name in "甲乙丙"] == ["A0998", "A0999", "A1000"]
    browse(boss).post(URL, {**SENT, "date": "", "middle": "", "reset": "never", "prefix": "A", "digits": "3"})
    assert number_of(ann, "丁") == "A1001"


def test_counting_by_the_year_instead_of_the_month_repeats_nothing(boss: Any, ann: Any, browse: Any) -> None:
    given = {number_of(ann, name) for name in "甲乙丙"}
    sent = {"prefix": "KH", "date": "{yyyy}{mm}", "middle": "-", "digits": "5", "reset": "year", "next": ""}
    assert browse(boss).post(URL, sent).status_code == 302
    assert number_of(ann, "丁") == f"KH{today():%Y%m}-00004"
    assert browse(boss).post(URL, {**sent, "reset": "month"}).status_code == 302
    assert number_of(ann, "戊") == f"KH{today():%Y%m}-00005"
    assert len(given) == 3


def test_numbers_that_a_later_period_would_give_again_are_refused(boss: Any, ann: Any, browse: Any) -> None:
    later = today().year + 1
    plain = {**SENT, "prefix": "B", "date": "", "middle": "", "reset": "never", "digits": "8"}
    assert browse(boss).post(URL, {**plain, "next": f"{later}0001"}).status_code == 302
    assert number_of(ann, "甲") == f"B{later}0001"
    answer = browse(boss).post(URL, {**SENT, "prefix": "B", "middle": ""})
    assert answer.status_code == 422
    assert f"B{later}0001" in answer.content.decode()


def test_who_still_draws_by_the_pattern_of_before_is_led_to_the_new_one(
    boss: Any, ann: Any, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number_of(ann, "甲")
    declared = declared_series()[0]
    held = {each.declared: each for each in all_series()}
    browse(boss).post(URL, {**SENT, "prefix": "KH", "date": "{yyyy}{mm}", "middle": "-", "digits": "5"})
    # What a process believes that has not heard of it yet.
    monkeypatch.setattr("haike.site.numbering.series._by_pattern", lambda: held)
    assert take_numbers(declared.declared, on=today(), count=2) == [
        f"KH{today():%Y%m}-00002",
        f"KH{today():%Y%m}-00003",
    ]
    old = Counter.objects.get(key=held[declared.declared].key(today()))
    assert old.last == -2, "the closed counter is as it was"


def test_every_change_is_logged_with_who_and_what(boss: Any, browse: Any) -> None:
    browse(boss).post(URL, SENT)
    row = Change.objects.get(entity="site.number")
    assert row.by == boss
    assert ["KH{yyyy}{mm}-{00000}", "CU{yyyy}/{0000}"] in row.diff.values()
    assert "CU{yyyy}/{0000}" in browse(boss).get("/settings/operations/?entity=site.number").content.decode()
    assert boss.name in browse(boss).get("/settings/numbers/").content.decode()
    browse(boss).post(URL, SENT)
    assert Change.objects.filter(entity="site.number").count() == 1, "nothing changed"


def test_only_those_who_may_set_choose(ann: Any, ben: Any, browse: Any) -> None:
    for who in (ann, ben):
        assert browse(who).get("/settings/numbers/").status_code == 404
        assert browse(who).post(URL, SENT).status_code == 404
        assert browse(who).post(f"{URL}preview", SENT).status_code == 404
    assert not OptionValue.objects.exists()


def test_a_field_without_numbers_has_no_page(boss: Any, browse: Any) -> None:
    assert browse(boss).get("/settings/numbers/customers/name/").status_code == 404
    assert browse(boss).get("/settings/numbers/contacts/number/").status_code == 404


def test_numbers_of_own_fields_lead_to_their_field(boss: Any, browse: Any) -> None:
    made = browse(boss).post("/settings/fields/customers/new?kind=serial", {"label": "档案号", "pattern": "DA{0000}"})
    assert made.status_code == 302, re.findall(r"form-error[^>]*>(?:<svg.*?</svg>)?([^<]+)", made.content.decode())
    page = browse(boss).get("/settings/numbers/").content.decode()
    assert "档案号" in page
    assert re.search(r'href="/settings/fields/customers/[^"]+/edit"', page)


PATTERN = st.builds(
    lambda prefix, dates, middle, digits: f"{prefix}{dates}{middle}{{{'0' * digits}}}",
    st.sampled_from(["", "K", "K2", "0"]),
    st.sampled_from(["", "{yyyy}", "{yyyy}{mm}", "{yy}{mm}", "{yy}", "{yyyy}{mm}{dd}"]),
    st.sampled_from(["", "-", "0"]),
    st.integers(2, 5),
)
STEP = st.tuples(PATTERN, st.sampled_from(list(RESETS)), st.integers(1, 4), st.integers(0, 500), st.integers(0, 400))


class NeverTwice(TestCase):
    """Whatever is chosen, in whatever order, over years: no number comes twice."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(STEP, min_size=1, max_size=6))
    def test_no_number_comes_twice(self, steps: list[tuple[str, str, int, int, int]]) -> None:
        forget()
        staff, given_numbers, day = make_staff(), [], date(2026, 1, 30)
        for place, (pattern, reset, count, raised, days) in enumerate(steps):
            with suppress(Refused):
                wish = raised or None
                change_series(all_series()[0], pattern=pattern, reset=reset, next_number=wish, on=day, by=staff.boss)
            with patch("haike.kernel.change.today", return_value=day):
                for each in range(count):
                    number = make_customer(staff.ann, name=f"客户{place}-{each}").number
                    assert number not in given_numbers
                    given_numbers.append(number)
            day += timedelta(days=days)


def test_natural_resets() -> None:
    assert natural_reset("K{0000}") == "never"
    assert natural_reset("K{yy}{0000}") == "year"
    assert natural_reset("K{yyyy}{mm}{dd}{0000}") == "day"
    assert filled("K{yy}-{000}", date(2026, 3, 9), 7) == "K26-007"
