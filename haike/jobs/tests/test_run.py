"""What becomes of a job that runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from haike import progress
from haike.jobs import files, lease, run
from haike.jobs.context import Halt, Running
from haike.jobs.declare import Tuning, tune, tuning_of
from haike.jobs.job import Job, Status, cancel, retry
from haike.jobs.jobs import remove_old_jobs
from haike.jobs.testing import run_ready_jobs
from haike.jobs.tests import tasks
from haike.refused import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    tasks.ran.clear()
    return tmp_path


def only() -> Job:
    return Job.objects.get()


def claimed() -> Running:
    job = lease.claim("test")
    assert job is not None
    return Running(job)


def test_a_finished_job_keeps_result_and_progress() -> None:
    tasks.count_to.enqueue(4)
    [job] = run_ready_jobs()
    assert (job.status, job.done, job.total, job.percent) == (Status.DONE, 4, 4, 100)
    assert (job.link, job.summary) == ("/customers/", "4 counted")
    assert job.started_at
    assert job.finished_at
    assert not job.active
    assert not job.may_cancel
    assert not job.may_retry


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", 7])
def test_a_result_never_leads_out_of_the_site(url: Any) -> None:
    assert Job(status=Status.DONE, result={"url": url}).link == ""


def test_tasks_of_all_kinds_run() -> None:
    plain, waits, number = tasks.plain.enqueue(), tasks.waits.enqueue(), tasks.tell_number.enqueue()
    money = tasks.give_money.enqueue()
    run_ready_jobs()
    results = dict(Job.objects.values_list("pk", "result"))
    assert results[int(plain.id)] == 1
    assert results[int(waits.id)] == "awaited"
    assert results[int(number.id)] == f"haike-job-{number.id}"
    assert results[int(money.id)] == "1.50"


def test_an_error_is_tried_again_after_growing_pauses_then_failed() -> None:
    tasks.break_down.enqueue()
    pauses = []
    for _ in range(2):
        [job] = run_ready_jobs(strict=False)
        assert job.status == Status.READY
        assert job.tries_again_at
        assert job.error
        assert "ZeroDivisionError" in job.traceback
        pauses.append((job.run_at - timezone.now()).total_seconds())
        assert run_ready_jobs() == []
        Job.objects.update(run_at=timezone.now())
    assert [round(pause) for pause in pauses] == [10, 40]
    [job] = run_ready_jobs(strict=False)
    assert (job.status, job.attempt, job.error_class) == (Status.FAILED, 3, "builtins.ZeroDivisionError")
    assert str(job.pk) in job.error
    assert job.finished_at


def test_strict_tests_see_the_error() -> None:
    tasks.break_down.enqueue()
    with pytest.raises(ZeroDivisionError):
        run_ready_jobs()


def test_a_refusal_is_final_and_said_in_its_own_words() -> None:
    tasks.refuse.enqueue()
    [job] = run_ready_jobs(strict=False)
    assert (job.status, job.attempt, job.error, job.traceback) == (Status.FAILED, 1, "The stock is empty.", "")
    assert tasks.ran == ["refuse"]


def test_what_cannot_be_stored_is_not_done_again() -> None:
    tasks.give_object.enqueue()
    [job] = run_ready_jobs(strict=False)
    assert (job.status, job.attempt) == (Status.FAILED, 1)


@pytest.mark.parametrize("path", ["haike.jobs.tests.gone.task", "haike.jobs.tests.tasks.not_a_task", "os.system"])
def test_only_installed_tasks_run(path: str) -> None:
    Job.objects.create(task=path, args=["true"])
    [job] = run_ready_jobs(strict=False)
    assert (job.status, job.error_class) == (Status.FAILED, "haike.jobs.declare.UnknownTask")


def test_a_waiting_job_is_cancelled_at_once() -> None:
    tasks.add.enqueue(1)
    cancel(only())
    assert only().status == Status.CANCELLED
    assert run_ready_jobs() == []
    with pytest.raises(Refused):
        cancel(only())


def test_a_running_job_is_cancelled_at_its_next_report() -> None:
    tasks.count_to.enqueue(4)
    running = claimed()
    cancel(running.job)
    assert only().cancel_asked
    assert only().status == Status.RUNNING
    running.stop(Halt.CANCELLED)
    run.execute(running)
    assert (only().status, only().done) == (Status.CANCELLED, 1)


def test_a_job_may_cancel_itself() -> None:
    tasks.stop_itself.enqueue()
    [job] = run_ready_jobs(strict=False)
    assert (job.status, job.done, job.total) == (Status.CANCELLED, 3, 10)


def test_a_job_interrupted_by_the_end_of_its_worker_is_given_back_untried() -> None:
    tasks.count_to.enqueue(4)
    running = claimed()
    running.stop(Halt.STOPPING)
    run.execute(running)
    job = only()
    assert (job.status, job.attempt, job.token) == (Status.READY, 0, "")
    assert job.run_at > timezone.now()


def test_a_job_over_its_time_fails_and_says_so() -> None:
    tune(tasks.count_to.module_path, Tuning(attempts=1, timeout=120))
    try:
        tasks.count_to.enqueue(4)
        running = claimed()
        running.stop(Halt.TIMEOUT)
        run.execute(running)
    finally:
        tune(tasks.count_to.module_path, Tuning())
    assert (only().status, only().error_class) == (Status.FAILED, "haike.jobs.run.TimeIsOver")
    assert "2" in only().error


def test_who_lost_the_lease_changes_nothing() -> None:
    tasks.count_to.enqueue(2)
    running = claimed()
    Job.objects.update(token="another's", done=1)
    assert run.execute(running) is None
    assert (only().status, only().done, only().result) == (Status.RUNNING, 1, None)


def test_a_person_starts_a_failed_job_again() -> None:
    tasks.refuse.enqueue()
    run_ready_jobs(strict=False)
    assert only().may_retry
    retry(only())
    job = only()
    assert (job.status, job.attempt, job.error, job.finished_at) == (Status.READY, 0, "", None)
    with pytest.raises(Refused):
        retry(job)


def test_a_file_lies_in_a_folder_nobody_guesses(media: Path) -> None:
    tasks.write_file.enqueue("客户.xlsx")
    [job] = run_ready_jobs()
    path = files.full_path(job.file)
    assert path.read_text() == "hello"
    assert path.name == "客户.xlsx"
    assert path.parent.parent == media / "jobs"
    assert len(path.parent.name) > 16


def test_a_file_name_never_leads_out_of_its_folder(media: Path) -> None:
    tasks.write_file.enqueue("../../etc/passwd")
    [job] = run_ready_jobs()
    assert files.full_path(job.file).parent.parent == media / "jobs"
    with pytest.raises(ValueError, match="Not a file name"):
        files.new_path(1, "..")


def test_a_failed_job_leaves_no_file(media: Path) -> None:
    tasks.half_a_file.enqueue()
    run_ready_jobs(strict=False)
    assert only().file == ""
    assert list((media / "jobs").iterdir()) == []


def test_old_jobs_go_with_their_files(media: Path) -> None:
    from_jobs = tasks.write_file.enqueue()
    tasks.add.enqueue(1)
    run_ready_jobs()
    old = Job.objects.get(pk=from_jobs.id)
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    assert files.full_path(old.file).exists()
    assert remove_old_jobs.call() == {"removed": 1}
    assert not files.full_path(old.file).parent.exists()
    assert Job.objects.count() == 1


def test_progress_outside_a_job_goes_nowhere() -> None:
    progress.report(1, 2, "x")
    assert not progress.cancelled()
    with pytest.raises(RuntimeError):
        progress.result_file("x.txt")


def test_a_limit_holds_though_the_module_of_the_job_was_not_loaded_yet(tmp_path: Path, monkeypatch: Any) -> None:
    text = "from haike.jobs.declare import job\n\n\n@job(timeout=7)\ndef late() -> None: ...\n"
    (tmp_path / "loaded_late.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert tuning_of("loaded_late.late").timeout == 7
    assert tuning_of("not_there.at_all").timeout == 3600
