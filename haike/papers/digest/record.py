"""Reminders that could not go out by e-mail yet."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

PAUSES = [timedelta(minutes=each) for each in (5, 15, 60, 180, 360)]
"""How long to wait after each try that failed: some ten hours in all."""


class LateDigest(models.Model):
    """The mail to one user that could not leave: how often it was tried, and when it is tried again."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = _("E-mail with reminders")

    def __str__(self) -> str:
        return str(self.user_id)
