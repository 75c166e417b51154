"""The table of attachments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.files.blob import Blob
from haike.files.kinds import FAMILIES

LIVE = Q(deleted_at__isnull=True)


class Attachment(models.Model):
    """A file, or a link when `url` is set, on the record `record_id` of an entity.

    No right of its own: whoever sees the record sees it, whoever may edit the record adds and deletes it. `size`
    (bytes) and `family` are those of the content, kept here so that lists sort without asking for it.
    """

    entity = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="attachments")
    url = models.CharField(max_length=2000, blank=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    family = models.CharField(max_length=10)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("Attachment")
        verbose_name_plural = _("Attachments")
        indexes = [
            models.Index(fields=["entity", "record_id", "-at"], name="attachment_record"),
            models.Index(fields=["-at", "-id"], name="attachment_at", condition=LIVE),
            models.Index(fields=["-size", "-id"], name="attachment_size", condition=LIVE),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """The icon of its family."""
        return FAMILIES[self.family].icon

    @property
    def kind(self) -> str:
        """The word for its family."""
        return str(FAMILIES[self.family].label)
