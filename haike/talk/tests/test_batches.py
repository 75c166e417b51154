"""What many records at once mean to people: one notice each, whatever the number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.customers.customer.record import Customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.handover import hand_over
from haike.people.user.record import User
from haike.talk.models import Notice
from haike.talk.star import set_star

Browse = Callable[[User], Client]
EDIT = {"bulk-field": "level", "bulk-how": "set"}
pytestmark = [pytest.mark.feature("P28"), pytest.mark.django_db(transaction=True)]


def make_customers(staff: Staff, number: int) -> list[Customer]:
    entity = entity_of(Customer)
    return [entity.create(by=staff.ann, name=f"第{place:03}家有限公司") for place in range(number)]


def follow(user: User, *records: Any) -> None:
    for record in records:
        set_star(entity_of(Customer), record, on=True, by=user)


def bulk(browse: Browse, by: User, act: str, records: list[Customer], **sent: str) -> None:
    ids = ",".join(str(record.pk) for record in records)
    answer = browse(by).post(f"/customers/bulk/{act}", {"ids": ids, "sure": "1", **sent})
    assert answer.status_code == 302, answer.content.decode()[:1500]
    run_ready_jobs()


def told(user: User) -> list[tuple[str, dict[str, Any]]]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", "facts"))


def test_a_hand_over_is_told_once(staff: Staff, browse: Browse) -> None:
    records = make_customers(staff, 30)
    hand_over(staff.ann, to=staff.ben, kinds=["customers.customer"], by=staff.boss)
    run_ready_jobs()
    assert told(staff.ben) == [("given", {"count": 30})]
    page = browse(staff.ben).get("/notices/").content.decode()
    assert "白石一次交给您 30 条客户，其中有" in page
    assert records[0].name in page


@pytest.mark.parametrize("number", [1, 25])
def test_a_transfer_of_chosen_rows_is_told_once(number: int, staff: Staff, browse: Browse) -> None:
    bulk(browse, staff.boss, "transfer", make_customers(staff, number), owner=str(staff.cat.pk))
    assert told(staff.cat) == [("given", {"count": number} if number > 1 else {})]
    assert told(staff.boss) == []


def test_a_share_of_many_is_told_once(staff: Staff, browse: Browse) -> None:
    bulk(browse, staff.boss, "share", make_customers(staff, 5), owner=str(staff.cat.pk))
    assert told(staff.cat) == [("shared", {"count": 5})]


def test_followers_hear_once_and_only_of_what_they_see(staff: Staff, browse: Browse) -> None:
    records = make_customers(staff, 12)
    follow(staff.ann, *records[:3])
    follow(staff.ben, records[4])
    follow(staff.cat, *records[:5])
    bulk(browse, staff.boss, "edit", records, **EDIT, level="vip")
    assert told(staff.ann) == [("changed", {"count": 3})]
    assert told(staff.ben) == [("changed", {"fields": ["level"]})]
    assert told(staff.cat) == []
    assert "白石一次修改了您关注的 3 条客户，其中有" in browse(staff.ann).get("/notices/").content.decode()


def test_followers_are_asked_for_once_whatever_the_number(staff: Staff, browse: Browse) -> None:
    counts = []
    for number in (2, 30):
        records = make_customers(staff, number)
        follow(staff.ann, records[0])
        run_ready_jobs()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            bulk(browse, staff.boss, "edit", records, **EDIT, level="vip")
        counts.append(len([each for each in seen.captured_queries if "talk_star" in each["sql"]]))
    assert counts[0] == counts[1]
    assert counts[0] <= 3


def test_the_same_batch_is_not_told_twice(staff: Staff, browse: Browse) -> None:
    records = make_customers(staff, 6)
    follow(staff.ann, *records)
    bulk(browse, staff.boss, "edit", records, **EDIT, level="vip")
    bulk(browse, staff.boss, "edit", records, **EDIT | {"bulk-how": "empty"})
    assert told(staff.ann) == [("changed", {"count": 6})] * 2
