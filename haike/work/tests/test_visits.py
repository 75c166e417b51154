"""Visits that are planned and visits that were made: other lists than what is only to be said by telephone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.customer.queries import HIDE_PAUSED, STALE_DAYS
from haike.customers.customer.record import Customer
from haike.customers.testing import make_customer
from haike.kernel.change import writer
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.follow_up.actions import write_follow_up
from haike.work.follow_up.record import FollowUp

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("C5")
DAY = timedelta(days=1)


def tab(client: Client, name: str) -> set[str]:
    page = client.get("/customers/", {"tab": name, "size": 100}).content.decode()
    return set(re.findall(r'class="row-link"[^>]*>([^<]+)<', page))


def later_today() -> Any:
    """A moment that is to come and still lies in this day, week and month."""
    return timezone.localtime().replace(hour=23, minute=59, second=0, microsecond=0)


def test_whom_to_visit_is_another_list_than_whom_to_call(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    for name, manner in (("要去的", "visit"), ("要打电话的", "call"), ("没说怎样", "")):
        customer = make_customer(staff.ann, name)
        sent = {"next_at": f"{later_today():%Y-%m-%dT%H:%M}", "next_manner": manner, "next_what": "谈合同"}
        assert ann.post(f"/customers/{customer.pk}/plan", sent).status_code == 302
    for period in ("today", "this_week", "this_month"):
        assert tab(ann, f"visit_{period}") == {"要去的"}
        assert tab(ann, f"due_{period}") == {"要去的", "要打电话的", "没说怎样"}
    assert "上门拜访" in ann.get("/today/").content.decode()
    assert tab(browse(staff.cat), "visit_today") == set()


def test_visited_and_contacted_differ(staff: Staff, browse: Browse) -> None:
    for name, manner in (("去过的", "visit"), ("打过电话的", "call")):
        write_follow_up(make_customer(staff.ann, name), by=staff.ann, content="谈了", manner=manner)
    ann = browse(staff.ann)
    for period in ("today", "this_week", "this_month"):
        assert tab(ann, f"contacted_{period}") == {"去过的", "打过电话的"}
        assert tab(ann, f"visited_{period}") == {"去过的"}
    assert tab(ann, "never") == set()


def test_how_to_go_on_follows_the_newest_talk(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    url = f"/follow-ups/new?customer={customer.pk}"
    sent = {"manner": "call", "content": "约好见面", "next_in": "3", "next_manner": "visit", "next_what": "带样品"}
    assert browse(staff.ann).post(url, sent).status_code == 302
    customer.refresh_from_db()
    assert (customer.next_contact_manner, customer.next_contact_what) == ("visit", "带样品")
    # A talk that says nothing about it keeps the visit; putting it off keeps it too.
    write_follow_up(customer, by=staff.ann, content="顺便问候")
    browse(staff.ann).post(f"/customers/{customer.pk}/plan?from=today", {"next_in": "7"})
    customer.refresh_from_db()
    assert (customer.next_contact_manner, customer.next_contact_what) == ("visit", "带样品")
    newest = FollowUp.objects.latest("id")
    entity_of(FollowUp).change(newest, by=staff.ann, next_manner="call")
    customer.refresh_from_db()
    assert customer.next_contact_manner == "call"
    write_follow_up(customer, by=staff.ann, content="不再联系", next_at=None)
    customer.refresh_from_db()
    assert (customer.next_contact_at, customer.next_contact_manner) == (None, None)


def test_lists_of_days_weeks_and_months(staff: Staff, browse: Browse) -> None:
    now = timezone.now()
    times = {"刚录入": {}, "很久以前": {"created_at": now - 400 * DAY, "last_contact_at": now - 399 * DAY},
             "刚联系": {"created_at": now - 400 * DAY, "last_contact_at": now},
             "早该联系": {"created_at": now - 400 * DAY, "last_contact_at": now - 2 * DAY,
                      "next_contact_at": now - DAY}}  # fmt: skip
    with writer():
        for name, facts in times.items():
            Customer.objects.filter(pk=make_customer(staff.ann, name).pk).update(**facts)
    ann = browse(staff.ann)
    assert tab(ann, "overdue") == {"早该联系"}
    assert tab(ann, "stale") == {"很久以前"}
    choose(STALE_DAYS, 1)
    assert tab(ann, "stale") == {"很久以前", "早该联系"}
    for period in ("today", "this_week", "this_month"):
        assert tab(ann, f"new_{period}") == {"刚录入"}
        assert "刚联系" in tab(ann, f"contacted_{period}")
        assert "很久以前" not in tab(ann, f"contacted_{period}")


def test_a_setting_leaves_out_the_paused_and_stopped(staff: Staff, browse: Browse) -> None:
    for stage in ("prospect", "intent", "paused", "stopped"):
        make_customer(staff.ann, stage, stage=stage)
    ann = browse(staff.ann)
    assert tab(ann, "all") == {"prospect", "intent", "paused", "stopped"}
    choose(HIDE_PAUSED, True)
    assert tab(ann, "all") == {"prospect", "intent"}
    assert tab(ann, "paused") == {"paused", "stopped"}
    assert (tab(ann, "prospects"), tab(ann, "intents")) == ({"prospect"}, {"intent"})
