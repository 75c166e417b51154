"""The funnel: counted from the history, within rights, compared with another period."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.undo import undo_batch
from haike.bulk.write import change_many
from haike.customers.testing import make_customer
from haike.find.share import Share
from haike.kernel.bulk import create_many, start_batch
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.models import Opportunity, Pipeline, Stage, StageMove
from haike.sales.opportunity.funnel import funnel_of, groups_of, read_funnel, shares
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


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_kept_of_the_way_equals_the_history(staff: Staff, seed: int) -> None:
    """Whoever writes, and whatever becomes of stages and pipelines: the funnel is what the moves tell."""
    chance, entity, stages = Random(seed), entity_of(Opportunity), stages_of(pipelines_in_use()[0].pk)
    other = entity_of(Pipeline).create(by=staff.boss, name="渠道")
    elsewhere = [entity_of(Stage).create(by=staff.boss, pipeline=other, name=f"第{n}步") for n in range(3)]
    customer = make_customer(staff.ann)
    facts: dict[str, Any] = {"customer": customer, "needs": "两套", "amount": Decimal(1000), "closes_on": today()}
    made = [make_opportunity(staff.ann, title=f"商机{n}", stage=chance.choice(stages), **facts) for n in range(3)]
    batch = start_batch(entity, "import", "", by=staff.boss)
    rows = [{"title": "表中的", "stage": chance.choice([*stages, *elsewhere]), **facts} for _ in range(2)]
    made += [each for each in create_many(entity, rows, by=staff.ann, batch=batch) if isinstance(each, Opportunity)]
    for _ in range(12):
        record, stage = chance.choice(made), chance.choice([*stages, *elsewhere])
        with suppress(Refused):
            match chance.randrange(6):
                case 0 | 1:
                    change(record, staff.ann, stage=stage)
                case 2:
                    batch = start_batch(entity, "edit", "", by=staff.ann)
                    change_many(
                        entity, [each.pk for each in made[1:]], lambda _, to=stage: {"stage": to}, ["stage"],
                        by=staff.ann, batch=batch,
                    )  # fmt: skip
                    if chance.random() < 0.5:
                        undo_batch(entity, batch, by=staff.ann)
                case 3:
                    change(record, staff.ann, state=chance.choice([OPEN, WON]))
                case 4:
                    change(record, staff.ann, state=LOST, lost_reason="price")
                case _:
                    # The order of stages is changed afterwards.
                    entity_of(Stage).change(
                        Stage.objects.get(pk=stage.pk), by=staff.boss, position=chance.randint(1, 9)
                    )
    for pipeline in pipelines_in_use():
        asked = Asked(staff.boss, {"pipeline": str(pipeline.pk)})
        steps, shown = read_funnel(asked, asked.span), stages_of(pipeline.pk)
        places = {stage.pk: place for place, stage in enumerate(shown)}
        come = [0] * (len(shown) + 1)
        for row in Opportunity.objects.live().filter(pipeline=pipeline.pk):
            way = StageMove.objects.filter(opportunity=row.pk).values_list("to_stage", flat=True)
            far = max((places[key] for key in way if key in places), default=0)
            for place in range(len(come) if row.state == WON else far + 1):
                come[place] += 1
        assert [step.number for step in steps] == come
        assert sum(part.number for part in shares(asked, asked.span, "owner")) == come[0]


def test_how_far_they_came_is_read_from_one_index(staff: Staff, django_assert_num_queries: Any) -> None:
    """One question for the steps and for who has them, which neither sorts nor reads the moves."""
    asked = Asked(staff.boss, {})
    with django_assert_num_queries(1) as asking:
        groups = groups_of(asked, asked.span)
    sql = asking.captured_queries[0]["sql"]
    # On PostgreSQL the index does not hold the keys of the rows.
    assert '"sales_opportunity"."id"' not in sql
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
            plan = [row[3] for row in cursor.fetchall()]
        assert len(plan) == 1
        assert "chance_funnel" in plan[0]
    with django_assert_num_queries(0):
        shares(asked, asked.span, "department", groups)


def test_what_is_shared_is_counted_once_and_asked_for_by_itself(staff: Staff) -> None:
    """An "or" between whose rows they are and what is shared makes both databases walk all opportunities."""
    stages, customer = stages_of(pipelines_in_use()[0].pk), make_customer(staff.cat)
    facts: dict[str, Any] = {"needs": "两套", "amount": Decimal(700), "closes_on": today()}
    hers, his = (make_opportunity(by, customer, **facts) for by in (staff.cat, staff.ben))
    for record in (hers, his):
        change(record, record.owner, stage=stages[1])
    asked = Asked(staff.ben, {})
    with CaptureQueriesContext(connection) as asking:
        assert read_funnel(asked, asked.span)[1].number == 1
    asks = [query["sql"] for query in asking.captured_queries if "sales_opportunity" in query["sql"]]
    assert len(asks) == 2
    assert not any("kernel_share" in sql for sql in asks)
    for record in (hers, his):
        Share.objects.create(user=staff.ben, entity="sales.opportunity", record_id=record.pk)
    asked = Asked(staff.ben, {})
    steps = read_funnel(asked, asked.span)
    assert [(step.number, step.amount) for step in steps[:3]] == [(2, 1400), (2, 1400), (0, 0)]
    assert steps[0].days is not None
    assert {part.key: part.number for part in shares(asked, asked.span, "owner")} == {
        staff.cat.pk: 1, staff.ben.pk: 1,
    }  # fmt: skip


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
