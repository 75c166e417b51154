"""What a merge did, so that it can be told and taken back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.log import Batch


class Merge(models.Model):
    """One merge of some records into one. `journal` is what an undo needs; see `act.py`."""

    batch = models.OneToOneField(Batch, models.PROTECT, related_name="merge")
    entity = models.CharField(max_length=80)
    into = models.BigIntegerField()
    journal = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Merge")

    def __str__(self) -> str:
        return f"{self.entity} → {self.into}"


class Merged(models.Model):
    """A record that went into another one; whoever opens its address is led there."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="gone")
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    into = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["entity", "record_id"], name="dedupe_merged_record"),
            models.Index(fields=["entity", "into"], name="dedupe_merged_into"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id} → {self.into}"


def winner_of(entity: Entity, key: int) -> int | None:
    """Into which record one was merged, also over several merges; None where it was not."""
    found: int | None = None
    for __ in range(100):
        rows = Merged.objects.filter(entity=entity.label, record_id=key).order_by("-id")
        into = rows.values_list("into", flat=True).first()
        if into is None:
            break
        found = key = into
    return found


def keys_within(entity: Entity, key: int) -> list[int]:
    """The records that were merged into this one, also over several merges."""
    found: list[int] = []
    ahead = [key]
    while ahead:
        rows = Merged.objects.filter(entity=entity.label, into__in=ahead)
        ahead = [each for each in rows.values_list("record_id", flat=True) if each not in found and each != key]
        found += ahead
    return found
