"""SweepRun: one run of a rule over all records."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.said import SaidField


class SweepRun(models.Model):
    """`place` is the key up to which the run has come; `by` is empty for a run at its set time."""

    STATES = {"running": _("Running"), "done": _("Finished"), "failed": _("Failed")}

    kind = models.CharField(max_length=20)
    rule = models.BigIntegerField()
    title = SaidField(max_length=200)
    entity = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    place = models.BigIntegerField(default=0)
    came = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="running")
    error = models.TextField(blank=True)
    job = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Run of a rule")
        indexes = [models.Index(fields=["kind", "rule", "-id"], name="segments_run_rule")]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def state_label(self) -> Any:
        """The state in words."""
        return self.STATES[self.state]
