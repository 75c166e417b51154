"""Running numbers of documents: no gaps when a transaction fails, no doubles under load."""

import re
from collections.abc import Callable, Collection
from datetime import date

from django.db import connection, models, transaction

_MOVE = 'UPDATE "kernel_counter" SET "last" = "last" + %s WHERE "key" = %s RETURNING "last"'
_PART = re.compile(r"\{(yyyy|yy|mm|dd|0+)\}")
DATES = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}


class Counter(models.Model):
    """The last number given under one pattern and period; a new period starts a new row, and so at 1."""

    key = models.CharField(max_length=80, primary_key=True)
    last = models.BigIntegerField(default=0)


drawers: list[Callable[[str, date, int], list[str]]] = []
"""A room below may draw the numbers of a declared pattern otherwise: a company has its own instead."""


def check_pattern(pattern: str) -> None:
    """Raise ValueError unless the pattern has exactly one running number and no unknown part."""
    running = [part for part in _PART.findall(pattern) if part.startswith("0")]
    if len(running) != 1 or "{" in _PART.sub("", pattern):
        raise ValueError(f"{pattern!r} needs one {{0000}} and knows {{yyyy}} {{yy}} {{mm}} {{dd}}")


def take_numbers(pattern: str, *, on: date, count: int = 1, series: str = "") -> list[str]:
    """Draw the next `count` numbers inside the caller's transaction, of the pattern or of a `series` of its own."""
    check_pattern(pattern)
    if drawers and not series:
        return drawers[0](pattern, on, count)
    return [filled(pattern, on, number) for number in advance(series + dated(pattern, on), count)]


def advance(key: str, count: int) -> range:
    """Move a counter on, locked until the caller's transaction ends; if that fails, the numbers were never given."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        while not (moved := cursor.execute(_MOVE, [count, key]).fetchall()):
            Counter.objects.bulk_create([Counter(key=key)], ignore_conflicts=True)
        return range((last := int(moved[0][0])) - count + 1, last + 1)


def dated(pattern: str, on: date, parts: Collection[str] = DATES) -> str:
    """The pattern with these parts of the date filled in."""
    return _PART.sub(lambda part: on.strftime(DATES[part[1]]) if part[1] in parts else part[0], pattern)


def filled(pattern: str, on: date, number: int) -> str:
    """One number of the pattern."""
    return _PART.sub(lambda part: str(number).zfill(len(part[1])), dated(pattern, on))
