"""A job that eats memory fails in words; the worker process has a limit."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from haike.jobs.job import Job, Status
from haike.jobs.testing import run_ready_jobs
from haike.jobs.tests import tasks

EATER = """
from haike.jobs.memory import limit_memory
limit_memory()
try:
    x = bytearray(900_000_000)
except MemoryError:
    print("refused")
"""
pytestmark = [pytest.mark.feature("P35")]


@pytest.mark.django_db
def test_it_is_said_in_words_and_not_tried_again() -> None:
    job_id = int(tasks.eat.enqueue().id)
    run_ready_jobs(strict=False)
    job = Job.objects.get(pk=job_id)
    assert job.status == Status.FAILED
    assert "4096 MB" in job.error
    assert job.attempt == 1


def test_a_process_gets_no_more() -> None:
    environment = {**os.environ, "HAIKE_JOB_MEMORY_MB": "512"}
    done = subprocess.run([sys.executable, "-c", EATER], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "refused"
