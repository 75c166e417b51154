"""The table of files that lie in own fields."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.files.blob import Blob
from haike.files.kinds import FAMILIES


class Upload(models.Model):
    """A file that was uploaded for the field `key` of an entity.

    The record holds its id; `record_id` is the first record that took it, None while its form is not saved. It is read
    only by way of a record that holds it. `unheld_at` is the night from which on no record did; some weeks later it
    goes, for until then an undo may bring it back.
    """

    entity = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    record_id = models.BigIntegerField(null=True, blank=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=255)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unheld_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("File of an own field")
        verbose_name_plural = _("Files of own fields")
        indexes = [models.Index(fields=["entity", "record_id"], name="upload_record")]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """The icon of its family."""
        return FAMILIES[self.blob.family].icon
