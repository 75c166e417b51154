"""The sign-in log: every attempt with time, address, browser and result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignIn(models.Model):
    """One attempt to sign in, or another event that bears on it (signed out, unlocked)."""

    class Result(models.TextChoices):
        OK = "ok", _("Signed in")
        WRONG = "wrong", _("Wrong password")
        UNKNOWN = "unknown", _("Unknown name")
        CAPTCHA = "captcha", _("Wrong characters from the picture")
        LOCKED = "locked", _("Account is locked")
        CLOSED = "closed", _("Account is closed")
        OUT = "out", _("Signed out")
        IDLE = "idle", _("Signed out after idling")
        FORGOT = "forgot", _("Asked for a new password")
        RESET = "reset", _("Password reset by e-mail")
        UNLOCKED = "unlocked", _("Unlocked by an administrator")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("Time"), db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("User"), null=True, related_name="+", db_index=False
    )
    typed = models.CharField(_("Typed name"), max_length=120, blank=True)
    result = models.CharField(_("Result"), max_length=10, choices=Result.choices)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    agent = models.CharField(_("Browser"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Sign-in")
        verbose_name_plural = _("Sign-in log")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user", "at"], name="people_signin_user"),
            models.Index(fields=["typed", "at"], name="people_signin_typed"),
            models.Index(fields=["ip", "at"], name="people_signin_ip"),
        ]

    def __str__(self) -> str:
        return f"{self.typed} {self.get_result_display()}"
