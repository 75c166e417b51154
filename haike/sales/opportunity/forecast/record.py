"""What the forecast has learned: one row for each time, the newest counts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ForecastPast(models.Model):
    """Counts of earlier opportunities as `past.Learner` gives them; nobody's record, never shown as it is."""

    learned_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("What the forecast has learned")
        ordering = ["-id"]
