"""Health of a customer: what to do next, who needs attention, when people are best reached."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from haike.customers.contact.record import Contact
from haike.customers.customer.actions import plan_contact
from haike.customers.customer.queries import STALE_DAYS
from haike.customers.customer.record import Customer
from haike.customers.health.settle import rhythm_of, settle_all
from haike.customers.health.signal import SIGNALS, Hint, Signal
from haike.customers.testing import make_contact, make_customer
from haike.kernel.bulk import start_batch
from haike.kernel.entity import Button, entity_of
from haike.kernel.option import choose
from haike.kernel.period import today
from haike.kernel.record import writer
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.testing import make_pool
from haike.work.best_time import best_time
from haike.work.follow_up.actions import redate, remove_follow_up, restore_follow_up, write_follow_up
from haike.work.follow_up.many import write_many
from haike.work.follow_up.record import FollowUp

Browse = Callable[[User], Client]
DAY = timedelta(days=1)
pytestmark = [pytest.mark.feature("C16"), pytest.mark.django_db]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def noon(days: int) -> datetime:
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + days * DAY


def talked(by: User, customer: Customer, *days: int, **values: Any) -> list[FollowUp]:
    return [write_follow_up(customer, by=by, content="谈了谈", at=noon(each), **values) for each in days]


def entered(by: User, name: str, days: int = 400, **values: Any) -> Customer:
    """A customer entered some days ago."""
    customer = make_customer(by, name, **values)
    with writer():
        Customer.objects.filter(pk=customer.pk).update(created_at=timezone.now() - days * DAY, attention_on=None)
    customer.refresh_from_db()
    return customer


def panel(client: Client, customer: Customer) -> str:
    page = text_of(client.get(f"/customers/{customer.pk}/"))
    found = re.search(r'<section class="card health".*?</section>', page, re.DOTALL)
    return found.group() if found else ""


def listed(client: Client, tab: str = "attention") -> list[str]:
    page = text_of(client.get(f"/customers/?tab={tab}"))
    table = page[page.index("<tbody") :] if "<tbody" in page else ""
    known = Customer.objects.values_list("name", flat=True)
    return sorted((name for name in known if f">{name}<" in table), key=table.index)


def test_longer_silent_than_its_own_rhythm(staff: Staff, browse: Browse) -> None:
    weekly, monthly = entered(staff.ann, "每周联系"), entered(staff.ann, "每月联系")
    talked(staff.ann, weekly, -41, -34, -27, -20)
    talked(staff.ann, monthly, -110, -80, -50, -20)
    weekly.refresh_from_db()
    monthly.refresh_from_db()
    assert (weekly.rhythm_days, monthly.rhythm_days) == (7, 30)
    assert weekly.attention_on == today() - 20 * DAY + 11 * DAY
    ann = browse(staff.ann)
    said = panel(ann, weekly)
    assert "已有 20 天没有联系，平时每 7 天联系一次" in said
    assert f'href="/follow-ups/new?customer={weekly.pk}" data-drawer' in said
    assert "没有联系" not in panel(ann, monthly)
    assert listed(ann) == ["每周联系"]
    # One talk more, and all is well again.
    ann.post(f"/follow-ups/new?customer={weekly.pk}", {"manner": "call", "content": "又联系上了", "next_in": "7"})
    assert listed(ann) == []
    assert "平时每" not in panel(ann, weekly)


def test_an_overdue_contact_is_told_until_it_is_planned_anew(staff: Staff, browse: Browse) -> None:
    customer = plan_contact(make_customer(staff.ann, "约好的客户"), at=noon(-3), by=staff.ann)
    plan_contact(make_customer(staff.ann, "今天的客户"), at=noon(0), by=staff.ann)
    assert customer.attention_on == today() - 2 * DAY
    ann = browse(staff.ann)
    assert listed(ann) == ["约好的客户"]
    said = panel(ann, customer)
    assert f"原定 {noon(-3):%Y-%m-%d} 的联系已逾期 3 天" in said
    assert f'href="/customers/{customer.pk}/plan" data-drawer' in said
    assert ann.post(f"/customers/{customer.pk}/plan", {"next_in": "7"}).status_code == 302
    assert listed(ann) == []
    assert "逾期" not in panel(ann, customer)


def test_without_a_rhythm_the_days_of_the_setting_count(staff: Staff, browse: Browse) -> None:
    once, never, new = (
        entered(staff.ann, "联系过一次"),
        entered(staff.ann, "从未联系", 50),
        make_customer(staff.ann, "新"),
    )
    talked(staff.ann, once, -40)
    settle_all.call()
    ann = browse(staff.ann)
    assert listed(ann) == ["从未联系", "联系过一次"]
    assert "已有 40 天没有联系" in panel(ann, once)
    assert "录入 50 天了，还没有联系过" in panel(ann, never)
    assert "没有联系" not in panel(ann, new)
    assert Customer.objects.get(pk=new.pk).attention_on == today() + 31 * DAY
    choose(STALE_DAYS, 45)
    settle_all.call()
    assert listed(ann) == ["从未联系"]


def test_paused_ones_and_those_in_the_public_sea_wait_for_nobody(staff: Staff, browse: Browse) -> None:
    customer = entered(staff.ann, "暂停的客户")
    talked(staff.ann, customer, -60)
    boss = browse(staff.boss)
    assert listed(boss) == ["暂停的客户"]
    assert browse(staff.ann).post(f"/customers/{customer.pk}/stage/paused").status_code == 302
    assert listed(boss) == []
    assert "没有安排" not in panel(boss, customer)
    browse(staff.ann).post(f"/customers/{customer.pk}/stage/intent")
    assert listed(boss) == ["暂停的客户"]
    sea, ann = make_pool(members=[staff.ann], managers=[staff.ben]), browse(staff.ann)
    entity_of(Customer).change(customer, by=staff.boss, owner=sea.account)
    assert listed(boss) == listed(ann) == []
    assert panel(boss, customer) == ""
    assert ann.post(f"/customers/{customer.pk}/claim").status_code == 302
    assert listed(ann) == ["暂停的客户"]


def test_what_is_missing_has_a_click_that_adds_it(staff: Staff, browse: Browse) -> None:
    customer, person = make_customer(staff.ann, "海蓝科技"), make_customer(staff.ann, "李四", form="individual")
    ann = browse(staff.ann)
    said = panel(ann, customer)
    assert "还没有首要联系人" in said
    assert f'href="/contacts/new?quick=1&amp;customer={customer.pk}" data-drawer' in said
    assert "还没有安排下次联系" in said
    assert "首要联系人" not in panel(ann, person)
    make_contact(staff.ann, customer)
    plan_contact(Customer.objects.get(pk=customer.pk), at=noon(3), by=staff.ann)
    assert panel(ann, customer) == ""
    assert listed(ann) == []


def test_each_sees_the_health_of_his_own(staff: Staff, browse: Browse) -> None:
    mine, others = entered(staff.ann, "安的客户"), entered(staff.cat, "凯的客户")
    talked(staff.ann, mine, -90)
    talked(staff.cat, others, -90)
    for user, names in ((staff.ann, ["安的客户"]), (staff.ben, ["安的客户"]), (staff.cat, ["凯的客户"])):
        assert listed(browse(user)) == names
    assert set(listed(browse(staff.boss))) == {"安的客户", "凯的客户"}
    assert "已有 90 天没有联系" in panel(browse(staff.ben), mine)
    assert browse(staff.cat).get(f"/customers/{mine.pk}/").status_code == 404
    assert "凯的客户" not in text_of(browse(staff.ann).get("/today/"))
    assert "安的客户" in text_of(browse(staff.ann).get("/today/"))


def test_nothing_is_told_of_fields_that_one_may_not_read(staff: Staff, browse: Browse) -> None:
    silent, late = (
        entered(staff.ann, "沉默的客户"),
        plan_contact(make_customer(staff.ann, "逾期的客户"), at=noon(-3), by=staff.ann),
    )
    talked(staff.ann, silent, -90)
    rights = {
        "customers.customer": {"last_contact_at": "hidden", "next_contact_at": "hidden", "main_contact": "hidden"}
    }
    ann = browse(staff.ann)
    assert "没有联系" in panel(ann, silent)
    assert "逾期" in panel(ann, late)
    entity_of(Role).change(Role.objects.get(key="sales"), by=staff.boss, field_rights=rights)
    assert panel(ann, silent) == panel(ann, late) == ""
    assert "天没联系" not in text_of(ann.get("/today/"))


# PostgreSQL's planner walks no index of three rows.
@pytest.mark.sqlite
def test_the_list_walks_an_index(staff: Staff, browse: Browse) -> None:
    talked(staff.ann, entered(staff.ann, "海蓝"), -90)
    for user, name in ((staff.boss, "customer_attention_on_all"), (staff.ann, "customer_attention_on_own")):
        client = browse(user)
        with CaptureQueriesContext(connection) as captured:
            assert listed(client) == ["海蓝"]
        asked = [each["sql"] for each in captured if "attention_on" in each["sql"] and each["sql"].startswith("SELECT")]
        plans = []
        with connection.cursor() as cursor:
            for sql in asked:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plans += [row[3] for row in cursor.fetchall()]
        assert any(name in plan for plan in plans), plans


def test_the_stored_day_follows_every_act_on_talks(staff: Staff) -> None:
    customer = entered(staff.ann, "海蓝科技")
    talks = talked(staff.ann, customer, -34, -27, -20, -13, -1)

    def stored() -> tuple[int | None, date | None]:
        return Customer.objects.values_list("rhythm_days", "attention_on").get(pk=customer.pk)

    assert stored() == (7, today() - DAY + 11 * DAY)
    remove_follow_up(talks[-1], by=staff.ann)
    assert stored() == (7, today() - 13 * DAY + 11 * DAY)
    restored = restore_follow_up(FollowUp._base_manager.get(pk=talks[-1].pk), by=staff.ann)
    assert stored() == (7, today() - DAY + 11 * DAY)
    redate(restored, at=noon(-3), by=staff.ann)
    assert stored() == (7, today() - 3 * DAY + 11 * DAY)
    assert settle_all.call() == {"customers": 1, "changed": 0}


def test_imported_talks_count_at_once(staff: Staff) -> None:
    customer = entered(staff.ann, "海蓝科技")
    rows = [{"customer": customer, "content": f"第 {days} 天前", "at": noon(-days)} for days in (61, 54, 47, 40)]
    batch = start_batch(entity_of(FollowUp), "import", "talks.xlsx", by=staff.ann)
    made = write_many(rows, by=staff.ann, batch=batch)
    assert all(isinstance(each, FollowUp) for each in made)
    customer.refresh_from_db()
    assert (customer.rhythm_days, customer.attention_on) == (7, today() - 40 * DAY + 11 * DAY)


def test_rooms_below_add_signals(staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = plan_contact(make_customer(staff.ann, "欠款客户"), at=noon(3), by=staff.ann)
    owes = {customer.pk: today() - DAY}
    button = Button("去催款", f"/customers/{customer.pk}/pay", "coin")
    signal = Signal("owes", lambda record, user: Hint("有逾期欠款", [button], True), lambda records: owes)
    monkeypatch.setattr("haike.customers.health.signal.SIGNALS", [*SIGNALS, signal])
    settle_all.call()
    ann = browse(staff.ann)
    assert listed(ann) == ["欠款客户"]
    said = panel(ann, customer)
    assert said.index("有逾期欠款") < said.index("首要联系人")
    assert f'href="/customers/{customer.pk}/pay">' in said


def test_the_best_time_comes_from_talks_in_which_he_was_reached(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "海蓝科技")
    busy, quiet = make_contact(staff.ann, customer, "王小明"), make_contact(staff.ann, customer, "赵新")
    last = today() - timedelta(days=today().weekday() + 7)

    def call(contact: Contact, weeks: int, weekday: int, hour: int, result: str) -> None:
        day = last - timedelta(weeks=weeks) + timedelta(days=weekday)
        at = datetime(day.year, day.month, day.day, hour, 20, tzinfo=timezone.get_current_timezone())
        write_follow_up(customer, by=staff.ann, content="电话", at=at, contact=contact, result=result)

    for week in range(5, 0, -1):
        call(busy, week, 1, 10, "progress")
        call(busy, week, 3, 16, "no_answer")
    ann = browse(staff.ann)
    for _each in range(3):
        call(quiet, 1, 2, 9, "progress")
    said = panel(ann, customer)
    assert "星期二" in said
    assert "9:00–11:00" in said or "10:00–12:00" in said
    assert "赵新" not in said
    page = text_of(ann.get(f"/contacts/{busy.pk}/"))
    assert "星期二" in page
    assert "最佳联系时间" not in text_of(ann.get(f"/contacts/{quiet.pk}/"))


def test_the_page_costs_the_same_however_long_the_history(staff: Staff, browse: Browse) -> None:
    short, long = make_customer(staff.ann, "短"), make_customer(staff.ann, "长")
    for customer, number in ((short, 1), (long, 25)):
        contact = make_contact(staff.ann, customer)
        for day in range(number, 0, -1):
            talked(staff.ann, customer, -day * 2, contact=contact, result="progress")
    ann, found = browse(staff.ann), []
    for customer in (short, long):
        ann.get(f"/customers/{customer.pk}/")
        numbers = []
        for __ in range(2):
            # Once a second the versions of what a process remembers are asked for too.
            with CaptureQueriesContext(connection) as captured:
                ann.get(f"/customers/{customer.pk}/")
            numbers.append(len(captured))
        found.append(min(numbers))
    assert found[1] <= found[0] <= 20, found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_words_are_those_of_the_readers_language(staff: Staff, browse: Browse, language: str) -> None:
    customer = entered(staff.ann, "Hailan" if language == "en" else "海蓝")
    talked(staff.ann, customer, -60)
    ann = browse(staff.ann)
    assert ann.post("/account/display", {"language": language}).status_code == 302
    said = panel(ann, customer)
    assert ("No contact for 60 days." in said) == (language == "en")
    assert bool(re.search(r">[^<]*[A-Za-z]{4,}[^<]*<", said)) == (language == "en")


@given(st.lists(st.dates(date(2020, 1, 1), date(2026, 1, 1)), max_size=40))
def test_a_rhythm_lies_among_the_gaps(days: list[date]) -> None:
    known = sorted(set(days))
    gaps = [(b - a).days for a, b in pairwise(known)]
    rhythm = rhythm_of(days)
    assert (rhythm is None) == (len(gaps) < 3)
    if rhythm is not None:
        assert min(*gaps, 365) <= rhythm <= 365
        assert rhythm <= max(gaps) + 1


MOMENTS = st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(10**9 + seconds, UTC))


@given(st.lists(st.tuples(MOMENTS, st.booleans()), max_size=60))
def test_a_best_time_is_one_at_which_he_was_reached(talks: list[tuple[datetime, bool]]) -> None:
    zone = ZoneInfo(settings.TIME_ZONE)
    found = best_time(talks)
    reached = [at.astimezone(zone) for at, yes in talks if yes]
    if len(reached) < 5:
        assert found is None
    if found is not None and found.weekday is not None:
        assert sum(at.weekday() == found.weekday for at in reached) >= 3
    if found is not None and found.hour is not None:
        assert sum(found.hour <= at.hour < found.hour + 2 for at in reached) >= 3
