"""The address load balancers ask."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from haike.jobs.job import Job, Status
from haike.people.testing import Staff
from haike.people.user.record import User

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P35")]


def test_health_answers_when_the_database_does() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.sqlite
def test_sqlite_is_set_up_for_several_processes() -> None:
    with connection.cursor() as cursor:
        for pragma, value in [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1)]:
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,)


def test_the_page_tells_part_by_part(staff: Staff, browse: Callable[[User], Client]) -> None:
    boss = browse(staff.boss)
    page = boss.get("/settings/health").content.decode()
    for part in ("数据库", "后台任务", "失败的任务", "磁盘", "正常"):
        assert part in page, part
    assert "似乎没有后台进程" not in page
    assert "/settings/health" in boss.get("/settings/").content.decode()
    Job.objects.create(task="none", status=Status.READY, run_at=timezone.now() - timedelta(minutes=5))
    Job.objects.create(task="none", status=Status.LOST, finished_at=timezone.now())
    page = boss.get("/settings/health").content.decode()
    for told in ("似乎没有后台进程", "24 小时内 1 个失败或丢失", "请查看", "/jobs/?tab=lost"):
        assert told in page, told


def test_sellers_do_not_see_it(staff: Staff, browse: Callable[[User], Client]) -> None:
    answer = browse(staff.ann).get("/settings/health")
    assert answer.status_code in (403, 404, 422)
    assert "SQLite" not in answer.content.decode()
