"""What is not paid, parted by how long it has been due, in the company's own currency by the rates of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from haike.kernel.currency import CURRENCIES, OWN
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.money.document import NOUGHT
from haike.money.plan.record import PaymentPlan
from haike.money.source import owed
from haike.people.currency.rates import rate

ENDS = (0, 30, 60, 90)
"""Not due; up to so many days late; the last part has no end."""
PARTS = len(ENDS) + 1
READS = ("customer", "owner", "open", "due_on", "currency", "state")
BY = ("customer", "owner")


def may_age(user: Actor) -> bool:
    """Whether this reader may know what is open and since when."""
    entity = entity_of(PaymentPlan)
    return entity.policy.may(user, "view") and all(entity.right(user, name) in ("edit", "read") for name in READS)


def part_of(days: int) -> int:
    """The part to which something belongs that is so many days late."""
    return next((place for place, end in enumerate(ENDS) if days <= end), len(ENDS))


def days_of(part: int, day: date) -> tuple[date | None, date | None]:
    """The first and last day on which something of this part was due; None where there is no end."""
    last = day if part == 0 else day - timedelta(days=ENDS[part - 1] + 1)
    first = day - timedelta(days=ENDS[part]) if part < len(ENDS) else None
    return (day, None) if part == 0 else (first, last)


@dataclass
class Row:
    """The sums of one customer or owner, and of all together."""

    sums: list[Decimal] = field(default_factory=lambda: [NOUGHT] * PARTS)

    @property
    def total(self) -> Decimal:
        """All that is open."""
        return sum(self.sums, NOUGHT)

    @property
    def late(self) -> Decimal:
        """All that is overdue."""
        return sum(self.sums[1:], NOUGHT)


def worth() -> Callable[[Decimal, str], Decimal]:
    """A function that converts as `convert` does by the rates of today, and asks once for each rate."""
    rates: dict[str, Decimal] = {}
    coin = Decimal(1).scaleb(-CURRENCIES[OWN()].places)

    def convert(amount: Decimal, currency: str) -> Decimal:
        if currency not in rates:
            rates[currency] = rate(currency)
        return (amount * rates[currency]).quantize(coin, rounding=ROUND_HALF_UP)

    return convert


def read_ageing(user: Actor, by: str) -> tuple[dict[int | None, Row], Row]:
    """The open plans that this reader sees by customer or owner, and their sum; Refused where a rate is missing.

    Every plan is converted for itself, so that the sums add up across and down.
    """
    day, convert = today(), worth()
    rows: dict[int | None, Row] = defaultdict(Row)
    whole = Row()
    plans: Any = PaymentPlan.objects.visible_to(user).filter(owed(), open__gt=0, archived_at__isnull=True).order_by()
    for key, due_on, still_open, currency in plans.values_list(by, "due_on", "open", "currency").iterator():
        part, amount = part_of((day - due_on).days), convert(still_open, currency)
        rows[key].sums[part] += amount
        whole.sums[part] += amount
    return dict(rows), whole
