"""All rows in stretches, for work that goes over a whole table."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Manager, QuerySet


def stretches(rows: QuerySet[Any, Any] | Manager[Any], size: int) -> Iterator[list[int]]:
    """The keys of the rows in order, so many at a time; each stretch is read when the one before is done with."""
    last = 0
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield keys
        last = keys[-1]
