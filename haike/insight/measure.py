"""Measures: what a pivot counts and adds up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.find.grouped import Figures
from haike.kernel.entity import Entity
from haike.kernel.look import MoneyLook, NumberLook
from haike.kernel.policy import Actor
from haike.kernel.selection import numeric

COUNT = "count"
WAYS = {"sum": _("sum"), "avg": _("average"), "min": _("smallest"), "max": _("largest")}


@dataclass
class Tally:
    """What is known of some records: how many they are, and of each number field what was given."""

    number: int = 0
    fields: tuple[Figures, ...] = ()

    def add(self, number: int, fields: tuple[Figures, ...]) -> None:
        """More records."""
        self.number += number
        self.fields = tuple(map(_both, self.fields, fields)) if self.fields else fields


def _both(some: Figures, others: Figures) -> Figures:
    if not some.number or not others.number:
        return some if some.number else others
    return Figures(
        some.number + others.number, some.sum + others.sum, min(some.least, others.least), max(some.most, others.most)
    )


@dataclass(frozen=True)
class Measure:
    """The number of records, or a way to look at a number field."""

    key: str
    label: str | Promise
    look: NumberLook | None = None
    way: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether the values of parts add up to that of the whole, so that shares of it make sense."""
        return self.way in ("", "sum")

    def value(self, tally: Tally | None, place: int) -> Any:
        """The value for some records; `place` is that of the field. None where there is nothing."""
        if self.look is None:
            return tally.number if tally else None
        figures = tally.fields[place] if tally and tally.fields else None
        if figures is None or not figures.number:
            return None
        if self.way == "avg":
            return Decimal(figures.sum) / figures.number
        return {"sum": figures.sum, "min": figures.least, "max": figures.most}[self.way]

    def text(self, value: Any) -> str:
        """As people read it."""
        if value is None:
            return ""
        if self.look is None:
            return f"{value:,}"
        if self.way == "avg":
            value = round(value, max(self.look.places, 2))
            return self.look.text(value) if isinstance(self.look, MoneyLook) else f"{value:,}"
        return self.look.text(value)


def measures(entity: Entity, user: Actor) -> dict[str, Measure]:
    """What the reader may count and add up: number fields that he reads plainly.

    Amounts in several currencies are left out: their sum is no amount. Their worth in the company's own is a field.
    """
    found = {COUNT: Measure(COUNT, _("Number of records"))}
    for name, look in numeric(entity, user).items():
        if getattr(look.field, "currency", "") or not _is_number(look):
            continue
        for way, said in WAYS.items():
            found[f"{name}.{way}"] = Measure(f"{name}.{way}", f"{look.label} · {said}", look, way)
    return found


def _is_number(look: NumberLook) -> bool:
    return isinstance(look.field, models.IntegerField | models.DecimalField | models.FloatField)
