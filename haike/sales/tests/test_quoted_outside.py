"""One's customers quoted by others: who raises an alarm, who none, and who reads what of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.find.share import Share
from haike.kernel.log import Batch, Change
from haike.kernel.option import choose
from haike.people.models import Alarm
from haike.people.testing import Staff
from haike.people.user.actions import make_user
from haike.people.user.record import User
from haike.sales.quote.outside import QUOTED_OUTSIDE
from haike.sales.tests.test_quote import form, make_quote
from haike.talk.models import Notice

pytestmark = [pytest.mark.feature("P5"), pytest.mark.django_db]
HERE = "/settings/alarms/"


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann, "苏州锐诚精密机械有限公司")


@pytest.fixture
def helper(staff: Staff) -> User:
    """Somebody of another department who sees all customers."""
    return make_user(username="dana", name="戴安娜", password="x", roles=["director_assistant"], department=staff.east)


@pytest.fixture
def quoted(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    def once(by: User, customer: Customer, **values: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return make_quote(by, customer, {"name": "安装调试", "quantity": "1", "price": "1500"}, **values)

    return once


def test_a_quote_of_somebody_without_part_raises_one_alarm_a_day(
    staff: Staff, customer: Customer, helper: User, quoted: Any, browse: Callable[[User], Client]
) -> None:
    quote = quoted(helper, customer)
    quoted(helper, customer)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.user) == ("quoted_outside", helper)
    page = browse(staff.boss).get(HERE).content.decode()
    for words in ("客户被他人报价", "戴安娜", "安然", quote.number, "苏州锐诚", "¥1,500.00"):
        assert words in page
    # Neither the stored facts nor the log of operations name the customer.
    log = Change.objects.get(entity="people.alarm")
    assert "锐诚" not in f"{alarm.facts} {log.diff}"
    told = Notice.objects.filter(kind="quoted_outside")
    assert {each.user for each in told} == {staff.ben, staff.boss}
    assert Notice.objects.filter(kind="alarm").get().user == staff.boss
    page = browse(staff.ben).get("/notices/").content.decode()
    assert "戴安娜 给 安然 的这个客户做了报价" in page
    # Another customer is another thing.
    quoted(helper, make_customer(staff.ann, "无锡恒达"))
    assert Alarm.objects.count() == 2


def test_whoever_has_part_in_a_customer_raises_none(
    staff: Staff, customer: Customer, helper: User, quoted: Any
) -> None:
    quoted(staff.ann, customer)
    quoted(staff.ben, customer)
    quoted(staff.boss, customer)
    quoted(helper, make_customer(staff.boss, "无人负责", owner=None))
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=helper)
    quoted(helper, customer)
    assert not Alarm.objects.exists()


def test_the_setting_narrows_it_to_other_departments_or_ends_it(
    staff: Staff, customer: Customer, helper: User, quoted: Any
) -> None:
    neighbour = make_user(
        username="nora", name="罗娜", password="x", roles=["director_assistant"], department=staff.south
    )  # fmt: skip
    choose(QUOTED_OUTSIDE, "department")
    quoted(neighbour, customer)
    assert not Alarm.objects.exists()
    quoted(helper, customer)
    assert Alarm.objects.count() == 1
    choose(QUOTED_OUTSIDE, "never")
    quoted(helper, make_customer(staff.ann, "无锡恒达"))
    assert Alarm.objects.count() == 1


def test_another_customer_on_a_quote_counts_too_and_a_batch_does_not(
    staff: Staff,
    customer: Customer,
    helper: User,
    quoted: Any,
    browse: Callable[[User], Client],
    django_capture_on_commit_callbacks: Any,
) -> None:
    quote = quoted(helper, make_customer(helper, "自己的客户"))
    assert not Alarm.objects.exists()
    batch = Batch.objects.create(kind="import", entity="sales.quote", by=helper, at=timezone.now())
    quoted(helper, customer, batch=batch)
    assert not Alarm.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert form(browse(helper), quote, customer=str(customer.pk)).status_code == 302
    assert Alarm.objects.get().facts["record"] == quote.pk
