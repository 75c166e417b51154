"""One bulk act: on which records, what, how far it is, and who was refused."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.log import Batch


class BulkRun(models.Model):
    """The records are those that were found when it was asked for; `done` of them are behind it.

    `key_data` holds their keys, eight bytes each; `values` what the act needs, as plain data.
    """

    STATES = {
        "waiting": _("Waiting"),
        "running": _("Running"),
        "done": _("Finished"),
        "failed": _("Failed"),
        "cancelled": _("Stopped"),
    }

    entity = models.CharField(max_length=80)
    act = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """When the asker saw the records: what others changed later is a conflict."""
    values = models.JSONField(default=dict)
    key_data = models.BinaryField(default=b"")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="waiting")
    error = models.TextField(blank=True)
    batch = models.OneToOneField(Batch, models.PROTECT, related_name="run")
    job = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Bulk act")

    @property
    def keys(self) -> list[int]:
        """The keys of the records."""
        found = array("q")
        found.frombytes(bytes(self.key_data))
        return found.tolist()

    @staticmethod
    def packed(keys: Iterable[int]) -> bytes:
        """Keys as they are stored."""
        return array("q", keys).tobytes()

    @property
    def state_label(self) -> Any:
        """The state in words."""
        return self.STATES[self.state]

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more by itself."""
        return self.state in ("done", "failed", "cancelled")


class BulkRefusal(models.Model):
    """A record that the act left as it was, and why."""

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="refusals")
    record_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["id"]
