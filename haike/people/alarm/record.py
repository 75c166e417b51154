"""Alarms: unusual use of the program that the boss should look at."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Alarm(models.Model):
    """Something unusual that a user did; `facts` are what the sentence of its kind is made of.

    Whoever looks after alarms marks it as seen and writes down what came of it.
    """

    at = models.DateTimeField(_("Time"), db_index=True)
    kind = models.CharField(_("Kind"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("User"), null=True, related_name="+", db_index=False
    )
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    facts = models.JSONField(default=dict)
    seen_at = models.DateTimeField(_("Seen"), null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("Seen by"),
        null=True,
        related_name="+",
        db_index=False,
    )
    note = models.CharField(_("Note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("Alarm")
        verbose_name_plural = _("Alarms")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user", "kind", "at"], name="people_alarm_user"),
            models.Index(fields=["id"], name="people_alarm_open", condition=Q(seen_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"
