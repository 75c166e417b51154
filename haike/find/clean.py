"""Checking some fields of a record. Django's own ways go through all seventy each time, for one that was changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def clean_named(record: models.Model, names: Iterable[str]) -> None:
    """Django's `clean_fields` for these fields only."""
    meta = record._meta
    _clean(record, [meta.get_field(name) for name in names])


def clean_touched(record: models.Model, touched: Collection[str]) -> None:
    """The same for what people type of these; whom a field refers to was looked up before."""
    _clean(record, _typed(type(record), frozenset(touched))[0])


def refuse_double(record: models.Model, touched: Collection[str]) -> None:
    """Django's `validate_unique` for what people type of these."""
    typed, alone = _typed(type(record), frozenset(touched))
    if alone:
        names = {field.name for field in typed}
        record.validate_unique(exclude={field.name for field in record._meta.fields if field.name not in names})


@lru_cache(maxsize=1_000)
def _typed(model: type[models.Model], touched: frozenset[str]) -> tuple[list[Any], bool]:
    """The fields that are checked, and whether any of them may be as in no other record."""
    meta: Any = model._meta
    fields = [each for each in meta.fields if each.name in touched and not each.is_relation and each.editable]
    dates = ("unique_for_date", "unique_for_month", "unique_for_year")
    alone = any(field.unique or any(getattr(field, name) for name in dates) for field in fields)
    return fields, alone or any(each._meta.unique_together for each in (model, *meta.all_parents))


def _clean(record: models.Model, fields: Iterable[Any]) -> None:
    faults: dict[str, Any] = {}
    for field in fields:
        value = getattr(record, field.attname)
        if field.generated or (field.blank and value in field.empty_values):
            continue
        try:
            setattr(record, field.attname, field.clean(value, record))
        except ValidationError as error:
            faults[field.name] = error.error_list
    if faults:
        raise ValidationError(faults)
