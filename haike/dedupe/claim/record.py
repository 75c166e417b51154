"""A claim case: somebody says that a record which belongs to another is his by right."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import Batch

OPEN, DECIDED, WITHDRAWN = "open", "decided", "withdrawn"
STATES = {
    OPEN: pgettext_lazy("claim", "Open"),
    DECIDED: _("Decided"),
    WITHDRAWN: pgettext_lazy("claim", "Withdrawn"),
}
STAYS, GOES, SHARED, OWN = "stays", "goes", "shared", "own"
RULINGS = {
    STAYS: _("The owner keeps it"),
    GOES: _("It goes to the claimant"),
    SHARED: _("Both have it; later deals are split"),
    OWN: _("The owner keeps it, and the claimant may enter one of his own, once"),
}
REASONS = {
    "first": _("I was in contact first"),
    "idle": _("The owner does not care for it"),
    "asked": _("The customer asked for me"),
    "other": _("Another reason"),
}
LONGEST = 2000


def _person(**more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **more)


class ClaimCase(models.Model):
    """One case. `subject` is what the claimant typed: of the record itself he is told nothing.

    `owner` is who had the record when the case was filed; `percent` is the claimant's share of later deals where both
    have it, the owner has the rest.
    """

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    subject = models.CharField(max_length=200)
    claimant = _person(verbose_name=_("Claimant"))
    owner = _person(verbose_name=_("Owner"), null=True)
    at = models.DateTimeField(_("Time"))
    reason = models.CharField(_("Reason"), max_length=20, choices=list(REASONS.items()))
    evidence = models.TextField(_("Evidence"))
    answer = models.TextField(_("Answer"), blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = _person(null=True)
    state = models.CharField(_("State"), max_length=10, choices=list(STATES.items()), default=OPEN)
    ended_at = models.DateTimeField(null=True)
    ruling = models.CharField(_("Ruling"), max_length=10, choices=list(RULINGS.items()), blank=True, default="")
    percent = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True, default="")
    decided_by = _person(null=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)
    """When the claimant entered the one that he was allowed."""

    class Meta:
        verbose_name = _("Claim case")
        indexes = [
            models.Index(fields=["entity", "record_id"], name="dedupe_claim_record"),
            models.Index(fields=["state", "-id"], name="dedupe_claim_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "record_id", "claimant"],
                condition=models.Q(state=OPEN),
                name="dedupe_claim_once",
            )
        ]

    def __str__(self) -> str:
        return str(_("Claim case %(number)s") % {"number": self.pk})

    @property
    def url(self) -> str:
        """Its page."""
        return f"/claims/{self.pk}/"

    @property
    def kind(self) -> Entity:
        """The entity of the record."""
        found = entity_named(self.entity)
        assert found is not None, self.entity
        return found

    @property
    def record(self) -> Any:
        """The record, or None where it was deleted; for those who may see it only."""
        return self.kind.model.objects.live().select_related("owner__department").filter(pk=self.record_id).first()

    @property
    def rest(self) -> int | None:
        """The owner's share in percent."""
        return None if self.percent is None else 100 - self.percent


def permits(label: str, keys: Collection[int], user_id: int) -> dict[int, int]:
    """Of these records, those beside which the user may enter one of his own: record and case."""
    rows = ClaimCase.objects.filter(
        entity=label, record_id__in=keys, claimant_id=user_id, state=DECIDED, ruling=OWN, used_at=None
    )
    return dict(rows.order_by("-id").values_list("record_id", "pk"))


def splits_of(label: str, record_id: int) -> list[ClaimCase]:
    """The rulings by which later deals of a record are split."""
    rows = ClaimCase.objects.filter(entity=label, record_id=record_id, state=DECIDED, ruling=SHARED)
    return list(rows.select_related("claimant", "owner", "decided_by").order_by("ended_at"))
