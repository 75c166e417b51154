"""The funnel: counted from the history, within rights, compared with another period."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.models import Opportunity, Stage
from haike.sales.opportunity.funnel import funnel_of, read_funnel
from haike.sales.opportunity.record import LOST, OPEN, WON
from haike.sales.opportunity.report import Asked, Span
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.sales.testing import make_opportunity

pytestmark = pytest.mark.feature("O4")
Browse = Callable[[User], Client]
THREE = [Stage(pk=10 + place, name=f"s{place}", position=place) for place in range(3)]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def change(record: Opportunity, by: User, **values: Any) -> Opportunity:
    made: Opportunity = entity_of(Opportunity).change(Opportunity.objects.get(pk=record.pk), by=by, **values)
    return made


def test_each_step_counts_who_came_here_or_further() -> None:
    ends = [(0, OPEN, 4, Decimal(40)), (1, LOST, 3, Decimal(30)), (2, OPEN, 2, Decimal(20)), (1, WON, 1, Decimal(10))]
    steps = funnel_of(THREE, ends, {10: 2.5})
    assert [step.number for step in steps] == [10, 6, 3, 1]
    assert [step.amount for step in steps] == [100, 60, 30, 10]
    assert [step.on for step in steps] == [0.6, 0.5, 1 / 3, None]
    assert [step.lost for step in steps] == [0, 3, 0, 0]
    assert [step.present for step in steps] == [4, 0, 2, 0]
    assert [step.days for step in steps] == [2.5, None, None, None]


ENDS = st.tuples(
    st.integers(0, 2), st.sampled_from([OPEN, WON, LOST]), st.integers(1, 50), st.decimals(0, 10**6, places=2)
)


@given(st.lists(ENDS, max_size=12))
def test_nobody_is_lost_between_the_steps(ends: list[tuple[int, str, int, Decimal]]) -> None:
    steps = funnel_of(THREE, ends, {})
    assert steps[0].number == sum(row[2] for row in ends)
    assert steps[0].amount == sum((row[3] for row in ends), Decimal(0))
    for here, after in pairwise(steps):
        gone = here.lost + here.present
        assert here.number - after.number == gone
    assert steps[-1].number == sum(row[2] for row in ends if row[1] == WON)


def test_the_page_counts_what_its_reader_sees(staff: Staff, browse: Browse) -> None:
    stages = stages_of(pipelines_in_use()[0].pk)
    customer, other = make_customer(staff.ann), make_customer(staff.cat, "杭州恒达包装有限公司")
    facts: dict[str, Any] = {"needs": "两套", "amount": Decimal(1000), "closes_on": today()}
    first, second, third = (make_opportunity(staff.ann, customer, f"商机{n}", **facts) for n in range(3))
    make_opportunity(staff.cat, other, "别人的", **facts)
    change(first, staff.ann, stage=stages[2])
    change(first, staff.ann, state=WON)
    change(second, staff.ann, stage=stages[1])
    # Who goes back has been there all the same.
    change(second, staff.ann, stage=stages[0])
    change(third, staff.ann, state=LOST, lost_reason="price")
    steps = read_funnel(Asked(staff.ann, {}), Asked(staff.ann, {}).span)
    assert [step.number for step in steps] == [3, 2, 1, 1, 1, 1]
    assert steps[0].lost == 1
    assert steps[0].days is not None
    page = text_of(browse(staff.ann).get("/opportunities/funnel?compare=before"))
    assert "¥3,000.00" in page
    assert "33%" in page
    assert "蔡晓" not in page
    # Her manager sees her, the boss both, and each can be chosen; who is not in one's scope cannot.
    assert read_funnel(Asked(staff.ben, {}), Asked(staff.ben, {}).span)[0].number == 3
    whole = Asked(staff.boss, {})
    assert read_funnel(whole, whole.span)[0].number == 4
    hers = Asked(staff.boss, {"owner": str(staff.cat.pk)})
    assert read_funnel(hers, hers.span)[0].number == 1
    east = Asked(staff.boss, {"department": str(staff.east.pk)})
    assert read_funnel(east, east.span)[0].number == 1
    nosy = Asked(staff.ann, {"owner": str(staff.cat.pk)})
    assert nosy.owner is None
    assert "蔡晓" in text_of(browse(staff.boss).get("/opportunities/funnel?by=owner"))
    assert "华东销售部" in text_of(browse(staff.boss).get("/opportunities/funnel?by=department"))


def test_whole_months_are_compared_with_whole_months() -> None:
    quarter = Span(date(2026, 1, 1), date(2026, 4, 1))
    assert quarter.before() == Span(date(2025, 10, 1), date(2026, 1, 1))
    assert quarter.year_ago() == Span(date(2025, 1, 1), date(2025, 4, 1))
    days = Span(date(2024, 2, 29), date(2024, 3, 10))
    assert days.before() == Span(date(2024, 2, 19), date(2024, 2, 29))
    assert days.year_ago() == Span(date(2023, 2, 28), date(2023, 3, 10))
    assert days.last == date(2024, 3, 9)


@pytest.mark.parametrize(
    "asked", ["period=days&first=abc", "period=x&owner=x&pipeline=9", "first=9999-99-99&period=days"]
)
def test_what_cannot_be_read_is_left_at_the_usual(staff: Staff, browse: Browse, asked: str) -> None:
    answer = browse(staff.ann).get(f"/opportunities/funnel?{asked}")
    assert answer.status_code == 200
    assert "没有录入商机" in text_of(answer)


def test_days_in_either_order(staff: Staff) -> None:
    found = Asked(staff.ann, {"period": "days", "first": "2026-03-10", "last": "2026-03-01"}).span
    assert found == Span(date(2026, 3, 1), date(2026, 3, 10) + timedelta(days=1))
