"""Scans and the pairs that they found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scan(models.Model):
    """One look over the whole stock of an entity; `pairs` were found when it had ended."""

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    job = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True)
    pairs = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("Search for duplicates")
        indexes = [models.Index(fields=["entity", "-at"], name="dedupe_scan_entity")]

    def __str__(self) -> str:
        return f"{self.entity} {self.at}"


class Pair(models.Model):
    """Two records that may be one, the smaller key first; one that was dismissed is never shown again."""

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    one = models.BigIntegerField()
    other = models.BigIntegerField()
    score = models.PositiveSmallIntegerField()
    by_contact = models.BooleanField(default=False)
    """Whether a contact of one has a telephone number of the other."""
    scan = models.ForeignKey(Scan, models.SET_NULL, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "one", "other"], name="dedupe_pair_once")]
        indexes = [
            models.Index(
                fields=["entity", "-score", "id"],
                name="dedupe_pair_open",
                condition=models.Q(dismissed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.one} ~ {self.other}"
