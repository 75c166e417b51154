"""Invitations: links by which staff join by themselves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Invitation(models.Model):
    """A link to join the company with a department and roles; it works until it expires or is used up."""

    id = models.BigAutoField(primary_key=True)
    department = models.ForeignKey(
        "people.Department", models.PROTECT, verbose_name=_("Department"), null=True, blank=True, related_name="+"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Reports to"), null=True, blank=True, related_name="+"
    )
    roles = models.ManyToManyField("people.Role", verbose_name=_("Roles"), blank=True, related_name="+")
    note = models.CharField(_("Note"), max_length=120, blank=True, default="")
    at = models.DateTimeField(_("Made"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Made by"), related_name="+")
    expires_at = models.DateTimeField(_("Valid until"))
    uses = models.PositiveIntegerField(_("How many may join"), default=1)
    used = models.PositiveIntegerField(_("Joined"), default=0)
    withdrawn_at = models.DateTimeField(_("Withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("Invitation")
        verbose_name_plural = _("Invitations")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.note or f"{self.department or ''}"
