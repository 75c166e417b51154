"""What a check of rights found."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class RightsCheck(models.Model):
    """One run: how many users, records and questions; `findings` are those of `Finding.to_data`, 500 at most."""

    at = models.DateTimeField(_("Time"), db_index=True)
    seconds = models.FloatField(_("Seconds"), default=0)
    users = models.PositiveIntegerField(_("Users"), default=0)
    records = models.PositiveIntegerField(_("Records"), default=0)
    asked = models.JSONField(_("Questions"), default=dict)
    findings = models.JSONField(_("Findings"), default=list)

    class Meta:
        verbose_name = _("Check of rights")
        verbose_name_plural = _("Checks of rights")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def questions(self) -> int:
        """How many answers were held against the oracle."""
        return sum(self.asked.values())

    @property
    def leaks(self) -> list[dict[str, Any]]:
        """What was shown and should not have been."""
        return [finding for finding in self.findings if finding["leak"]]
