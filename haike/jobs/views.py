"""The pages on which people watch their jobs; administrators see everybody's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from haike.jobs import files, monitor
from haike.jobs.job import Job, Status, cancel, retry
from haike.refused import Refused

PAGE_SIZE = 30

TABS: dict[str, tuple[str | Promise, Q]] = {
    "": (_("All"), Q()),
    "waiting": (_("Waiting"), Q(status=Status.READY)),
    "running": (_("Running"), Q(status=Status.RUNNING)),
    "failed": (_("Failed"), Q(status=Status.FAILED)),
    "lost": (_("Lost"), Q(status=Status.LOST)),
    "done": (_("Done"), Q(status=Status.DONE)),
}

COLOURS = {
    Status.READY: "yellow",
    Status.RUNNING: "blue",
    Status.DONE: "green",
    Status.FAILED: "red",
    Status.LOST: "red",
    Status.CANCELLED: "",
}


@dataclass(frozen=True)
class Tab:
    """One category of the list."""

    key: str
    label: str | Promise
    url: str
    active: bool
    count: int


@dataclass(frozen=True)
class Row:
    """A job as the pages show it."""

    job: Job
    colour: str
    url: str


@dataclass(frozen=True)
class JobList:
    """What the list shows."""

    tabs: list[Tab]
    rows: list[Row]
    everybody: bool
    idle: bool
    previous_url: str
    next_url: str
    address: str
    """Asked again every few seconds while one of the jobs waits or runs, else empty."""


def is_administrator(user: Any) -> bool:
    """Whether the user looks after everybody's jobs: the boss, and who has the special grant "jobs"."""
    if getattr(user, "is_boss", False):
        return True
    grants = getattr(user, "grants", None)
    return grants is not None and bool(grants.may_do("jobs"))


def visible_jobs(user: Any) -> QuerySet[Job]:
    """The user's own jobs; all jobs for an administrator."""
    jobs = Job.objects.select_related("by")
    return jobs if is_administrator(user) else jobs.filter(by_id=user.pk)


def _find(request: HttpRequest, pk: int) -> Job:
    job = visible_jobs(request.user).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def _row(job: Job) -> Row:
    return Row(job, COLOURS[Status(job.status)], reverse("jobs:page", args=[job.pk]))


def _wants_fragment(request: HttpRequest) -> bool:
    asked = request.headers
    return "HX-Request" in asked and "HX-Boosted" not in asked and asked.get("HX-Request-Type") != "full"


@login_required
@never_cache
@require_GET
def jobs_page(request: HttpRequest) -> HttpResponse:
    """The list, newest first."""
    jobs = visible_jobs(request.user)
    key = request.GET.get("tab", "")
    if key not in TABS:
        key = ""
    rules = {f"tab_{name}": rule for name, (_label, rule) in TABS.items()}
    counts = jobs.aggregate(**{name: Count("pk", filter=rule or None) for name, rule in rules.items()})
    address = reverse("jobs:list")

    def tab_url(name: str) -> str:
        return f"{address}?{urlencode({'tab': name})}" if name else address

    tabs = [
        Tab(name, label, tab_url(name), name == key, counts[f"tab_{name}"]) for name, (label, _rule) in TABS.items()
    ]
    page = Paginator(jobs.filter(TABS[key][1]).order_by("-id"), PAGE_SIZE).get_page(request.GET.get("page"))

    def page_url(number: int) -> str:
        return f"{address}?{urlencode({'tab': key, 'page': number})}"

    shown = JobList(
        tabs=tabs,
        rows=[_row(job) for job in page],
        everybody=is_administrator(request.user),
        idle=not monitor.figures().healthy,
        previous_url=page_url(page.previous_page_number()) if page.has_previous() else "",
        next_url=page_url(page.next_page_number()) if page.has_next() else "",
        address=page_url(page.number) if any(job.active for job in page) else "",
    )
    template = "jobs/list.html#jobs" if _wants_fragment(request) else "jobs/list.html"
    return render(request, template, {"jobs": shown})


@login_required
@never_cache
@require_GET
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One job; the part that changes asks for itself again every second until the job has ended."""
    job = _find(request, pk)
    context = {
        "row": _row(job),
        "job": job,
        "administrator": is_administrator(request.user),
        "mine": job.by_id == request.user.pk,
        "idle": job.status == Status.READY and not monitor.figures().healthy,
    }
    template = "jobs/page.html#status" if _wants_fragment(request) else "jobs/page.html"
    return render(request, template, context)


def _act(request: HttpRequest, pk: int, action: Callable[[Job], None]) -> HttpResponse:
    job = _find(request, pk)
    try:
        action(job)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("jobs:page", pk=job.pk)


@login_required
@require_POST
def cancel_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a job."""
    return _act(request, pk, cancel)


@login_required
@require_POST
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a job that has ended badly once more."""
    return _act(request, pk, retry)


@login_required
@never_cache
@require_GET
def result_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file a job made, for the user who asked and for nobody else: it holds what he may see."""
    job = Job.objects.filter(pk=pk, by_id=request.user.pk, status=Status.DONE).exclude(file="").first()
    path = files.full_path(job.file) if job else None
    if path is None or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
