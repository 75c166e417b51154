"""The address load balancers ask."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from haike.jobs.job import Job, Status
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
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
    page = boss.get("/settings/health").content.decode()
    for told in ("似乎没有后台进程", "请查看", "24 小时内没有失败的任务"):
        assert told in page, told
    assert "中断的任务" not in page


def test_it_names_the_jobs_that_failed_and_leads_to_lost_ones_only_when_there_are_some(
    staff: Staff, browse: Callable[[User], Client]
) -> None:
    boss, now = browse(staff.boss), timezone.now()
    for title in ("导入客户", "导入客户", "导出订单"):
        Job.objects.create(task="none", title=title, status=Status.FAILED, finished_at=now)
    Job.objects.create(task="none", title="陈年旧事", status=Status.LOST, finished_at=now - timedelta(days=2))
    page = boss.get("/settings/health").content.decode()
    assert "24 小时内 3 个任务失败：导入客户 × 2、导出订单。" in page
    assert "/jobs/?tab=failed" in page
    for absent in ("陈年旧事", "tab=lost", "中断的任务"):
        assert absent not in page, absent
    Job.objects.create(task="none", title="群发", status=Status.LOST, finished_at=now)
    page = boss.get("/settings/health").content.decode()
    for told in ("中断的任务", "群发", "/jobs/?tab=lost", "24 小时内 3 个任务失败"):
        assert told in page, told


def test_who_does_not_look_after_all_jobs_is_not_led_to_an_empty_list(
    staff: Staff, browse: Callable[[User], Client]
) -> None:
    role = staff.ann.roles.get()
    entity_of(type(role)).change(role, by=SETUP, grants=[*role.grants, "log"])
    versioned.forget()
    Job.objects.create(task="none", title="导入客户", status=Status.FAILED, finished_at=timezone.now())
    answer = browse(staff.ann).get("/settings/health")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "导入客户" in page
    assert "/jobs/" not in page.split('class="page-head"')[1]


def test_sellers_do_not_see_it(staff: Staff, browse: Callable[[User], Client]) -> None:
    answer = browse(staff.ann).get("/settings/health")
    assert answer.status_code in (403, 404, 422)
    assert "SQLite" not in answer.content.decode()
