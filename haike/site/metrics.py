"""Figures for Prometheus, in its text format: how the jobs are, who is there, what broke, how large the data is."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from haike import __version__
from haike.jobs.monitor import figures
from haike.people.error.record import ErrorRecord
from haike.people.signin.address import client_ip
from haike.people.user.record import User

CONTENT = "text/plain; version=0.0.4; charset=utf-8"
PRESENT = timedelta(minutes=5)


@never_cache
def metrics_view(request: HttpRequest) -> HttpResponse:
    """For callers with the token of HAIKE_METRICS_TOKEN; without one set, for this machine only."""
    if not _may_read(request):
        raise Http404
    lines = []
    for name, kind, help_text, value in measured():
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}", f"{name} {value}"]
    lines.insert(0, f'haike_info{{version="{__version__}",database="{connection.vendor}"}} 1')
    return HttpResponse("\n".join(lines) + "\n", content_type=CONTENT)


def _may_read(request: HttpRequest) -> bool:
    token = settings.HAIKE_METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    try:
        # Behind a proxy everybody seems to be near: then a token is needed.
        return ip_address(client_ip(request) or "").is_loopback and "X-Forwarded-For" not in request.headers
    except ValueError:
        return False


def measured() -> Iterator[tuple[str, str, str, float]]:
    """Name, kind, what it is, and the value."""
    jobs, now = figures(), timezone.now()
    yield "haike_jobs_waiting", "gauge", "Jobs that are due and wait for a worker.", jobs.waiting
    yield "haike_jobs_running", "gauge", "Jobs that run.", jobs.running
    yield "haike_jobs_failed_last_day", "gauge", "Jobs that failed or were lost within 24 hours.", jobs.failed
    yield "haike_jobs_oldest_wait_seconds", "gauge", "How long the oldest due job has waited.", round(jobs.waited, 1)
    yield "haike_jobs_healthy", "gauge", "0 when jobs wait and no worker takes them.", int(jobs.healthy)
    seen = User.objects.live().filter(last_seen__gte=now - PRESENT).count()
    yield "haike_users_present", "gauge", "Users seen within five minutes.", seen
    faults = ErrorRecord.objects.filter(at__gte=now - timedelta(days=1)).count()
    yield "haike_faults_last_day", "gauge", "Requests that broke within 24 hours.", faults
    yield "haike_database_bytes", "gauge", "Size of the database.", database_bytes()


def database_bytes() -> int:
    """How large the database is."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
