"""How the installation is, part by part, in words for the administrator."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from haike import __version__
from haike.jobs.job import Status
from haike.jobs.monitor import figures, titles_of
from haike.jobs.views import is_administrator
from haike.people.error.record import ErrorRecord
from haike.people.pages import demand_grant
from haike.site.metrics import database_bytes

SLOW_MS = 100
"""A database that needs longer for the shortest question is overloaded or far away."""
DISK_LEFT = 2 * 1024**3
"""Bytes that should be free where the files of the company lie."""


@dataclass(frozen=True)
class Check:
    """One part, whether it is well, and where one reads more."""

    label: Any
    good: bool
    text: str
    url: str = ""


@never_cache
def health_view(request: HttpRequest) -> HttpResponse:
    """The parts of the installation and how each is now."""
    demand_grant(request, "settings", "log")
    # Who does not look after everybody's jobs would find none of those told of here.
    jobs_url = "/jobs/" if is_administrator(request.user) else ""
    return render(request, "site/health.html", {"checks": list(checks(jobs_url)), "jobs_url": jobs_url})


MOST_NAMED = 3


def _named(status: Status) -> str:
    """Which jobs ended so, and how often if more than once."""
    titles = titles_of(status)
    named = [title if count == 1 else f"{title} × {count}" for title, count in titles[:MOST_NAMED]]
    if len(titles) > MOST_NAMED:
        named.append("…")
    return str(_(", ")).join(named)


def checks(jobs_url: str) -> Iterator[Check]:
    """Ask each part how it is; `jobs_url` is the list of everybody's jobs."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    took = (time.perf_counter() - began) * 1000
    name = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    told = _("%(name)s answers within %(ms)s ms and holds %(size)s.")
    size = filesizeformat(database_bytes())
    yield Check(_("Database"), took < SLOW_MS, str(told % {"name": name, "ms": f"{took:.1f}", "size": size}))
    jobs = figures()
    told = _("%(waiting)s waiting, %(running)s running.")
    if not jobs.healthy:
        told = _("%(waiting)s waiting, and no worker seems to run; start one with “haike work”.")
    text = str(told % {"waiting": jobs.waiting, "running": jobs.running})
    yield Check(_("Background jobs"), jobs.healthy, text, jobs_url)
    failed = jobs.failed - jobs.lost
    told = _("%(count)s failed within 24 hours: %(names)s.") if failed else _("None failed within 24 hours.")
    text = str(told % {"count": failed, "names": _named(Status.FAILED)})
    yield Check(_("Failed jobs"), not failed, text, jobs_url and f"{jobs_url}?tab=failed")
    if jobs.lost:
        told = _("%(count)s were lost within 24 hours, because the program stopped while they ran: %(names)s.")
        text = str(told % {"count": jobs.lost, "names": _named(Status.LOST)})
        yield Check(_("Lost jobs"), False, text, jobs_url and f"{jobs_url}?tab=lost")
    faults = ErrorRecord.objects.filter(at__gte=timezone.now() - timedelta(days=1)).count()
    told = _("%(count)s requests broke within 24 hours.")
    yield Check(_("Faults"), not faults, str(told % {"count": faults}), "/settings/errors/")
    free = shutil.disk_usage(settings.HAIKE_DATA).free
    told = _("%(size)s are free for files.")
    yield Check(_("Disk"), free >= DISK_LEFT, str(told % {"size": filesizeformat(free)}))
    yield Check(_("Version"), True, f"Haike {__version__}")
