"""Dealing out what lies in a sea: at random, in turn, by load, by region, by match."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.actions import held
from haike.pools.models import Move, Pool
from haike.pools.testing import make_pool
from haike.pools.tests.test_sea import adrift
from haike.sales.models import Lead

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("C23", "L4")


@pytest.fixture
def sea(staff: Staff) -> Pool:
    return make_pool(members=[staff.ann, staff.cat], managers=[staff.boss])


def deal(client: Client, customers: list[Customer], how: str, **more: Any) -> Counter[str]:
    sent = {"ids": ",".join(str(each.pk) for each in customers), "sure": "1", "how": how, **more}
    answer = client.post("/customers/bulk/sea-assign?tab=sea", sent)
    assert answer.status_code == 302, answer.content.decode()
    rows = Customer.objects.filter(pk__in=[each.pk for each in customers])
    return Counter(rows.values_list("owner__username", flat=True))


def test_in_turn_and_at_random(staff: Staff, browse: Browse, sea: Pool) -> None:
    boss = browse(staff.boss)
    some = [adrift(sea, staff.boss, f"第{n}有限公司") for n in range(7)]
    assert deal(boss, some, "turn") == {"ann": 4, "cat": 3}
    more = [adrift(sea, staff.boss, f"又{n}有限公司") for n in range(7)]
    assert sum(deal(boss, more, "random", people=[staff.ann.pk, staff.cat.pk]).values()) == 7
    assert set(Move.objects.values_list("kind", flat=True)) == {"assign"}


def test_who_has_fewest_gets_the_next(staff: Staff, browse: Browse, sea: Pool) -> None:
    for n in range(4):
        make_customer(staff.ann, f"已有{n}有限公司")
    some = [adrift(sea, staff.boss, f"第{n}有限公司") for n in range(6)]
    assert deal(browse(staff.boss), some, "load") == {"cat": 5, "ann": 1}


def test_who_works_in_the_province_gets_it(staff: Staff, browse: Browse, sea: Pool) -> None:
    make_customer(staff.cat, "上海老客户有限公司", region="310100")
    make_customer(staff.ann, "深圳老客户有限公司", region="440300")
    some = [adrift(sea, staff.boss, f"苏州河{n}有限公司", region="310115") for n in range(3)]
    assert deal(browse(staff.boss), some, "region") == {"cat": 3}


def test_who_has_won_alike_gets_it(staff: Staff, browse: Browse, sea: Pool) -> None:
    for n in range(3):
        make_customer(staff.cat, f"成交机械{n}有限公司", industry="manufacturing", stage="signed", source="fair")
        make_customer(staff.ann, f"成交学校{n}有限公司", industry="education", stage="signed", source="web")
    some = [adrift(sea, staff.boss, f"机械{n}厂", industry="manufacturing", source="fair") for n in range(2)]
    other = [adrift(sea, staff.boss, f"学校{n}", industry="education") for n in range(2)]
    assert deal(browse(staff.boss), some + other, "match") == {"cat": 2, "ann": 2}
    assert set(Customer.objects.filter(pk__in=[each.pk for each in some]).values_list("owner_id", flat=True)) == {
        staff.cat.pk
    }


def test_by_hand_needs_somebody(staff: Staff, browse: Browse, sea: Pool) -> None:
    customer = adrift(sea, staff.boss)
    boss = browse(staff.boss)
    sent = {"ids": str(customer.pk), "sure": "1", "how": "hand"}
    answer = boss.post("/customers/bulk/sea-assign?tab=sea", sent)
    assert answer.status_code == 422
    assert 'id="error-owner"' in answer.content.decode()
    customer.refresh_from_db()
    assert customer.owner_id == sea.account_id
    assert deal(boss, [customer], "hand", owner=staff.ann.pk) == {"ann": 1}


@pytest.mark.sqlite
def test_what_somebody_holds_is_counted_from_an_index(staff: Staff, django_assert_num_queries: Any) -> None:
    """Dealing out counts it for each person, and a seller has thousands of customers that came from nowhere."""
    pool = make_pool(members=[staff.ann])
    for model in (Customer, Lead):
        with django_assert_num_queries(1) as asking:
            assert held(entity_of(model), pool, staff.ann) == 0
        with connection.cursor() as cursor:
            # The connection may go by what it was told of tables by a test that was taken back.
            cursor.execute("ANALYZE sqlite_schema")
            cursor.execute("EXPLAIN QUERY PLAN " + asking.captured_queries[0]["sql"])
            (plan,) = [row[3] for row in cursor.fetchall()]
        assert re.search(r"INDEX (customer|lead)_held \(pool_id=\? AND owner_id=\?\)", plan)
