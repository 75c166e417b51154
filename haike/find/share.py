"""Shares: a row that lets one more user see, and perhaps change, one record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Held(Mapping[int, bool]):
    """With whom a record is shared, and whether he may edit it; read when it is first asked for."""

    def __init__(self, entity: str, record_id: int) -> None:
        self.entity, self.record_id = entity, record_id

    @cached_property
    def _rows(self) -> dict[int, bool]:
        found = Share.objects.filter(entity=self.entity, record_id=self.record_id)
        return dict(found.values_list("user_id", "can_write"))

    def __getitem__(self, user: int) -> bool:
        return self._rows[user]

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Share(models.Model):
    """One record opened to one user.

    The record is named by its entity's label ("customers.customer") and its key, so that one table serves every
    entity and a list finds all that was shared with a user by one index range.
    """

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(_("Kind of record"), max_length=80)
    record_id = models.BigIntegerField(_("Record"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, verbose_name=_("User")
    )
    can_write = models.BooleanField(_("May edit"), default=False)
    at = models.DateTimeField(_("Shared at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("Shared by"),
    )

    class Meta:
        # The table is the kernel's; the model lies here because the queries of lists read it.
        app_label = "kernel"
        verbose_name = _("Share")
        verbose_name_plural = _("Shares")
        indexes = [models.Index(fields=["entity", "record_id"], name="share_record")]
        constraints = [
            # Also the index by which a list finds a user's shares; a record is shared with a user once.
            models.UniqueConstraint(fields=["user", "entity", "record_id"], name="share_user_record")
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id} → {self.user_id}"
