"""Running numbers of documents: no gaps when a transaction fails, no doubles under load."""

import re
from datetime import date

from django.db import models, transaction
from django.db.models import F

_PART = re.compile(r"\{(yyyy|yy|mm|dd|0+)\}")


class Counter(models.Model):
    """The last number given under one pattern and period; a new period starts a new row, and so at 1."""

    key = models.CharField(max_length=80, primary_key=True)
    last = models.BigIntegerField(default=0)


def check_pattern(pattern: str) -> None:
    """Raise ValueError unless the pattern has exactly one running number and no unknown part."""
    running = [part for part in _PART.findall(pattern) if part.startswith("0")]
    if len(running) != 1 or "{" in _PART.sub("", pattern):
        raise ValueError(f"{pattern!r} needs one {{0000}} and knows {{yyyy}} {{yy}} {{mm}} {{dd}}")


def take_numbers(pattern: str, *, on: date, count: int = 1) -> list[str]:
    """Draw the next `count` numbers inside the caller's transaction.

    The counter's row stays locked until that transaction ends; if it fails, the numbers were never given.
    """
    check_pattern(pattern)
    dated = _PART.sub(
        lambda part: {
            "yyyy": f"{on.year:04}",
            "yy": f"{on.year % 100:02}",
            "mm": f"{on.month:02}",
            "dd": f"{on.day:02}",
        }.get(part[1], part[0]),
        pattern,
    )
    with transaction.atomic(savepoint=False):
        counter = Counter.objects.filter(key=dated)
        if not counter.update(last=F("last") + count):
            Counter.objects.bulk_create([Counter(key=dated)], ignore_conflicts=True)
            counter.update(last=F("last") + count)
        last = counter.values_list("last", flat=True).get()
    return [_filled(dated, number) for number in range(last - count + 1, last + 1)]


def _filled(dated: str, number: int) -> str:
    return _PART.sub(lambda part: str(number).zfill(len(part[1])), dated)
