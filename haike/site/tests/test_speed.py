"""The page of speed: budgets and what was measured, for administrators."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.people.testing import Staff
from haike.people.user.record import User
from haike.site.models import SpeedSample
from haike.site.speed.kinds import step_of, time_of
from haike.site.speed.measure import counted, write_down

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X15")]
Browse = Callable[[User], Client]


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    counted.clear()
    yield
    counted.clear()


def row(client: Client, label: str, span: str = "hour") -> list[str]:
    """The cells of a kind of page."""
    page = client.get(f"/settings/speed?span={span}").content.decode()
    found = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', page)
    assert found is not None, page
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


def test_pages_are_counted_by_kind_with_time_and_queries(staff: Staff, browse: Browse) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    ann.get("/customers/")
    ann.get("/customers/")
    ann.get("/customers/?q=王")
    ann.get("/customers/999999/")  # not there: not counted
    budget, median, p95, most, queries, answered, state = row(boss, "列表")
    assert answered == "2"
    assert budget == ("≤ 10 ms" if connection.vendor == "sqlite" else "≤ 15 ms")
    assert float(median.removesuffix(" ms")) > 0
    assert float(p95.removesuffix(" ms")) >= float(median.removesuffix(" ms"))
    assert most == "≤ 8"
    assert int(queries.split(" / ")[0]) > 0
    assert state in ("达标", "超出")
    assert row(boss, "搜索")[5] == "1"
    assert row(boss, "记录详情页")[5] == "0"


def test_what_was_written_down_is_shown_with_what_was_not(staff: Staff, browse: Browse) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    ann.get("/customers/")
    write_down()
    assert not counted
    ann.get("/customers/")
    assert row(boss, "列表")[5] == "2"
    SpeedSample.objects.update(at=timezone.now() - timedelta(hours=5))
    assert row(boss, "列表")[5] == "1"
    assert row(boss, "列表", "day")[5] == "2"
    SpeedSample.objects.update(at=timezone.now() - timedelta(hours=26))
    write_down()
    assert SpeedSample.objects.count() == 1


def test_a_page_writes_nothing_of_it(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    ann.get("/customers/")
    with CaptureQueriesContext(connection) as captured:
        ann.get("/customers/")
    assert not [each for each in captured if "speedsample" in each["sql"]]
    assert not SpeedSample.objects.exists()


def test_within_and_over(staff: Staff, browse: Browse) -> None:
    slow = {"times": {str(step_of(400)): 9}, "queries": {"5": 9}}
    quick = {"times": {str(step_of(4)): 9}, "queries": {"5": 9}}
    many = {"times": {str(step_of(4)): 9}, "queries": {"99": 9}}
    SpeedSample.objects.create(at=timezone.now(), counts={"create": slow, "change": quick, "record": many})
    boss = browse(staff.boss)
    assert row(boss, "保存新记录")[6] == "超出"
    assert row(boss, "保存修改")[6] == "达标"
    assert row(boss, "记录详情页")[6] == "超出"


def test_only_administrators_find_it(staff: Staff, browse: Browse) -> None:
    assert browse(staff.ann).get("/settings/speed").status_code == 404
    assert "/settings/speed" in browse(staff.boss).get("/settings/").content.decode()
    assert browse(staff.boss).get("/settings/speed?span=nonsense").status_code == 200


@pytest.mark.parametrize("milliseconds", [0.01, 0.5, 1, 9.9, 150, 30_000])
def test_a_step_is_exact_to_a_tenth(milliseconds: float) -> None:
    assert max(milliseconds, 0.1) <= time_of(step_of(milliseconds)) * 1.000001 <= max(milliseconds, 0.1) * 1.1
