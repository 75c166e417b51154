"""KeeperRule: on what occasion a record goes from who won it to who looks after it; and what the rules did."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.handover.keeper.occasion import Occasion
from haike.kernel.log import Batch
from haike.kernel.record import Record
from haike.refused import Refused

READ, WRITE, NOTHING = "read", "write", "none"
KEPT = {READ: _("May still read it"), WRITE: _("May still change it"), NOTHING: _("Keeps nothing")}


class KeeperRule(Record):
    """Rules are asked in the order of their places; the first that finds a keeper for the occasion decides."""

    name = models.CharField(_("Name"), max_length=60)
    occasion = Occasion(_("On what occasion"), max_length=120)
    position = models.PositiveIntegerField(
        _("Place in the list"), default=0, help_text=_("Rules are asked from the smallest number on.")
    )
    active = models.BooleanField(_("In use"), default=True)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Keepers"),
        blank=True,
        related_name="+",
        help_text=_("Several get the records in turn; closed accounts are passed over."),
    )
    departments: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.HAIKE_DEPARTMENT_MODEL, verbose_name=_("Or everybody in"), blank=True, related_name="+"
    )
    hunter = models.CharField(
        _("Who had it before"), max_length=10, choices=list(KEPT.items()), default=READ, help_text=_("As a share.")
    )
    turn = models.PositiveIntegerField(default=0, editable=False)
    """How many records the rule has passed on; who is next follows from it."""

    class Meta:
        verbose_name = _("Keeper rule")
        verbose_name_plural = _("Keeper rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        namesakes: Any = KeeperRule.objects.live().filter(name=self.name).exclude(pk=self.pk)
        if namesakes.exists():
            raise Refused(fields={"name": _("There is a rule of this name already.")})


class Passed(models.Model):
    """One record that a rule passed on."""

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(KeeperRule, models.CASCADE, related_name="passed", db_index=False)
    entity = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    hunter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("Passed to a keeper")
        indexes = [models.Index(fields=["rule", "-id"], name="handover_passed_rule")]
