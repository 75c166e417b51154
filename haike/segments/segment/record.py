"""Segment: a group of records, chosen one by one or by conditions; and who is or was in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import hot_indexes
from haike.kernel.fields import LongText
from haike.kernel.record import Record
from haike.kernel.versioned import Versioned
from haike.segments.conditions import Conditions
from haike.segments.offered import entity_choices

STATIC, LIVE = "static", "live"


class Segment(Record):
    """A static group holds rows of Member; a live one holds whatever its conditions find when one looks."""

    name = models.CharField(_("Name"), max_length=60)
    entity = models.CharField(_("Kind of records"), max_length=60, choices=entity_choices)
    manner = models.CharField(
        _("Members"),
        max_length=10,
        choices=[(STATIC, _("Chosen (static)")), (LIVE, _("By conditions (live)"))],
        default=STATIC,
    )
    conditions = Conditions(_("Conditions"))
    description = LongText(_("Description"))

    class Meta:
        verbose_name = _("Customer group")
        verbose_name_plural = _("Customer groups")
        indexes = hot_indexes("segment", "created_at")

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """One record in a static group, from `at` until `left_at`; the batches are those that can be undone."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members", db_index=False)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.BigIntegerField(null=True)
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    left_batch = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("Member of a group")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "record_id"], condition=Q(left_at__isnull=True), name="segments_member_once"
            )
        ]
        indexes = [
            models.Index(fields=["record_id", "segment"], name="segments_member_record"),
            models.Index(fields=["segment", "-id"], name="segments_member_history"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.record_id}"


kinds_grouped: Versioned[frozenset[str]] = Versioned(
    "segments", lambda: frozenset(Segment._base_manager.order_by().values_list("entity", flat=True).distinct())
)
"""The kinds of record of which there is any group, so that lists of others cost no query."""
