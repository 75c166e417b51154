"""Job: one piece of work to be done in the background, and what became of it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from haike.jobs.bell import ring
from haike.refused import Refused
from haike.said import Said, SaidField, SaidTextField


class Status(models.TextChoices):
    """Where a job stands."""

    READY = "ready", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    LOST = "lost", _("Lost")
    CANCELLED = "cancelled", _("Cancelled")


class Job(models.Model):
    """One piece of work. Only `lease.py` changes the status of a running one: it checks the token, so that a worker
    taken for dead cannot write over its successor."""

    task = models.CharField(_("Task"), max_length=200)
    args = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    kwargs = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    queue = models.CharField(max_length=50, default="default")
    priority = models.SmallIntegerField(default=0)
    run_at = models.DateTimeField(_("Starts at"), default=timezone.now)

    title = SaidField(_("Title"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Asked by"),
        db_index=False,  # jobs_by serves
    )
    language = models.CharField(max_length=15, blank=True)
    key = models.CharField(max_length=200, null=True, blank=True, unique=True)

    status = models.CharField(_("Status"), max_length=10, choices=Status.choices, default=Status.READY)
    attempt = models.PositiveSmallIntegerField(_("Attempt"), default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    cancel_asked = models.BooleanField(default=False)

    token = models.CharField(max_length=32, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # The lease ran out and the worker has a last few seconds to show that it lives: after a machine has slept, every
    # lease is over though every worker is alive.
    doubted = models.BooleanField(default=False)

    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    message = models.CharField(max_length=255, blank=True)

    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    file = models.CharField(max_length=400, blank=True)
    error_class = models.CharField(max_length=200, blank=True)
    error = SaidTextField(blank=True)
    traceback = models.TextField(blank=True)

    enqueued_at = models.DateTimeField(_("Asked at"), default=timezone.now)
    started_at = models.DateTimeField(_("Started at"), null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("Finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Job")
        verbose_name_plural = _("Jobs")
        indexes = [
            models.Index(fields=["-priority", "run_at", "id"], name="jobs_ready", condition=Q(status="ready")),
            models.Index(fields=["lease_until"], name="jobs_running", condition=Q(status="running")),
            models.Index(fields=["by", "-id"], name="jobs_by"),
            models.Index(fields=["status", "finished_at"], name="jobs_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in (Status.READY, Status.RUNNING)

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; None while the total is unknown."""
        if self.status == Status.DONE:
            return 100
        if not self.total:
            return None
        return max(0, min(100, self.done * 100 // self.total))

    @property
    def tries_again_at(self) -> datetime | None:
        """When a job that raised is tried again."""
        return self.run_at if self.status == Status.READY and self.attempt > 0 and self.error else None

    @property
    def may_retry(self) -> bool:
        """Whether a person may start it again."""
        return self.status in (Status.FAILED, Status.LOST, Status.CANCELLED)

    @property
    def may_cancel(self) -> bool:
        """Whether a person may still stop it."""
        return self.active and not self.cancel_asked

    @property
    def link(self) -> str:
        """Where the result is looked at: the `url` of the result, if the job returned one within this site."""
        url = self.result.get("url", "") if isinstance(self.result, dict) else ""
        inside = isinstance(url, str) and url.startswith("/") and not url.startswith(("//", "/\\"))
        return url if inside else ""

    @property
    def summary(self) -> str:
        """The sentence a finished job returned as `message`, in the reader's language where it was made by `said()`,
        else the last one it reported."""
        result = self.result if isinstance(self.result, dict) else {}
        if "said" in result:
            return Said.of(result["said"])
        return str(result.get("message", "")) or self.message


def cancel(job: Job) -> None:
    """Stop a waiting job at once and a running one at its next report."""
    waiting = Job.objects.filter(pk=job.pk, status=Status.READY)
    if waiting.update(status=Status.CANCELLED, cancel_asked=True, finished_at=timezone.now()):
        return
    if not Job.objects.filter(pk=job.pk, status=Status.RUNNING).update(cancel_asked=True):
        raise Refused(_t("This job has already ended."))


def retry(job: Job) -> None:
    """Start a job that failed, was lost or was cancelled once more, with all its attempts."""
    ended = Job.objects.filter(pk=job.pk, status__in=[Status.FAILED, Status.LOST, Status.CANCELLED])
    begun_again = ended.update(
        status=Status.READY,
        run_at=timezone.now(),
        attempt=0,
        cancel_asked=False,
        done=0,
        total=None,
        message="",
        error="",
        error_class="",
        traceback="",
        finished_at=None,
    )
    if not begun_again:
        raise Refused(_t("Only a job that failed, was lost or was cancelled can be started again."))
    ring()
