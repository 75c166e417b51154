"""Signals of a customer's health: what each says on the customer's page, and from which day it needs attention.

    declare_signal(Signal("unpaid", tell=unpaid, since=unpaid_since, reads=("debt",)))

Rooms below declare theirs, about payments, complaints, orders. The earliest day of all signals is stored with the
customer, so that the list finds those that need attention by an index. A room whose signal follows from its own tables
calls `settle_health` of `haike.customers.health.settle` when they change; stage and planned contact are watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from haike.kernel.entity import Button, Label
from haike.kernel.policy import Actor

if TYPE_CHECKING:
    from haike.customers.contact.record import Contact
    from haike.customers.customer.record import Customer


@dataclass(frozen=True)
class Hint:
    """A sentence about the customer with what to do about it; a `grave` one stands first and in colour."""

    sentence: Label
    acts: Sequence[Button] = ()
    grave: bool = False


def _never(customers: Sequence[Customer]) -> Mapping[int | None, date]:
    return {}


@dataclass(frozen=True)
class Signal:
    """`tell` says what the reader may know, from the record alone; it runs on every page of a customer.

    `since` gives by key the day from which customers need attention, and leaves out those that never do on their own.
    A customer without a key is about to be created: no other table knows it yet. `reads` names the columns it looks at.
    """

    key: str
    tell: Callable[[Customer, Actor], Hint | None]
    since: Callable[[Sequence[Customer]], Mapping[int | None, date]] = field(default=_never)
    reads: tuple[str, ...] = ()


SIGNALS: list[Signal] = []
BEST_TIMES: list[Callable[[Customer, Actor], Iterable[tuple[Contact, str]]]] = []
"""Rooms that know when contacts are best reached give each contact with such a sentence."""


def declare_signal(signal: Signal) -> None:
    """Make a signal known; raises ValueError for a second one of the same key."""
    if any(known.key == signal.key for known in SIGNALS):
        raise ValueError(f"Two signals are called {signal.key!r}.")
    SIGNALS.append(signal)


def is_looked_after(customer: Customer) -> bool:
    """Whether somebody has it; what lies in a public sea waits for nobody in particular."""
    return customer.owner_id is not None and customer.pooled_at is None


def attention_of(customers: Sequence[Customer]) -> dict[int | None, date]:
    """From which day each of these customers needs attention; those that never do are left out."""
    found: dict[int | None, date] = {}
    looked_after = [customer for customer in customers if is_looked_after(customer)]
    for signal in SIGNALS if looked_after else ():
        for key, day in signal.since(looked_after).items():
            found[key] = min(day, found.get(key, day))
    return found


def hints_of(customer: Customer, user: Actor) -> list[Hint]:
    """What the signals tell this reader, the grave first."""
    hints = [hint for signal in SIGNALS if (hint := signal.tell(customer, user)) is not None]
    return sorted(hints, key=lambda hint: not hint.grave)
