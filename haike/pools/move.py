"""How records came into pools and out of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

CLAIM, ASSIGN, RETURN, RECYCLE = "claim", "assign", "return", "recycle"
KINDS = {
    CLAIM: _("Claimed"),
    ASSIGN: _("Assigned"),
    RETURN: _("Returned"),
    RECYCLE: _("Recycled"),
}


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)


class Move(models.Model):
    """One move: `person` is who got the record or gave it up, `by` who did it, `reason` a word of pool_reason."""

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=list(KINDS.items()))
    pool = models.ForeignKey("pools.Pool", models.PROTECT, related_name="+", db_index=False)
    person = _person()
    by = _person()
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    batch = models.ForeignKey("kernel.Batch", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("Move")
        indexes = [
            models.Index(fields=["entity", "record_id", "id"], name="pools_move_record"),
            # The day's claims of a person, and what he has given up lately.
            models.Index(fields=["person", "kind", "at"], name="pools_move_person"),
            models.Index(fields=["batch"], name="pools_move_batch", condition=models.Q(batch__isnull=False)),
        ]

    @property
    def kind_label(self) -> Any:
        """The kind in words."""
        return KINDS[self.kind]
