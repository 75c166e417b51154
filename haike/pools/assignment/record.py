"""AssignmentRule: to whom a record without an owner goes; and the log of what the rules did."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Label
from haike.kernel.record import Record
from haike.pools.deal_out import HOWS, LOAD, MATCH, RANDOM, REGION, TURN
from haike.pools.pooling import kind_choices
from haike.refused import Refused
from haike.segments.conditions import Conditions

POOL, TERRITORY = "pool", "territory"
WAYS: dict[str, Label] = {way: HOWS[way] for way in (TURN, LOAD, RANDOM, REGION, MATCH)}
WAYS[TERRITORY] = _("By territory: to the seller of the territory in which it lies")
WAYS[POOL] = _("Into a pool")
ARRIVED, RETURNED, HAND = "arrived", "returned", "hand"
WHYS: dict[str, Label] = {ARRIVED: _("New"), RETURNED: _("Came back"), HAND: _("By hand")}


class AssignmentRule(Record):
    """Rules are asked in the order of their places; the first whose conditions hold decides."""

    name = models.CharField(_("Name"), max_length=60)
    entity = models.CharField(_("Kind of records"), max_length=60, choices=kind_choices)
    position = models.PositiveIntegerField(
        _("Place in the list"), default=0, help_text=_("Rules are asked from the smallest number on.")
    )
    active = models.BooleanField(
        _("In use"),
        default=False,
        help_text=_("Write the conditions and try the rules on what is there before you switch this one on."),
    )
    conditions = Conditions(_("Conditions"), unset=_("every record"))
    how = models.CharField(_("How"), max_length=10, choices=list(WAYS.items()), default=TURN)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("To whom"),
        blank=True,
        related_name="+",
        help_text=_("Closed accounts are passed over."),
    )
    departments: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.HAIKE_DEPARTMENT_MODEL, verbose_name=_("To everybody in"), blank=True, related_name="+"
    )
    pool = models.ForeignKey(
        "pools.Pool",
        models.PROTECT,
        verbose_name=_("Into which pool"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Only for “into a pool”."),
    )
    returned = models.BooleanField(
        _("Also what comes back to a pool"),
        default=False,
        help_text=_("It never goes to the one who has just given it up."),
    )
    turn = models.PositiveIntegerField(default=0, editable=False)
    """How many records the rule has dealt out; who is next follows from it."""

    class Meta:
        verbose_name = _("Assignment rule")
        verbose_name_plural = _("Assignment rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def pool_account(self) -> Any:
        """Whose is what the rule puts into its pool."""
        return self.pool.account if self.pool is not None else None

    def clean(self) -> None:
        namesakes: Any = AssignmentRule.objects.live().filter(entity=self.entity, name=self.name).exclude(pk=self.pk)
        if namesakes.exists():
            raise Refused(fields={"name": _("There is a rule of this name already.")})
        if self.how != POOL:
            return
        if self.pool is None:
            raise Refused(fields={"pool": _("Say into which pool.")})
        if self.pool.entity != self.entity or self.pool.deleted_at is not None:
            raise Refused(fields={"pool": _("This pool is for other records.")})


class Assigned(models.Model):
    """One record that a rule gave to a person or put into a pool, and on what occasion."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="assigned", db_index=False)
    entity = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=10, choices=list(WHYS.items()))

    class Meta:
        verbose_name = _("Assigned by rule")
        indexes = [
            models.Index(fields=["rule", "-id"], name="pools_assigned_rule"),
            models.Index(fields=["entity", "record_id"], name="pools_assigned_record"),
        ]

    @property
    def why_label(self) -> Any:
        """The occasion in words."""
        return WHYS[self.why]
