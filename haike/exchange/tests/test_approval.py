"""Exports that need a yes: asked for, seen by those who decide, agreed or refused, fetched by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.customer.record import Customer
from haike.exchange.approval import FILE_DAYS, FROM_ROWS, ExportRequest, remove_files
from haike.exchange.exported import Export
from haike.exchange.tests.test_export import export, make
from haike.jobs.job import Job
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("P18"), pytest.mark.feature("X8")]


@pytest.fixture(autouse=True)
def from_two_rows(staff: Staff) -> None:
    choose(FROM_ROWS, 2)
    for number in range(3):
        make(staff.ann, f"公司{number}")


def grant(key: str, *grants: str) -> None:
    role = Role.objects.get(key=key)
    entity_of(Role).change(role, by=SETUP, grants=[*role.grants, *grants])
    versioned.forget()


def ask(client: Client, **data: Any) -> ExportRequest:
    answer = export(client, **data)
    assert answer.status_code == 302, answer.content.decode()
    asked = ExportRequest.objects.order_by("-id")[0]
    assert answer["Location"] == f"/exports/{asked.pk}/"
    return asked


def answer_to(client: Client, asked: ExportRequest, decision: str = "agree", reason: str = "") -> Any:
    return client.post(f"/exports/{asked.pk}/", {"decision": decision, "reason": reason})


def notices(client: Client) -> str:
    page: str = client.get("/notices/").content.decode()
    return page


def test_asked_agreed_and_fetched_by_the_exporter_only(
    staff: Staff, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    ben, boss = browse(staff.ben), browse(staff.boss)
    with django_capture_on_commit_callbacks(execute=True):
        asked = ask(ben)
    assert not Job.objects.exists()
    assert "等待审批" in ben.get(f"/exports/{asked.pk}/").content.decode()
    assert asked.export.number in notices(boss)
    page = boss.get(f"/exports/{asked.pk}/").content.decode()
    for word in ("贲志强", "客户名称", "电话", asked.export.number, "<dd>3</dd>"):
        assert word in page
    assert asked.export.number in boss.get("/exports/").content.decode()
    assert "/exports/" in boss.get("/settings/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert answer_to(boss, asked).status_code == 302
    assert asked.export.number in notices(ben)
    run_ready_jobs()
    asked.refresh_from_db()
    assert Export.objects.get().rows == 3
    link = f"/jobs/{asked.job}/file"
    assert link in ben.get(f"/exports/{asked.pk}/").content.decode()
    assert ben.get(link).status_code == 200
    for other in (boss, browse(staff.ann), browse(staff.cat)):
        assert other.get(link).status_code == 404
    assert link not in boss.get(f"/exports/{asked.pk}/").content.decode()


def test_a_refusal_has_a_reason(staff: Staff, browse: Browse, django_capture_on_commit_callbacks: Any) -> None:
    ben, boss = browse(staff.ben), browse(staff.boss)
    asked = ask(ben)
    answer = answer_to(boss, asked, "refuse", "  ")
    assert answer.status_code == 422
    assert "error-reason" in answer.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert answer_to(boss, asked, "refuse", "行数太多").status_code == 302
    assert "行数太多" in ben.get(f"/exports/{asked.pk}/").content.decode()
    assert "行数太多" in notices(ben)
    assert not Job.objects.exists()
    assert answer_to(boss, asked).status_code == 422
    assert not Job.objects.exists()


def test_who_may_not_decide_finds_nothing(staff: Staff, browse: Browse) -> None:
    asked = ask(browse(staff.ben))
    assert answer_to(browse(staff.ben), asked).status_code == 404
    for who in (staff.ann, staff.cat):
        assert browse(who).get(f"/exports/{asked.pk}/").status_code == 404
        assert answer_to(browse(who), asked).status_code == 404
    asked.refresh_from_db()
    assert asked.state == ExportRequest.State.WAITING


def test_few_rows_and_no_limit_need_nobody(staff: Staff, browse: Browse) -> None:
    one = Customer.objects.order_by("id").values_list("pk", flat=True)[0]
    assert export(browse(staff.ben), what="ids", ids=str(one)).status_code == 200
    choose(FROM_ROWS, 0)
    assert export(browse(staff.ben)).status_code == 200
    assert not ExportRequest.objects.exists()


def test_ones_own_only_where_nobody_else_may(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    asked = ask(boss)
    grant("manager", "approve_exports")
    assert "decision" not in boss.get(f"/exports/{asked.pk}/").content.decode()
    assert answer_to(boss, asked).status_code == 422
    assert answer_to(browse(staff.ben), asked).status_code == 302
    again = ask(browse(staff.ben))
    assert answer_to(browse(staff.ben), again).status_code == 422
    role = Role.objects.get(key="manager")
    entity_of(Role).change(role, by=SETUP, grants=["export"])
    versioned.forget()
    alone = ask(boss)
    assert answer_to(boss, alone).status_code == 302


def test_the_rights_of_the_moment_hold(staff: Staff, browse: Browse) -> None:
    asked = ask(browse(staff.ben))
    answer_to(browse(staff.boss), asked)
    one = Customer.objects.order_by("id")[0]
    entity_of(Customer).change(one, by=staff.boss, owner=staff.cat)
    versioned.forget()
    run_ready_jobs()
    assert Export.objects.get().rows == 2


def test_far_more_than_agreed_is_not_written(staff: Staff, browse: Browse) -> None:
    asked = ask(browse(staff.ben))
    answer_to(browse(staff.boss), asked)
    for number in range(20):
        make(staff.ann, f"新公司{number}")
    [job] = run_ready_jobs(strict=False)
    assert not job.file
    assert "23" in job.error
    assert Export.objects.get().rows is None


def test_the_file_goes_after_its_days(staff: Staff, browse: Browse) -> None:
    ben = browse(staff.ben)
    asked = ask(ben)
    answer_to(browse(staff.boss), asked)
    run_ready_jobs()
    asked.refresh_from_db()
    assert remove_files.call() == {"removed": 0}
    over = timezone.now() - timedelta(days=int(FILE_DAYS()) + 1)
    ExportRequest.objects.update(decided_at=over)
    Job.objects.update(finished_at=over)
    assert remove_files.call() == {"removed": 1}
    assert ben.get(f"/jobs/{asked.job}/file").status_code == 404
    assert "jobs/" not in ben.get(f"/exports/{asked.pk}/").content.decode().partition("<main")[2]


def test_many_small_ones_of_a_day_count_together(staff: Staff, browse: Browse) -> None:
    choose(FROM_ROWS, 4)
    ben, boss = browse(staff.ben), browse(staff.boss)
    keys = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        assert export(ben, what="ids", ids=str(key)).status_code == 200
    # Three rows are out; the fourth needs a yes, and who decides reads how many there were.
    asked = ask(ben, what="ids", ids=str(keys[0]))
    assert (asked.found, asked.before) == (1, 3)
    page = boss.get(f"/exports/{asked.pk}/").content.decode()
    assert "当天已导出" in page
    assert "<dd>3</dd>" in page
    # Others have their own day, what was agreed to is not counted again, and tomorrow begins at nothing.
    assert export(boss, what="ids", ids=str(keys[0])).status_code == 200
    assert answer_to(boss, asked).status_code == 302
    assert export(ben, what="ids", ids=str(keys[0])).status_code == 302
    Export.objects.update(at=timezone.now() - timedelta(days=1))
    assert export(ben, what="ids", ids=str(keys[0])).status_code == 200


def test_one_that_is_still_being_written_counts_too(staff: Staff, browse: Browse) -> None:
    choose(FROM_ROWS, 4)
    Export.objects.create(by=staff.ben, at=timezone.now(), entity="customers.customer", format="xlsx", asked=3)
    assert export(browse(staff.ben), what="ids", ids=str(Customer.objects.first().pk)).status_code == 302
