"""What users see of their jobs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from haike.jobs import lease
from haike.jobs.job import Job, Status
from haike.jobs.monitor import Figures, figures
from haike.jobs.testing import run_ready_jobs
from haike.jobs.tests import tasks
from haike.jobs.views import is_administrator

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P35")]

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(job: Job, action: str = "page") -> str:
    return reverse(f"jobs:{action}", args=[job.pk])


def job_of(user: Any, task: Any = tasks.add, *args: Any) -> Job:
    result = task.enqueue(*args)
    Job.objects.filter(pk=result.id).update(by=user)
    return Job.objects.get(pk=result.id)


def test_administrators_are_the_boss_and_who_has_the_grant() -> None:
    def user(*grants: str, boss: bool = False) -> Any:
        return SimpleNamespace(is_boss=boss, grants=SimpleNamespace(may_do=grants.__contains__))

    assert is_administrator(user(boss=True))
    assert is_administrator(user("jobs"))
    assert not is_administrator(user("export"))
    assert not is_administrator(object())


def test_strangers_must_sign_in(ann: Any) -> None:
    for address in (reverse("jobs:list"), page(job_of(ann, tasks.add, 1))):
        assert Client().get(address).status_code == 302


def test_everybody_sees_his_own_jobs_and_the_boss_all(ann: Any, cat: Any, boss: Any) -> None:
    job = job_of(ann, tasks.add, 1)
    Job.objects.update(title="Anns export")
    assert "Anns export" in sign_in(ann).get(reverse("jobs:list")).content.decode()
    assert "Anns export" not in sign_in(cat).get(reverse("jobs:list")).content.decode()
    assert "Anns export" in sign_in(boss).get(reverse("jobs:list")).content.decode()
    assert sign_in(ann).get(page(job)).status_code == 200
    assert sign_in(cat).get(page(job)).status_code == 404
    assert sign_in(boss).get(page(job)).status_code == 200


@pytest.mark.parametrize(
    ("tab", "seen"), [("", 3), ("waiting", 1), ("running", 0), ("failed", 0), ("lost", 1), ("done", 1), ("x", 3)]
)
def test_the_list_is_parted_by_status(ann: Any, tab: str, seen: int) -> None:
    for status in (Status.READY, Status.LOST, Status.DONE):
        job = job_of(ann, tasks.add, 1)
        Job.objects.filter(pk=job.pk).update(status=status)
    answer = sign_in(ann).get(reverse("jobs:list"), {"tab": tab})
    assert len(answer.context["jobs"].rows) == seen


def test_the_list_takes_as_many_queries_for_many_jobs_as_for_one(ann: Any, boss: Any) -> None:
    client = sign_in(boss)
    job_of(ann, tasks.add, 1)
    client.get(reverse("jobs:list"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("jobs:list"))
    for _ in range(40):
        job_of(ann, tasks.add, 1)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(reverse("jobs:list"))
    assert len(answer.context["jobs"].rows) == 30
    assert answer.context["jobs"].next_url
    assert len(many) == len(few)
    assert sum("jobs_job" in query["sql"] for query in many) <= 4


def test_the_status_asks_for_itself_until_the_job_has_ended(ann: Any) -> None:
    job = job_of(ann, tasks.count_to, 4)
    claimed = lease.claim("test")
    assert claimed is not None
    lease.extend(claimed, done=1, total=4, message="<one>")
    client = sign_in(ann)
    running = client.get(page(job), headers=FRAGMENT).content.decode()
    assert 'hx-trigger="every 1s"' in running
    assert 'value="25"' in running
    assert "&lt;one&gt;" in running
    assert "<html" not in running
    lease.release(claimed)
    Job.objects.update(run_at=timezone.now())
    run_ready_jobs()
    done = client.get(page(job), headers=FRAGMENT).content.decode()
    assert "hx-trigger" not in done
    assert 'href="/customers/"' in done
    boosted = client.get(page(job), headers={**FRAGMENT, "HX-Boosted": "true"}).content.decode()
    assert "<html" in boosted


def test_a_user_stops_and_restarts_his_job_and_nobody_elses(ann: Any, cat: Any) -> None:
    job = job_of(ann, tasks.add, 1)
    for action in ("cancel", "retry"):
        assert sign_in(cat).post(page(job, action)).status_code == 404
        assert sign_in(ann).get(page(job, action)).status_code == 405
    job.refresh_from_db()
    assert job.status == Status.READY
    client = sign_in(ann)
    assert client.post(page(job, "cancel")).status_code == 302
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert client.post(page(job, "retry")).status_code == 302
    job.refresh_from_db()
    assert job.status == Status.READY


def test_a_refused_retry_says_why(ann: Any) -> None:
    job = job_of(ann, tasks.add, 1)
    answer = sign_in(ann).post(page(job, "retry"), follow=True)
    assert [str(message) for message in answer.context["messages"]]


def test_only_who_asked_gets_the_file(ann: Any, cat: Any, boss: Any) -> None:
    job = job_of(ann, tasks.write_file, "客户.xlsx")
    client = sign_in(ann)
    assert client.get(page(job, "file")).status_code == 404
    run_ready_jobs()
    answer: Any = client.get(page(job, "file"))
    assert b"".join(answer.streaming_content) == b"hello"
    assert "attachment" in answer["Content-Disposition"]
    assert page(job, "file") in client.get(page(job)).content.decode()
    for other in (cat, boss):
        assert sign_in(other).get(page(job, "file")).status_code == 404
    assert page(job, "file") not in sign_in(boss).get(page(job)).content.decode()


def test_only_the_boss_sees_the_trace(ann: Any, boss: Any) -> None:
    job = job_of(ann, tasks.break_down)
    Job.objects.update(max_attempts=1)
    run_ready_jobs(strict=False)
    job.refresh_from_db()
    anns = sign_in(ann).get(page(job)).content.decode()
    assert job.error in anns
    assert "ZeroDivisionError" not in anns
    assert "ZeroDivisionError" in sign_in(boss).get(page(job)).content.decode()


def test_the_pages_say_when_no_worker_runs(ann: Any) -> None:
    job = job_of(ann, tasks.add, 1)
    client = sign_in(ann)
    assert not client.get(page(job)).context["idle"]
    Job.objects.update(run_at=timezone.now() - timedelta(minutes=5))
    assert client.get(page(job)).context["idle"]
    assert client.get(reverse("jobs:list")).context["jobs"].idle


def test_each_reads_in_his_language_what_became_of_a_job(boss: Any) -> None:
    job = job_of(boss, tasks.eat)
    run_ready_jobs(strict=False)
    with override("en"):
        assert Job.objects.get(pk=job.pk).error.startswith("It needed more memory")
    assert Job.objects.get(pk=job.pk).error.startswith("所需内存超过")


def test_figures_for_the_health_page() -> None:
    assert figures() == Figures(waiting=0, running=0, failed=0, lost=0, waited=0.0)
    for status in (Status.READY, Status.RUNNING, Status.LOST, Status.FAILED, Status.DONE):
        lease = timezone.now() + timedelta(minutes=1) if status == Status.RUNNING else None
        Job.objects.create(task="x", status=status, lease_until=lease, finished_at=timezone.now())
    Job.objects.filter(status=Status.READY).update(run_at=timezone.now() - timedelta(seconds=90))
    now = figures()
    assert (now.waiting, now.running, now.failed, now.lost) == (1, 1, 2, 1)
    assert now.waited >= 90
    assert now.healthy
    # Its worker hangs: it is said to run, and nothing does.
    Job.objects.filter(status=Status.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))
    now = figures()
    assert now.running == 0
    assert not now.healthy
