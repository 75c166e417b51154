"""The facts that a record keeps about pools and owners."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.record import Record
from haike.pools.seas import seas


def held_index(prefix: str) -> models.Index:
    """For `Meta.indexes`: how many somebody has out of a pool is asked of everybody to whom one is dealt out."""
    held = models.Q(deleted_at__isnull=True, pool__isnull=False)
    return models.Index(fields=["pool", "owner"], name=f"{prefix}_held", condition=held)


class Pooled(Record):
    """A record that may lie in a pool. All of it is computed: nobody types it.

    `pool` is where it lies or where it came from last; `pooled_at` since when it has been there, empty while somebody
    owns it; `owned_since` since when the present owner has it; until `protected_until` no rule takes it from him.
    """

    pool = models.ForeignKey(
        "pools.Pool",
        models.PROTECT,
        verbose_name=_("Pool"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    pooled_at = models.DateTimeField(_("In the pool since"), null=True, blank=True, editable=False)
    owned_since = models.DateTimeField(_("With the owner since"), null=True, blank=True, editable=False)
    protected_until = models.DateTimeField(_("Protected until"), null=True, blank=True, editable=False)
    advanced_at = models.DateTimeField(_("Last step forward"), null=True, blank=True, editable=False)
    dealt_at = models.DateTimeField(_("Last deal"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    changed_hands = False
    """Whether somebody looks after it who did not before, or nobody any more."""

    def given(self) -> None:
        now, known, looked_after = self.changed_at, seas(), self.owned_since is not None
        pool = known.by_account.get(self.owner_id) if self.owner_id else None
        if pool is not None:
            self.pool_id, self.pooled_at, self.owned_since, self.protected_until = pool.pk, now, None, None
            self.changed_hands = looked_after
            return
        left = known.pools.get(self.pool_id) if self.pooled_at and self.pool_id else None
        days = left.protect_days if left is not None and self.owner_id else None
        self.pooled_at, self.owned_since = None, now if self.owner_id else None
        self.protected_until = now + timedelta(days=days) if days else None
        self.changed_hands = looked_after is not (self.owned_since is not None)
