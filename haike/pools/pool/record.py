"""Pool: where records lie that nobody owns, who may take them out, and when they come back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel.fields import LongText
from haike.kernel.record import Record
from haike.pools.pool.fields import Conditions, Regions
from haike.pools.pooling import entity_choices
from haike.refused import Refused

MOST_DAYS = 3650


def _number(label: Any, most: int = MOST_DAYS, **options: Any) -> models.PositiveIntegerField[Any, Any]:
    validators = [MinValueValidator(1), MaxValueValidator(most)]
    return models.PositiveIntegerField(label, null=True, blank=True, validators=validators, **options)


def _people(label: Any) -> models.ManyToManyField[Any, Any]:
    return models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=label, blank=True, related_name="+")


def _departments(label: Any, **options: Any) -> models.ManyToManyField[Any, Any]:
    model = settings.HAIKE_DEPARTMENT_MODEL
    return models.ManyToManyField(model, verbose_name=label, blank=True, related_name="+", **options)


class Pool(Record):
    """`account` owns what lies in the pool; nobody signs in as it. Empty numbers set no limit, or no such rule."""

    name = models.CharField(_("Name"), max_length=60)
    entity = models.CharField(_("Of which records"), max_length=60, choices=entity_choices)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+")
    position = models.PositiveIntegerField(_("Place in the list"), default=0)
    members = _people(_("Members"))
    member_departments = _departments(_("Member departments"))
    managers = _people(_("Managers"))
    veiled = models.BooleanField(
        _("Phones and e-mails hidden until claimed"),
        default=True,
        help_text=_("Members see a mask until the record belongs to them; managers see all."),
    )
    may_export = models.BooleanField(_("Members may export"), default=False)

    regions = Regions(_("Receives these regions"))
    departments = _departments(
        _("Receives from these departments"),
        help_text=_("Neither regions nor departments: it receives what no other pool takes."),
    )

    claims_per_day = _number(_("Claims per person and day"), 10_000)
    holds_most = _number(_("Held per person at most"), 1_000_000)
    protect_days = _number(_("Days of protection after a claim"))
    reclaim_days = _number(_("Days until one may reclaim one's own"))

    recycles = models.BooleanField(
        _("Recycle by itself every night"),
        default=False,
        help_text=_("Try the rules on the past year first: button “Try on the past”."),
    )
    follow_days = _number(_("Recycle when not followed for so many days"))
    deal_days = _number(_("Recycle without a deal for so many days"))
    stage_days = _number(_("Recycle without progress for so many days"))
    remind_days = _number(_("Remind the owner so many days before"), 90)
    spares = Conditions(_("Never recycle"))
    description = LongText(_("Description"))

    class Meta:
        verbose_name = pgettext_lazy("sea or lead pool", "Pool")
        verbose_name_plural = _("Pools")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def limits(self) -> list[int]:
        """The days of the rules that are set."""
        return [days for days in (self.follow_days, self.deal_days, self.stage_days) if days]

    def clean(self) -> None:
        namesakes: Any = Pool.objects.live().filter(entity=self.entity, name=self.name).exclude(pk=self.pk)
        if namesakes.exists():
            raise Refused(fields={"name": _("There is a pool of this name already.")})
        if self.recycles and not self.limits:
            message = _("Say after how many days records come back, or switch the nightly recycle off.")
            raise Refused(fields={"follow_days": message})
