"""One import: the file, which column goes where, how far it is and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.log import Batch

Teller = Callable[[Entity, Sequence[Mapping[str, Any]], Any, Sequence[Any]], Mapping[int, str]]
TELLERS: list[Teller] = []
"""Of rows that are about to come in, of who brings them, and of the records they become (None where they do not): what
the user is told of some, by their places."""
AHEAD: list[Callable[[Entity, Sequence[Any]], None]] = []
"""What rooms work out of records that are checked and not written yet, perhaps in another process."""


class ImportRun(models.Model):
    """An uploaded sheet on its way into an entity.

    `columns` maps the index of a sheet's column to a field; `rows_done` counts the rows behind which everything is
    written, so a worker that takes over goes on there.
    """

    STATES = {
        "mapping": _("Columns to be assigned"),
        "waiting": _("Waiting"),
        "running": _("Running"),
        "done": _("Finished"),
        "failed": _("Failed"),
        "undone": _("Undone"),
    }
    RULES = {
        "skip": _("Leave the present record as it is"),
        "update": _("Update the present record"),
        "create": _("Make another record all the same"),
    }

    entity = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    file = models.FileField(upload_to="imports/%Y/%m")
    filename = models.CharField(max_length=200)
    sheet = models.CharField(max_length=255, blank=True)
    head = models.TextField(blank=True)
    """What the sheet begins with, as `head` keeps it until the import starts."""
    columns = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    """What words of the file mean that are on no list: by field and word the code, or "" to leave the field empty."""
    owner_id = models.BigIntegerField(null=True)
    """The key of who gets what the import makes, when no column says so; empty for who imports."""
    rule = models.CharField(max_length=10, choices=list(RULES.items()), default="skip")
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="mapping")
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    """Rows that came in although something is to be said of them: perhaps they are there already."""
    error = models.TextField(blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    job = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Import")
        indexes = [models.Index(fields=["by", "entity", "-at"], name="exchange_run_by")]

    @property
    def state_label(self) -> Any:
        """The state in words."""
        return self.STATES[self.state]

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more by itself."""
        return self.state in ("done", "failed", "undone")


class ImportFault(models.Model):
    """A row that did not come in, or (`came_in`) of which something is to be said: number, cells and why."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField()
    cells = models.JSONField()
    reasons = models.JSONField()
    came_in = models.BooleanField(default=False)

    class Meta:
        ordering = ["row", "id"]


class RememberedColumn(models.Model):
    """Where a heading went the last time somebody imported it."""

    entity = models.CharField(max_length=80)
    heading = models.CharField(max_length=120)
    field = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "heading"], name="exchange_heading")]
