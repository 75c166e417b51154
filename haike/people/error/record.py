"""Errors of the program, each with a number that the user sees and an administrator looks up."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ErrorRecord(models.Model):
    """One failure of the program while it answered a request."""

    number = models.CharField(_("Number"), max_length=20, unique=True)
    at = models.DateTimeField(_("Time"), db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("User"), null=True, related_name="+", db_index=False
    )
    method = models.CharField(_("Method"), max_length=10, blank=True)
    path = models.CharField(_("Page"), max_length=500, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    agent = models.CharField(_("Browser"), max_length=300, blank=True)
    kind = models.CharField(_("Kind"), max_length=120)
    message = models.CharField(_("Message"), max_length=500, blank=True)
    trace = models.TextField(_("Trace"), blank=True)

    class Meta:
        verbose_name = _("Error")
        verbose_name_plural = _("Errors")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.number
