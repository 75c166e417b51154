"""What rooms above tell rooms below: a name and facts, after the transaction has committed.

A subscriber that must not be lost enqueues a job; one that must happen together with the change is not an event
but a call.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from django.db import transaction

log = logging.getLogger("haike.events")
Subscriber = Callable[..., None]
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def on(name: str) -> Callable[[Subscriber], Subscriber]:
    """Subscribe a function to an event such as "customers.customer.created"."""

    def register(function: Subscriber) -> Subscriber:
        _subscribers[name].append(function)
        return function

    return register


def announce(name: str, **facts: Any) -> None:
    """Call the subscribers of `name` once the surrounding transaction has committed."""
    announce_each(name, [facts])


def announce_each(name: str, facts: Sequence[Mapping[str, Any]]) -> None:
    """The same for what has happened several times, such as to each record of a bulk act."""
    if not facts or not _subscribers.get(name):
        return

    def tell() -> None:
        for each, subscriber in product(facts, _subscribers[name]):
            try:
                subscriber(**each)
            except Exception:
                # The change is committed already: a failing listener must not make it look failed.
                log.exception("subscriber %r of %s failed", subscriber, name)

    transaction.on_commit(tell)
