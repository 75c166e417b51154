"""What amounts of documents are worth in the company's own currency, by which they are summed up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import OWN
from haike.kernel.fields import Money
from haike.people.currency.rates import beside_currency, convert, to_coin


class InOwn(Money):
    """What the amount that `of` holds is in the company's own currency; lists sum it up below that."""

    def __init__(self, verbose_name: Any = None, *, of: str = "", **options: Any) -> None:
        self.of = of
        super().__init__(verbose_name, **{"editable": False, **options})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "haike.kernel.fields.Money", args, kwargs


class Worth(InOwn):
    """The same at the rate of the day that `on` names.

    The first of several days that is given counts; where there is none yet, the rate of today. The record's `prepare`
    calls `value` once amount, currency and day are known.
    """

    def __init__(self, of: str = "", *on: str, **options: Any) -> None:
        self.on = on
        super().__init__(**{"verbose_name": _("Amount in own currency"), "of": of, **options})


def value(record: models.Model) -> None:
    """Work out every such amount of a record; where a rate is missing, Refused beside the currency."""
    with beside_currency():
        for field in record._meta.fields:
            if isinstance(field, Worth) and (amount := getattr(record, field.of)) is not None:
                day = next((day for name in field.on if (day := getattr(record, name)) is not None), None)
                setattr(record, field.name, convert(Decimal(amount), record.currency, on=day))  # type: ignore[attr-defined]


def fill(apps: Any, label: str, name: str, of: str, *on: str) -> None:
    """In a migration: the worth of all documents there are. Before the first rate that is known, that one counts."""
    chosen = apps.get_model("kernel", "OptionValue").objects.filter(key=OWN.key).first()
    own = str(chosen.value if chosen is not None else OWN.default)
    rates: dict[str, list[tuple[date, Decimal]]] = {}
    known = apps.get_model("people", "ExchangeRate")._base_manager.filter(base=own, deleted_at__isnull=True)
    for code, day, rate in known.order_by("on").values_list("currency", "on", "rate"):
        rates.setdefault(code, []).append((day, rate))
    rows = apps.get_model(label)._base_manager
    rows.filter(currency=own).update(**{name: models.F(of)})
    for row in rows.filter(currency__in=rates).only("currency", of, *on).iterator(chunk_size=1000):
        day = next((day for each in on if (day := getattr(row, each)) is not None), None)
        some = rates[row.currency]
        rate = next((rate for since, rate in reversed(some) if day is None or since <= day), some[0][1])
        worth = to_coin(getattr(row, of) * rate, own)
        rows.filter(pk=row.pk).update(**{name: worth})
