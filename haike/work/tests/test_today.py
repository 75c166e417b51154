"""The page of the day."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.customers.customer.actions import plan_contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.talk.jobs import remind
from haike.talk.models import Notice
from haike.work.follow_up.actions import comment_on, write_follow_up
from haike.work.follow_up.record import FollowUp

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def due(by: User, name: str, days: int, what: str = "") -> Customer:
    at = timezone.localtime().replace(hour=12, minute=0) + days * DAY
    return plan_contact(make_customer(by, name), at=at, what=what, by=by)


@pytest.mark.feature("A5")
def test_the_page_tells_whom_to_contact(staff: Staff, browse: Browse) -> None:
    late, now, soon = (
        due(staff.ann, "过期客户", -3),
        due(staff.ann, "今天客户", 0, "送样品"),
        due(staff.ann, "明天客户", 1),
    )
    later = due(staff.ann, "后天客户", 2)
    due(staff.cat, "别人客户", 0)
    make_contact(staff.ann, now, "王小明", mobile="13800138000")
    write_follow_up(now, by=staff.ann, content="上次谈了价格", at=timezone.now() - 2 * DAY)
    page = text_of(browse(staff.ann).get("/today/"))
    places = [page.index(f'id="due-{each.pk}"') for each in (late, now, soon)]
    assert places == sorted(places)
    for piece in ("送样品", "王小明", "tel:13800138000", "上次谈了价格"):
        assert piece in page, piece
    assert f'id="due-{later.pk}"' not in page
    assert "别人客户" not in page


@pytest.mark.feature("A5", "A3")
def test_a_talk_is_written_in_the_row_and_the_row_moves_to_done(staff: Staff, browse: Browse) -> None:
    customer = due(staff.ann, "今天客户", 0)
    ann = browse(staff.ann)
    url = f"/follow-ups/new?customer={customer.pk}&place=row"
    answer = ann.post(url, {"manner": "call", "content": "", "next_in": ""}, headers=HTMX)
    assert answer.status_code == 422
    assert f'id="due-{customer.pk}"' in text_of(answer)
    answer = ann.post(url, {"manner": "call", "content": "谈好了", "next_in": "7"}, headers=HTMX)
    assert answer.status_code == 200
    assert '<hx-partial hx-target="#done"' in text_of(answer)
    assert text_of(answer).strip().startswith("<hx-partial")
    page = text_of(ann.get("/today/"))
    assert f'id="due-{customer.pk}"' not in page
    assert "谈好了" in page
    without_scripts = due(staff.ann, "第二个", 0)
    answer = ann.post(f"/follow-ups/new?customer={without_scripts.pk}&place=row", {"manner": "call", "content": "谈"})
    assert answer.status_code == 302
    assert answer["Location"] == "/today/"


@pytest.mark.feature("A5")
def test_a_row_can_be_put_off(staff: Staff, browse: Browse) -> None:
    customer = due(staff.ann, "今天客户", 0, "送样品")
    url = f"/customers/{customer.pk}/plan?from=today"
    assert browse(staff.cat).post(url, {"next_in": "7"}).status_code == 404
    answer = browse(staff.ann).post(url, {"next_in": "7"})
    assert answer.status_code == 302
    assert answer["Location"] == "/today/"
    customer.refresh_from_db()
    assert timezone.localtime(customer.next_contact_at).date() == timezone.localdate() + 7 * DAY
    assert customer.next_contact_what == "送样品"


@pytest.mark.feature("A5")
def test_what_is_new_and_what_others_did(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "新客户")
    old = make_customer(staff.ann, "老客户")
    with_time = timezone.now() - 10 * DAY
    from_before = Customer._base_manager.filter(pk=old.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET created_at = %s WHERE id = %s", [with_time, from_before.get().pk])
    entity_of(Customer).change(Customer.objects.get(pk=old.pk), by=staff.ben, remark="经理改的")
    comment_on(write_follow_up(customer, by=staff.ann, content="谈"), text="不错,继续", by=staff.ben)
    make_contact(staff.ann, customer, "寿星", birthday=f"{timezone.localdate():%m-%d}")
    page = text_of(browse(staff.ann).get("/today/"))
    for piece in (
        "new-title",
        "changed-title",
        "comments-title",
        "birthdays-title",
        "新客户",
        "老客户",
        "不错,继续",
        "寿星",
    ):
        assert piece in page, piece
    stranger = text_of(browse(staff.cat).get("/today/"))
    for piece in ("新客户", "老客户", "不错", "寿星"):
        assert piece not in stranger, piece


@pytest.mark.feature("A5")
def test_a_manager_sees_his_group_and_each_person(staff: Staff, browse: Browse) -> None:
    due(staff.ann, "安然客户", 0)
    due(staff.ben, "经理客户", 0)
    due(staff.cat, "外部客户", 0)
    ben = browse(staff.ben)
    mine, hers, all_of_us = (text_of(ben.get(f"/today/?who={who}")) for who in ("me", staff.ann.pk, "group"))
    assert "经理客户" in mine
    assert "安然客户" not in mine
    assert "安然客户" in hers
    assert "经理客户" not in hers
    assert "安然客户" in all_of_us
    assert "经理客户" in all_of_us
    assert "外部客户" not in all_of_us
    for who in (staff.cat.pk, "nonsense", 10**30):
        assert "外部客户" not in text_of(ben.get(f"/today/?who={who}"))
    assert "外部客户" not in text_of(browse(staff.ann).get(f"/today/?who={staff.cat.pk}"))


@pytest.mark.feature("A5")
def test_many_are_shown_by_pages_with_few_queries(staff: Staff, browse: Browse) -> None:
    for number in range(60):
        customer = due(staff.ann, f"客户{number:02}", -1)
        make_contact(staff.ann, customer, f"王{number}", mobile=f"138001380{number:02}")
    ann = browse(staff.ann)
    ann.get("/today/")
    with CaptureQueriesContext(connection) as captured:
        page = text_of(ann.get("/today/"))
    assert page.count('<li class="due ') == 50
    assert len(captured) <= 20, len(captured)
    more = page[: page.index('">', page.index("after="))].rsplit('"', 1)[1].replace("&amp;", "&")
    assert text_of(ann.get(f"/today/{more}")).count('<li class="due ') == 10
    assert FollowUp.objects.count() == 0


@pytest.mark.feature("A5")
def test_the_days_push_says_what_came_today(
    staff: Staff, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    commits = django_capture_on_commit_callbacks
    given, mine = make_customer(staff.boss, "给安然的客户"), make_customer(staff.ann)
    make_contact(staff.ann, mine, "寿星", birthday=f"{timezone.localdate() + 2 * DAY:%m-%d}")
    due(staff.ann, "今天要联系", 0)
    with commits(execute=True):
        entity_of(Customer).change(given, by=staff.boss, owner=staff.ann)
        remind.func()
    ann = browse(staff.ann)
    page = text_of(ann.get("/today/"))
    push = page[page.index('id="push-title"') : page.index("</section>", page.index('id="push-title"'))]
    assert "给安然的客户" in push
    assert "寿星" in push
    assert "今天要联系" not in push, "it stands in the list of those to contact"
    assert "push-title" not in text_of(browse(staff.cat).get("/today/"))
    Notice.objects.update(read_at=timezone.now())
    assert "push-title" not in text_of(ann.get("/today/"))


@pytest.mark.feature("A5", "P4")
def test_everybody_chooses_the_cards_of_his_day(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "新客户")
    make_contact(staff.ann, customer, "寿星", birthday=f"{timezone.localdate():%m-%d}")
    ann = browse(staff.ann)

    def cards() -> list[str]:
        page = text_of(ann.get("/today/"))
        return re.findall(r'<h2 id="(\w+)-title"', page[page.index('class="today"') : page.index("</main>")])

    assert cards() == ["due", "done", "birthdays", "new"]
    ann.post("/account/workbench", {"card": ["new", "done"]})
    assert cards() == ["due", "new", "done"]
    ann.post("/account/workbench", {})
    assert cards() == ["due"]
    url = f"/follow-ups/new?customer={customer.pk}&place=row"
    answer = ann.post(url, {"manner": "call", "content": "谈好了"}, headers=HTMX)
    assert text_of(answer).strip() == "", "there is no list of what was done to which the row could move"
    assert 'value="birthdays"' in text_of(ann.get("/account/workbench"))
