"""What a user is to hear of, and how he wants to hear it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.jobs.bell import ring
from haike.kernel.versioned import Versioned, bump

CHANNEL = "haike_notices"
MOST_COUNTED = 100
"""The bell says 99+ from here on; nobody counts further."""


class Notice(models.Model):
    """One thing for one user to hear of: something of a `kind` about a record.

    It holds no word of the record: title and rights are asked for when it is shown. `facts` are what the sentence of
    the kind needs; `key` keeps the same thing from being told twice; `due` is the day that a reminder is about. What
    has `mail` waits for the next e-mail to its reader; where he wants it by e-mail only, it is read from the first:
    the bell is silent, and the list of all has it.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("Kind"), max_length=40)
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("Time"), default=timezone.now)
    due = models.DateField(_("Day of the reminder"), null=True)
    facts = models.JSONField(default=dict)
    key = models.CharField(max_length=80, blank=True, default="")
    read_at = models.DateTimeField(_("Read"), null=True)
    mail = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("Notice")
        verbose_name_plural = _("Notices")
        indexes = [
            models.Index(fields=["user", "-id"], name="talk_notice_user"),
            models.Index(fields=["user", "-id"], name="talk_notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["entity", "record_id"], name="talk_notice_record"),
            models.Index(fields=["user"], name="talk_notice_mail", condition=Q(mail=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key"], condition=~Q(key=""), name="talk_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity} {self.record_id} → {self.user_id}"


VERSION = "notices"
_kept: Versioned[dict[int, tuple[int, int]]] = Versioned(VERSION, dict)


def unread(user: Any) -> tuple[int, int]:
    """How many notices the user has not read (at most MOST_COUNTED) and the key of the newest of them, 0 for none.

    From the process's memory; after anybody was told something, one query along a short index.
    """
    kept = _kept()
    if user.pk not in kept:
        kept[user.pk] = unread_now(user)
    return kept[user.pk]


def unread_now(user: Any) -> tuple[int, int]:
    """The same from the database: what a process remembers may be a second old."""
    rows = Notice.objects.filter(user_id=user.pk, read_at__isnull=True).order_by("-id")
    keys = list(rows.values_list("id", flat=True)[:MOST_COUNTED])
    return len(keys), keys[0] if keys else 0


def notices_changed() -> None:
    """Tell every process that counts are to be asked for anew, and the streams that there is something to tell."""
    bump(VERSION)
    ring(CHANNEL)
