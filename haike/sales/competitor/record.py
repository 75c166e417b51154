"""The table of the competitors for opportunities."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.dictionary import words_of
from haike.kernel.fields import LongText, Money, Pick
from haike.kernel.record import Record
from haike.people.currency.record import currency_choices
from haike.refused import Refused


class Competitor(Record):
    """One who is after the same opportunity; the names come from a dictionary, so that they can be counted.

    `price` is what he asks, in the opportunity's currency; nothing where nobody knows.
    """

    opportunity = models.ForeignKey(
        "sales.Opportunity", models.PROTECT, verbose_name=_("Opportunity"), related_name="rivals", db_index=False
    )
    rival = Pick("competitor", _("Competitor"))
    threat = Pick("competitor_threat", _("Threat"), blank=True)
    price = Money(
        _("Their price"), currency="currency", null=True, blank=True, default=None, validators=[MinValueValidator(0)],
        help_text=_("Empty: not known."),
    )  # fmt: skip
    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices, editable=False)
    strengths = LongText(_("Strengths"))
    weaknesses = LongText(_("Weaknesses"))
    answer = LongText(_("How we answer"))

    class Meta:
        verbose_name = _("Competitor for an opportunity")
        verbose_name_plural = _("Competitors for opportunities")
        indexes = [
            *hot_indexes("competitor", "created_at"),
            filter_index("competitor", "rival", "threat", "created_at"),
            models.Index(fields=["opportunity", "rival"], name="competitor_opportunity"),
        ]

    def __str__(self) -> str:
        word = words_of("competitor").get(self.rival or "")
        return str(word) if word is not None else self.rival or ""

    def prepare(self) -> None:
        self.currency = self.opportunity.currency

    def clean(self) -> None:
        rows: Any = Competitor.objects.live().filter(opportunity=self.opportunity_id, rival=self.rival)
        if rows.exclude(pk=self.pk).exists():
            raise Refused(fields={"rival": _("This competitor is put down for the opportunity already.")})
