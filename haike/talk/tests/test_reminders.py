"""Reminders: what comes, how many days ahead, in both calendars, once, and not in quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from haike.customers.customer.actions import plan_contact
from haike.customers.models import Contact, Customer
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.people.account.actions import choose_reminders
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User
from haike.talk.jobs import forget, remind
from haike.talk.models import Notice
from haike.talk.notice.choice import may_pop_up
from haike.talk.notice.feed import news
from haike.talk.notice.record import unread_now
from haike.talk.notice.reminder import reminders

Browse = Callable[[User], Client]
Commits = Any
pytestmark = [pytest.mark.feature("P28"), pytest.mark.django_db]
NOON = datetime(2026, 9, 23, 12, 0, tzinfo=timezone.get_default_timezone())
"""A Wednesday; two days later is the fifteenth of the eighth month, the Mid-Autumn Festival."""


@pytest.fixture(autouse=True)
def noon(staff: Staff) -> Any:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return entity_of(Customer).create(by=staff.ann, name="苏州锐诚机械")  # type: ignore[no-any-return]


@pytest.fixture
def run(django_capture_on_commit_callbacks: Commits) -> Callable[[], int]:
    def once() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return remind.func()  # type: ignore[no-any-return]

    return once


def told(user: User) -> list[tuple[str, date]]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", "due"))


def contact(staff: Staff, customer: Customer, birthday: str, name: str = "李雷") -> Contact:
    return entity_of(Contact).create(by=staff.ann, customer=customer, name=name, birthday=birthday)  # type: ignore[no-any-return]


AHEAD = {f"ahead-{key}": str(each.ahead) for key, each in reminders().items() if each.asked}


def ahead(client: Client, **days: int) -> Any:
    data = {"popup": "1", **AHEAD}
    return client.post("/account/notices", data | {f"ahead-{kind}": str(number) for kind, number in days.items()})


def test_a_contact_that_is_due_today_reminds_once(
    staff: Staff, browse: Browse, customer: Customer, run: Callable[[], int]
) -> None:
    plan_contact(customer, at=NOON + timedelta(hours=3), what="确认样品", by=staff.ann)
    assert run() == 1
    assert run() == 0
    assert told(staff.ann) == [("contact_due", NOON.date())]
    page = browse(staff.ann).get("/notices/").content.decode()
    assert "待联系" in page
    assert "确认样品" in page
    # Whom else the customer concerns not: his manager sees it, but it is not his to do.
    assert told(staff.ben) == []


def test_a_day_that_moved_reminds_anew(staff: Staff, customer: Customer, run: Callable[[], int]) -> None:
    plan_contact(customer, at=NOON + timedelta(hours=3), what="一", by=staff.ann)
    run()
    with time_machine.travel(NOON + timedelta(days=1)):
        plan_contact(customer, at=NOON + timedelta(days=1, hours=3), what="二", by=staff.ann)
        assert run() == 1


def test_birthdays_in_both_calendars_come_some_days_ahead(
    staff: Staff, browse: Browse, customer: Customer, run: Callable[[], int]
) -> None:
    contact(staff, customer, "09-26", "阳历")
    contact(staff, customer, "lunar 1980-08-15", "农历")
    contact(staff, customer, "09-27", "四天后")
    run()
    assert sorted(told(staff.ann)) == [("birthday", date(2026, 9, 25)), ("birthday", date(2026, 9, 26))]
    page = browse(staff.ann).get("/notices/").content.decode()
    assert "农历" in page
    assert "八月十五" in page
    assert "四天后" not in page
    assert ahead(browse(staff.ann), birthday=4).status_code == 302
    versioned.forget()
    assert run() == 1


def test_the_page_of_what_is_due_is_narrowed_by_period(staff: Staff, browse: Browse, customer: Customer) -> None:
    plan_contact(customer, at=NOON + timedelta(days=1), what="明天的事", by=staff.ann)
    contact(staff, customer, "09-29", "下周生日")
    contact(staff, customer, "10-20", "下月生日")
    ann = browse(staff.ann)

    def page(when: str, client: Client = ann) -> str:
        return client.get(f"/notices/?show=due&when={when}").content.decode().split("notices-bar")[1]

    assert "没有到期的提醒" in page("today")
    assert "明天的事" in page("tomorrow")
    assert "下周生日" in page("next_week")
    assert "下月生日" not in page("next_week")
    assert "下月生日" in page("next_month")
    assert "没有到期的提醒" in page("nonsense")
    for stranger in (staff.cat, staff.ben):
        assert "下周生日" not in page("next_week", browse(stranger))


def test_who_may_not_read_the_field_is_told_nothing(
    staff: Staff, browse: Browse, customer: Customer, run: Callable[[], int]
) -> None:
    contact(staff, customer, "09-24", "王芳")
    run()
    role = staff.ann.roles.get()
    fields = {**role.field_rights, "customers.contact": {"birthday": "hidden"}}
    type(role)._haike_entity.change(role, by=SETUP, field_rights=fields)  # type: ignore[attr-defined]
    versioned.forget()
    for path in ("/notices/", "/notices/?show=due&when=tomorrow", "/notices/news?after=0"):
        page = browse(staff.ann).get(path).content.decode()
        assert "王芳" not in page, path
        assert "09-24" not in page.split("notices-bar")[-1], path


def test_kinds_that_nobody_wants_and_records_that_are_gone_do_not_remind(
    staff: Staff, customer: Customer, run: Callable[[], int]
) -> None:
    contact(staff, customer, "09-24")
    choose_reminders(staff.ann, {"birthday": []})
    versioned.forget()
    assert run() == 0
    choose_reminders(staff.ann, {"birthday": ["page"]})
    versioned.forget()
    entity_of(Customer).remove(customer, by=staff.boss)
    assert run() == 0


def test_nothing_pops_up_in_quiet_hours(staff: Staff, browse: Browse, customer: Customer) -> None:
    Notice.objects.create(user=staff.ann, kind="mention", entity="customers.customer", record_id=customer.pk)
    assert len(news(staff.ann, 0, unread_now(staff.ann))["items"]) == 1
    data = {"popup": "1", "quiet_from": "22:00", "quiet_to": "07:30", **AHEAD}
    assert browse(staff.ann).post("/account/notices", data).status_code == 302
    versioned.forget()
    for hour, minute, quiet in ((21, 59, False), (22, 0, True), (3, 0, True), (7, 29, True), (7, 30, False)):
        with time_machine.travel(NOON.replace(hour=hour, minute=minute), tick=False):
            assert may_pop_up(staff.ann) is not quiet, hour
    with time_machine.travel(NOON.replace(hour=23), tick=False):
        told = browse(staff.ann).get("/notices/news?after=0").json()
        assert (told["count"], told["items"]) == (1, [])
    del data["popup"]
    browse(staff.ann).post("/account/notices", data)
    versioned.forget()
    assert not may_pop_up(staff.ann)
    assert may_pop_up(staff.ben)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "22:00"),
        ({"quiet_from": "22:00"}, "开始和结束"),
        ({"ahead-birthday": "-1"}, "0 到 30"),
        ({"ahead-birthday": "31"}, "0 到 30"),
        ({"ahead-birthday": "三"}, "0 到 30"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    wrong: dict[str, str], said: str, staff: Staff, browse: Browse
) -> None:
    data = {"popup": "1", **AHEAD, **wrong}
    answer = browse(staff.ann).post("/account/notices", data)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_old_notices_go(staff: Staff, customer: Customer) -> None:
    now = timezone.now()
    for days, read in ((100, True), (100, False), (10, True), (400, False)):
        at = now - timedelta(days=days)
        Notice.objects.create(
            user=staff.ann, kind="mention", entity="customers.customer", record_id=customer.pk, at=at,
            read_at=at if read else None,
        )  # fmt: skip
    assert forget.func() == 2
    assert sorted((now - n.at).days for n in Notice.objects.all()) == [10, 100]
