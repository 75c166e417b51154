"""Territory: a part of the market, by whatever a filter can say, and the sellers to whom it is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.record import Record
from haike.pools.pooling import kind_choices
from haike.refused import Refused
from haike.segments.conditions import Conditions


class Territory(Record):
    """Territories are asked in the order of their places; a record lies in the first whose conditions hold."""

    name = models.CharField(_("Name"), max_length=60)
    entity = models.CharField(_("Kind of records"), max_length=60, choices=kind_choices)
    position = models.PositiveIntegerField(
        _("Place in the list"),
        default=0,
        help_text=_("What fits two territories lies in the one with the smaller number."),
    )
    active = models.BooleanField(_("In use"), default=True)
    conditions = Conditions(_("Conditions"), unset=_("not drawn yet"))
    sellers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Sellers"),
        related_name="+",
        help_text=_("Of several, each gets an equal part; what one of them owns stays his."),
    )

    class Meta:
        verbose_name = _("Territory")
        verbose_name_plural = _("Territories")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        namesakes: Any = Territory.objects.live().filter(entity=self.entity, name=self.name).exclude(pk=self.pk)
        if namesakes.exists():
            raise Refused(fields={"name": _("There is a territory of this name already.")})
