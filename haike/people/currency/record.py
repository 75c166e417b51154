"""Exchange rates: what one unit of a foreign currency is worth in the company's own, from a day on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import CURRENCIES, OWN
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.refused import Refused


def currency_choices() -> list[tuple[str, Any]]:
    """Every currency that Haike knows."""
    return [(code, each.label) for code, each in CURRENCIES.items()]


class Rate(models.DecimalField[Any, Any]):
    """How many units of one currency a unit of another is worth."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_digits": 18, "decimal_places": 8, **options})


class ExchangeRate(Record):
    """From the day `on` one unit of `currency` is worth `rate` units of `base`, the company's own currency then."""

    key = models.CharField(_("Pair and day"), max_length=24, unique=True, editable=False)
    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices)
    on = models.DateField(_("Valid from"), default=today)
    rate = Rate(_("Rate"), help_text=_("How much one unit costs in the company's own currency, such as 7.1234."))
    base = models.CharField(max_length=3, editable=False)
    note = models.CharField(_("Source"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("Exchange rate")
        verbose_name_plural = _("Exchange rates")
        indexes = [models.Index(fields=["base", "currency", "-on"], name="people_rate_day")]
        constraints = [models.CheckConstraint(name="people_rate_positive", condition=Q(rate__gt=0))]

    def __str__(self) -> str:
        return key_of(self.currency, self.on, base=self.base)

    def prepare(self) -> None:
        self.base = self.base or OWN()
        self.key = key_of(self.currency, self.on, base=self.base)

    def clean(self) -> None:
        if self.currency == self.base:
            raise Refused(fields={"currency": _("This is the company's own currency; it needs no rate.")})
        if self.rate is not None and self.rate <= Decimal(0):
            raise Refused(fields={"rate": _("A rate is more than 0.")})
        other = ExchangeRate._base_manager.filter(key=self.key).exclude(pk=self.pk).first()
        if other is not None and other.deleted_at is not None:
            raise Refused(fields={"on": _("The rate of this day lies in the recycle bin. Restore it and change it.")})
        if other is not None:
            raise Refused(fields={"on": _("There is a rate of this currency for this day already. Change that one.")})


def key_of(currency: str, on: Any, *, base: str = "") -> str:
    """The name of a rate, such as "USD/CNY 2026-11-22"."""
    return f"{currency}/{base or OWN()} {on}"
