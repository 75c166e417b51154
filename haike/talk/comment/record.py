"""Comments on records."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIVE = Q(deleted_at__isnull=True)


class Comment(models.Model):
    """What somebody said about a record, named by its entity's label and its key.

    `mentions` maps the keys of users to the names as they stand in the text behind an @.
    """

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    text = models.TextField(_("Comment"))
    mentions = models.JSONField(default=dict)
    at = models.DateTimeField(_("Time"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Comment")
        verbose_name_plural = _("Comments")
        indexes = [models.Index(fields=["entity", "record_id", "-id"], name="talk_comment_record", condition=LIVE)]

    def __str__(self) -> str:
        return self.text[:40]
