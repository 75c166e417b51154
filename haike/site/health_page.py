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
from haike.jobs.monitor import figures
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
    return render(request, "site/health.html", {"checks": list(checks())})


def checks() -> Iterator[Check]:
    """Ask each part how it is."""
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
    yield Check(_("Background jobs"), jobs.healthy, text, "/jobs/")
    told = _("%(count)s failed or lost within 24 hours.")
    tab = "lost" if jobs.failed == jobs.lost else "failed"
    yield Check(_("Failed jobs"), not jobs.failed, str(told % {"count": jobs.failed}), f"/jobs/?tab={tab}")
    faults = ErrorRecord.objects.filter(at__gte=timezone.now() - timedelta(days=1)).count()
    told = _("%(count)s requests broke within 24 hours.")
    yield Check(_("Faults"), not faults, str(told % {"count": faults}), "/settings/errors/")
    free = shutil.disk_usage(settings.HAIKE_DATA).free
    told = _("%(size)s are free for files.")
    yield Check(_("Disk"), free >= DISK_LEFT, str(told % {"size": filesizeformat(free)}))
    yield Check(_("Version"), True, f"Haike {__version__}")
