"""What one process counted within about a minute."""

from __future__ import annotations

from django.db import models


class SpeedSample(models.Model):
    """Times and queries of the pages that one process answered since its sample before."""

    at = models.DateTimeField(db_index=True)
    counts = models.JSONField()
    """By kind of page: {"times": {step: pages}, "queries": {queries: pages}}, steps as in `haike.site.speed.kinds`."""

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
