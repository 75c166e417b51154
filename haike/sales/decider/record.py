"""The table of the people who decide about opportunities."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.customers.deciding.record import Decider
from haike.find.indexes import hot_indexes


class OpportunityDecider(Decider):
    """A contact with his part in the decision about an opportunity."""

    about: ClassVar[str] = "opportunity"
    elsewhere: ClassVar[Promise] = _("This person belongs to another opportunity.")

    opportunity = models.ForeignKey(
        "sales.Opportunity", models.PROTECT, verbose_name=_("Opportunity"), related_name="deciders", db_index=False
    )

    class Meta:
        verbose_name = _("Person who decides")
        verbose_name_plural = _("People who decide")
        indexes = [
            *hot_indexes("decider", "created_at"),
            models.Index(fields=["opportunity", "-id"], name="decider_opportunity"),
            models.Index(fields=["contact"], name="decider_contact"),
            models.Index(fields=["superior"], name="decider_superior", condition=Q(superior__isnull=False)),
        ]
