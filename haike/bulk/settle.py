"""Storing facts that follow from other records for many records at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from haike.find.update import update_rows
from haike.kernel.entity import Entity
from haike.kernel.log import SETTLED, Batch, Change, origin
from haike.kernel.record import writer

Facts = Mapping[str, Any]


def settle_many(entity: Entity, facts: Mapping[int, Facts], *, batch: Batch, at: Any) -> None:
    """The kernel's `settle` for many records by key, each with facts of its own, as part of a batch.

    Within the caller's transaction; `at` is the instant under which an undo finds what was stored before.
    """
    named: dict[tuple[str, ...], dict[int, Facts]] = defaultdict(dict)
    for key, known in facts.items():
        if foreign := known.keys() - set(entity.settled):
            raise RuntimeError(f"{', '.join(sorted(foreign))} not in settled of {entity.label}")
        named[tuple(sorted(known))][key] = known
    with writer():
        for names, some in named.items():
            _note(entity, names, some, batch, at)
            update_rows(entity.model, names, {key: [known[name] for name in names] for key, known in some.items()})
            for key in some:
                entity.additions.settled(entity, key, set(names))


def _note(entity: Entity, names: tuple[str, ...], facts: Mapping[int, Facts], batch: Batch, at: Any) -> None:
    looks = {name: entity.looks[name] for name in names if name in entity.looks}
    rows = []
    for before in entity.model._base_manager.filter(pk__in=list(facts)).values("pk", *names):
        key = before["pk"]
        both = {f"_{n}": [look.to_json(before[n]), look.to_json(facts[key][n])] for n, look in looks.items()}
        if any(old != new for old, new in both.values()):
            rows.append(
                Change(
                    entity=entity.label,
                    record_id=key,
                    at=at,
                    origin=origin.get(),
                    action=SETTLED,
                    diff=both,
                    batch=batch,
                )
            )
    Change.objects.bulk_create(rows, batch_size=500)
