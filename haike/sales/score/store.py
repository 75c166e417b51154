"""Scores as they are stored: written where they changed, read back for an answer, worked out anew for all by night."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from haike import progress
from haike.find.stretches import stretches
from haike.kernel.record import writer
from haike.sales.score.points import CHUNK

BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""
Values = Mapping[str, Any]


def store(model: Any, before: Mapping[int, Values], after: Mapping[int, Values], *groups: Sequence[str]) -> int:
    """Write the scores by key that changed, each group of fields by itself; returns how many records changed."""
    for names in groups:
        # One statement for all that score alike: there are at most some hundred different scores.
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for pk, scores in after.items():
            value = tuple(scores[name] for name in names)
            if value != tuple(before[pk][name] for name in names):
                alike[value].append(pk)
        with writer():
            for value, some in alike.items():
                model._base_manager.filter(pk__in=some).update(**dict(zip(names, value, strict=True)))
    return sum(before[pk] != scores for pk, scores in after.items())


def read_back(records: Sequence[Any], names: Sequence[str]) -> None:
    """The answer to a form or to the API, which is about one record, shows what was just worked out."""
    if len(records) == 1:
        stored = type(records[0])._base_manager.filter(pk=records[0].pk).values(*names).first() or {}
        for name, value in stored.items():
            setattr(records[0], name, value)


def score_in_batches(rows: QuerySet[Any], score: Callable[[Iterable[int]], int]) -> tuple[int, int]:
    """Score all of these, a transaction for each batch; returns how many there were and how many changed."""
    number, done, changed = rows.count(), 0, 0
    for keys in stretches(rows, CHUNK):
        with transaction.atomic():
            changed += score(keys)
        done += len(keys)
        progress.report(done, number)
        time.sleep(BREATH)
    return done, changed


def newest(rows: QuerySet[Any], most: int) -> list[int]:
    """The keys of the newest of these."""
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:most])
