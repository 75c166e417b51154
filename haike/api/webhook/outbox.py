"""Writing down what is to be told, in the transaction of the change itself.

What is rolled back is told to nobody; what is committed is in the table and will be sent, whatever dies in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from haike.api.module import API
from haike.api.webhook.deliver import wake
from haike.api.webhook.record import MOST_EVENTS, Delivery, event_of, watched
from haike.jobs.bell import after_commit
from haike.kernel.entity import entity_named
from haike.kernel.log import listeners


def listen() -> None:
    """Hear of every change from here on."""
    listeners.append(note)


def note(label: str, action: str, rows: Sequence[tuple[int, int, Mapping[str, Any]]]) -> None:
    """Hear of rows of the change log: one delivery for up to MOST_EVENTS of them and each webhook that wants them."""
    hooks = watched()
    if not hooks or not rows or not API.is_on():
        return
    entity = entity_named(label)
    if entity is None:
        return
    told: dict[str, list[tuple[int, list[str]]]] = defaultdict(list)
    for key, __, diff in rows:
        event, names = event_of(action, diff, entity.looks)
        if event:
            told[event].append((key, names))
    made = [
        Delivery(hook_id=hook.pk, entity=label, event=event, rows=some[start : start + MOST_EVENTS])
        for event, some in told.items()
        for hook in hooks
        if hook.wants(label, event)
        for start in range(0, len(some), MOST_EVENTS)
    ]
    if not made:
        return
    Delivery.objects.bulk_create(made, batch_size=200)
    for hook_id in {each.hook_id for each in made}:
        # Should the process die between the commit and this, the clock finds what waits.
        after_commit(wake, hook_id)
