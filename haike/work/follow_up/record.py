"""The tables of follow-ups, their photos and the comments on them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import LongText, Pick
from haike.kernel.record import Record

LIVE = Q(deleted_at__isnull=True)


def to_minute(moment: datetime) -> datetime:
    """Without seconds: a form shows none, so they would change by being saved again."""
    return moment.replace(second=0, microsecond=0)


class FollowUp(Record):
    """One talk, visit or letter. `created_by` is the author; the owner is that of the customer."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="follow_ups", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.PROTECT,
        verbose_name=_("Contact person"),
        null=True,
        blank=True,
        related_name="follow_ups",
        db_index=False,
    )
    manner = Pick("follow_up_manner", _("Manner"), default="call")
    subject = Pick("follow_up_subject", _("Subject"), blank=True)
    content = models.TextField(_("Content"))
    at = models.DateTimeField(_("Time"), default=timezone.now)
    result = Pick("follow_up_result", _("Result"), blank=True)
    attitude = Pick("customer_attitude", _("Customer's attitude"), blank=True)
    stage = Pick("customer_stage", _("Stage of the customer"), blank=True)
    products = models.CharField(_("Products of interest"), max_length=200, blank=True, default="")
    next_at = models.DateTimeField(_("Next contact"), null=True, blank=True)
    next_what = models.CharField(_("Planned for it"), max_length=200, blank=True, default="")
    next_manner = Pick("follow_up_manner", _("How to contact next"), blank=True)

    class Meta:
        verbose_name = _("Follow-up")
        verbose_name_plural = _("Follow-ups")
        indexes = [
            *hot_indexes("follow_up", "at"),
            filter_index("follow_up", "at", "manner", "result", "created_by"),
            models.Index(fields=["customer", "-at", "-id"], name="follow_up_customer"),
            models.Index(fields=["created_by", "-at", "-id", "archived_at"], name="follow_up_author", condition=LIVE),
            models.Index(fields=["contact", "-at"], name="follow_up_contact", condition=Q(contact__isnull=False)),
        ]

    def __str__(self) -> str:
        line = " ".join(self.content.split())
        return line if len(line) <= 40 else f"{line[:40]}…"

    def prepare(self) -> None:
        self.at = to_minute(self.at)
        if self.next_at is not None:
            self.next_at = to_minute(self.next_at)
        else:
            self.next_what, self.next_manner = "", None


def photo_name(photo: FollowUpPhoto, name: str) -> str:
    """Where a photo is kept; the name says nothing about it."""
    return f"follow-ups/{timezone.localdate():%Y/%m}/{name}"


class FollowUpPhoto(models.Model):
    """A photo that belongs to a follow-up, drawn anew by us."""

    id = models.BigAutoField(primary_key=True)
    follow_up = models.ForeignKey("work.FollowUp", models.CASCADE, related_name="photos")
    file = models.FileField(_("Photo"), upload_to=photo_name, max_length=200)
    at = models.DateTimeField(_("Added"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("Photo")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.follow_up_id}/{self.pk}"


class FollowUpComment(Record):
    """What a superior or colleague says about a follow-up."""

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        verbose_name=_("Customer"),
        related_name="+",
        editable=False,
        db_index=False,
    )
    follow_up = models.ForeignKey(
        "work.FollowUp", models.PROTECT, verbose_name=_("Follow-up"), related_name="comments", db_index=False
    )
    text = LongText(_("Comment"), blank=False)

    class Meta:
        verbose_name = _("Comment on a follow-up")
        verbose_name_plural = _("Comments on follow-ups")
        indexes = [
            models.Index(fields=["follow_up", "id"], name="follow_up_comment"),
            models.Index(fields=["customer", "id"], name="follow_up_comment_customer"),
            models.Index(fields=["-created_at", "-id"], name="follow_up_comment_new", condition=LIVE),
        ]

    def __str__(self) -> str:
        return self.text[:40]
