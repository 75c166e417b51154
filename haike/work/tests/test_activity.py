"""The page of a person: what he has and what he does, as far as the reader may see it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.customers.customer.actions import plan_contact
from haike.customers.testing import make_customer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.follow_up.actions import write_follow_up

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("P7")
DAY = timedelta(days=1)


def numbers(page: str) -> dict[str, tuple[str, str]]:
    """The number and the link behind each label."""
    start = page.index('class="activity"')
    page = page[start : page.index("</dl>", start)]
    found = re.findall(r"<dt>([^<]+)</dt><dd><a href=\"([^\"]+)\">([^<]+)</a>", page)
    return {label: (number, url.replace("&amp;", "&")) for label, url, number in found}


@pytest.fixture
def busy(staff: Staff) -> None:
    first, second = make_customer(staff.ann, "甲公司"), make_customer(staff.ann, "乙公司")
    write_follow_up(first, by=staff.ann, content="今天打了电话")
    write_follow_up(second, by=staff.ann, content="今天去了一趟", manner="visit")
    write_follow_up(second, by=staff.ben, content="经理也说了一句")
    plan_contact(first, at=timezone.now() - 3 * DAY, by=staff.ann)


def test_a_manager_sees_what_his_people_do(busy: None, staff: Staff, browse: Browse) -> None:
    ben = browse(staff.ben)
    page = ben.get(f"/users/{staff.ann.pk}/?tab=activity").content.decode()
    found = numbers(page)
    counts = {label: number for label, (number, __) in found.items()}
    assert counts == {
        "今天跟进": "2", "本周跟进": "2", "本月跟进": "2", "本月拜访": "1", "本月新客户": "2", "逾期未联系": "1",
    }  # fmt: skip
    assert "今天去了一趟" in page
    assert "经理也说了一句" not in page
    for label, (number, url) in found.items():
        assert len(ben.get(url).context["list"].rows) == int(number), label


def test_a_stranger_learns_nothing_from_it(busy: None, staff: Staff, browse: Browse) -> None:
    cat = browse(staff.cat)
    page = cat.get(f"/users/{staff.ann.pk}/?tab=activity").content.decode()
    assert {number for number, __ in numbers(page).values()} == {"0"}
    assert "今天去了一趟" not in page
    assert "乙公司" not in page
    records = cat.get(f"/users/{staff.ann.pk}/panel/records").content.decode()
    assert "/customers/" not in records
    assert "/customers/" in browse(staff.ben).get(f"/users/{staff.ann.pk}/panel/records").content.decode()


def test_it_costs_few_queries(busy: None, staff: Staff, browse: Browse) -> None:
    ben = browse(staff.ben)
    ben.get(f"/users/{staff.ann.pk}/panel/activity")
    with CaptureQueriesContext(connection) as captured:
        assert ben.get(f"/users/{staff.ann.pk}/panel/activity").status_code == 200
    assert len(captured) <= 20
