"""The newest row about each of many records, of a history that is only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Max, Model

M = TypeVar("M", bound=Model)
CHUNK = 500


def newest_of(model: type[M], name: str, keys: Sequence[int]) -> dict[int, M]:
    """By the key in the column `name` (a foreign key), so many hundred at a time."""
    found: dict[int, M] = {}
    for start in range(0, len(keys), CHUNK):
        rows = model._base_manager.filter(**{f"{name}__in": keys[start : start + CHUNK]}).order_by()
        newest = rows.values(name).annotate(newest=Max("pk")).values("newest")
        found |= {getattr(row, f"{name}_id"): row for row in model._base_manager.filter(pk__in=newest)}
    return found
