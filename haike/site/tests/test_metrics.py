"""Figures for Prometheus: for this machine, or for who has the token."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from haike.jobs.job import Job, Status
from haike.people.testing import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P35")]


def read(answer: Any) -> dict[str, float]:
    assert answer.status_code == 200
    return {name: float(value) for name, value in re.findall(r"^(haike_\w+) (\S+)$", answer.content.decode(), re.M)}


def test_figures(staff: Staff) -> None:
    before = read(Client().get("/metrics"))
    Job.objects.create(task="none", status=Status.READY)
    Client().get("/signin")
    after = read(Client().get("/metrics"))
    assert (before["haike_jobs_waiting"], after["haike_jobs_waiting"]) == (0, 1)
    assert after["haike_database_bytes"] > 0
    assert 'haike_info{version="' in Client().get("/metrics").content.decode()


def test_strangers_find_nothing(staff: Staff, settings: Any) -> None:
    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404
    assert Client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    settings.HAIKE_METRICS_TOKEN = "s3cret"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = Client().get("/metrics", REMOTE_ADDR="203.0.113.5", headers={"Authorization": "Bearer s3cret"})
    assert read(answer)["haike_jobs_healthy"] == 1
