"""The forecast: what is learned from how opportunities went, what its page shows to whom, and how well it foretells."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.models import ForecastPast, Opportunity, StageMove
from haike.sales.opportunity.forecast.learn import learn, learn_nightly, past, stays_of
from haike.sales.opportunity.forecast.past import Curve, Learner, Past, Stay, months_from
from haike.sales.opportunity.forecast.read import foretell, spans
from haike.sales.opportunity.record import LOST, OPEN, WON
from haike.sales.opportunity.report import Span
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.sales.testing import make_opportunity
from haike.sales.tests.foretold import BEGIN, DOCS, END, measure

pytestmark = pytest.mark.feature("O5")
Browse = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def learned(*stays: Stay) -> Past:
    learner = Learner()
    for stay in stays:
        learner.stay(stay)
    return Past(learner.data(365))


def many(state: str, after: int, number: int, *, seller: int = 1, kind: str = "") -> list[Stay]:
    return [Stay(1, seller, kind, after, after, state)] * number


# -- what is learned ---------------------------------------------------------------------------------------------------


def test_those_still_open_count_as_long_as_they_were_watched() -> None:
    # Of four, one is won on day 2; one, open and only watched until day 3, says nothing of what comes later.
    curve = Curve([[2, 1, 0, 0], [3, 0, 0, 1], [5, 1, 1, 0]])
    assert curve.won_within(0, 1) == 0
    assert curve.won_within(0, 2) == pytest.approx(1 / 4)
    assert curve.won_within(0, 9) == pytest.approx(1 / 4 + 3 / 4 / 2)
    assert curve.won_within(4, 1) == pytest.approx(1 / 2)
    assert curve.half(4) == 1
    assert curve.half(6) is None


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_chances_are_chances_and_grow_with_time(rows: list[tuple[int, int, int, int]]) -> None:
    days = {row[0]: row for row in rows if sum(row[1:])}
    curve = Curve([days[day] for day in sorted(days)])
    for start in (0, 3, 30):
        found = [curve.won_within(start, more) for more in range(0, 60, 6)]
        assert all(0 <= chance <= 1 + 1e-9 for chance in found)
        assert found == sorted(found)


def test_history_is_drawn_to_what_the_owner_says_while_it_is_short() -> None:
    ask: dict[str, Any] = {"days": 0, "ahead": [5, 30], "hoped": 20, "probability": 0.5}
    assert learned().chances(1, 1, "", **ask) == [0, 0.5]
    few = learned(*many(WON, 4, 3)).chances(1, 1, "", **ask)
    much = learned(*many(WON, 4, 200), *many(LOST, 4, 50)).chances(1, 1, "", **ask)
    assert few == [pytest.approx(3 / 15), pytest.approx(3 / 15 + 12 / 15 * 0.5)]
    assert much[0] == pytest.approx(0.8, abs=0.06)


def test_a_seller_who_wins_more_and_sooner_is_foretold_so() -> None:
    good = [*many(WON, 10, 60, seller=1), *many(LOST, 10, 20, seller=1)]
    poor = [*many(WON, 30, 20, seller=2), *many(LOST, 30, 60, seller=2)]
    known = learned(*good, *poor)
    ask: dict[str, Any] = {"days": 0, "ahead": [400], "hoped": None, "probability": 0.5}
    assert known.chances(1, 1, "", **ask)[0] > 0.6 > 0.4 > known.chances(1, 2, "", **ask)[0]
    soon, late = known.days_left(1, 1, "", 0), known.days_left(1, 2, "", 0)
    assert soon is not None
    assert late is not None
    assert soon < late
    # Nobody knows a third one: he is as good as all together.
    assert known.chances(1, 3, "", **ask)[0] == pytest.approx(0.5, abs=0.05)


def test_who_stayed_long_is_compared_with_those_that_stayed_as_long() -> None:
    quick = [Stay(1, 1, "", 2, 2, WON)] * 50
    slow = [Stay(1, 1, "", 70, 70, LOST)] * 50
    known = learned(*quick, *slow)
    ask: dict[str, Any] = {"ahead": [90], "hoped": None, "probability": 0.5}
    assert known.chances(1, 1, "", 0, **ask)[0] > 0.4
    assert known.chances(1, 1, "", 61, **ask)[0] < 0.05


def test_what_is_not_entered_yet_counts_from_when_it_could_be_won() -> None:
    learner = Learner()
    learner.won(7, 1, 31, 36_500.0)
    known = Past(learner.data(365))
    assert known.fresh(0, 30)[0] == 0
    assert known.fresh(0, 40)[0] == pytest.approx(100 * 10)
    assert known.fresh(0, 40, pipeline=8)[0] == 0
    assert known.fresh(0, 40, sellers=frozenset([2]))[0] == 0


def test_periods() -> None:
    assert months_from(date(2026, 11, 22), 3) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
    assert spans("quarter", date(2026, 11, 22))[:2] == [
        Span(date(2026, 10, 1), date(2027, 1, 1)),
        Span(date(2027, 1, 1), date(2027, 4, 1)),
    ]


def test_sums_and_borderline_deals() -> None:
    day, now = today(), timezone.now()
    periods = [Span(day, day + timedelta(days=10)), Span(day + timedelta(days=10), day + timedelta(days=40))]
    rows = [
        (1, 1, 5, None, 1, None, 1000.0, 50, day + timedelta(days=3), now),
        (2, 1, 5, None, 1, None, 400.0, 90, day + timedelta(days=9), now),
        (3, 1, 6, None, 1, None, 700.0, 40, day + timedelta(days=12), now),
        (4, 1, 6, None, 1, None, 700.0, 40, day - timedelta(days=1), now),
        (5, 1, 6, None, 1, None, 700.0, 40, None, now),
    ]  # fmt: skip
    found = foretell(rows, Past({}), periods, 0, 2)
    assert [line.said.mean for line in found.lines] == [860, 280]
    assert [line.number for line in found.lines] == [2, 1]
    # Without history both ways say the same, and the range lies within what is possible.
    assert [line.open.mean for line in found.lines] == pytest.approx([860, 280])
    assert found.lines[0].range_said == (pytest.approx(860 - 1.2816 * (250_000 + 14_400) ** 0.5), 1400)
    assert found.overdue == 1
    assert [(each.key, each.lift) for each in found.border] == [(1, 500), (4, 700)][::-1]
    assert found.groups[5].said.mean == 860


# -- on real records ---------------------------------------------------------------------------------------------------


def went(by: User, customer: Any, days: int, *, state: str, amount: int = 1000) -> Opportunity:
    """One that was entered so many days ago and ended a day ago."""
    made = make_opportunity(by, customer, amount=Decimal(amount))
    reason = {"lost_reason": "price"} if state == LOST else {}
    entity_of(Opportunity).change(made, by=by, state=state, **reason)
    began, ended = timezone.now() - timedelta(days=days), timezone.now() - timedelta(days=1)
    with writer():
        Opportunity._base_manager.filter(pk=made.pk).update(created_at=began, closed_on=ended.date())
        first, last = StageMove._base_manager.filter(opportunity=made).order_by("id")
        StageMove._base_manager.filter(pk=first.pk).update(at=began, since=began)
        StageMove._base_manager.filter(pk=last.pk).update(at=ended, since=began)
    return made


def test_the_night_learns_and_the_page_foretells_within_rights(staff: Staff, browse: Browse) -> None:
    customer, other = make_customer(staff.ann), make_customer(staff.cat, "杭州恒达包装有限公司")
    went(staff.ann, customer, 21, state=WON)
    went(staff.ann, customer, 11, state=LOST)
    day = today()
    due = make_opportunity(staff.ann, customer, "边缘商机", amount=Decimal(50_000), probability=50, closes_on=day)
    make_opportunity(staff.cat, other, "别人的商机", amount=Decimal(90_000), probability=50, closes_on=day)
    data = learn(timezone.now())
    assert data["cases"] == 2
    assert [row[3:] for row in data["fresh"]] == [[1000.0, 1_000_000.0]]
    assert learn_nightly.func()["cases"] == 2
    assert ForecastPast.objects.count() == 1
    assert past().cases == 2
    page = text_of(browse(staff.ann).get("/opportunities/forecast"))
    assert "边缘商机" in page
    assert "别人的商机" not in page
    assert "¥50,000" in page
    whole = text_of(browse(staff.boss).get("/opportunities/forecast?unit=quarter&by=department"))
    assert "¥140,000" in whole
    assert "别人的商机" in whole
    assert staff.east.name in whole
    hers = text_of(browse(staff.ann).get(f"/opportunities/{due.pk}/"))
    assert "按历史推算" in hers
    for nonsense in ("?at=99&unit=x&by=x", "?at=-1&owner=abc&pipeline=x"):
        assert browse(staff.ann).get(f"/opportunities/forecast{nonsense}").status_code == 200


def test_stays_end_where_the_stage_ends(staff: Staff) -> None:
    stages, now = stages_of(pipelines_in_use()[0].pk), timezone.now()
    day = timedelta(days=1)
    moves = [
        (1, now - 9 * day, now - 9 * day, stages[0].pk, OPEN),
        (1, now - 5 * day, now - 5 * day, stages[1].pk, OPEN),
        (1, now - 4 * day, now - 5 * day, stages[1].pk, OPEN),  # another probability
        (1, now - 2 * day, now - 5 * day, stages[1].pk, WON),
    ]
    assert stays_of(1, "", WON, moves, now) == [
        Stay(stages[0].pk, 1, "", 4, 7, WON),
        Stay(stages[1].pk, 1, "", 3, 3, WON),
    ]
    assert stays_of(1, "", OPEN, moves[:3], now)[-1] == Stay(stages[1].pk, 1, "", 5, 5, OPEN)


def test_the_table_of_the_forecast_is_what_is_measured() -> None:
    lines = measure()
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    told, after = rest.split(END)
    if os.environ.get("WRITE_FORECAST"):
        DOCS.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")
        return
    assert told.split("\n")[1:-1] == lines
    # A month ahead and a quarter ahead history must beat the mean of the months before.
    errors = [float(line.split(" | ")[2].rstrip("%")) for line in lines[2:]]
    assert errors[2] < errors[0]
    assert errors[5] < errors[3]
