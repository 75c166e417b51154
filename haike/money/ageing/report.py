"""What is not paid, parted by how long it has been due, in the company's own currency by the rates of today."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F

from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.money.debt import worth
from haike.money.document import NOUGHT
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.money.source import IN_FORCE, SOURCES, owed
from haike.money.statement.ledger import may_read

ENDS = (0, 30, 60, 90)
"""Not due; up to so many days late; the last part has no end."""
PARTS = len(ENDS) + 1
READS = ("customer", "owner", "open", "due_on", "currency", "state")
BY = ("customer", "owner")
BESIDE = ("unplanned", "opening", "prepaid")


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


@dataclass
class Beside:
    """What stands beside the open plans of a customer; with them it is the debt."""

    unplanned: Decimal = NOUGHT
    opening: Decimal = NOUGHT
    prepaid: Decimal = NOUGHT

    @property
    def sum(self) -> Decimal:
        """What it adds to the open plans."""
        return self.unplanned + self.opening - self.prepaid


def read_beside(user: Actor) -> tuple[dict[int, Beside], Beside]:
    """By customer what this reader sees that is on no plan: signed and not planned, from before, prepaid."""
    convert = worth()
    found: dict[int, Beside] = defaultdict(Beside)
    for name, model in SOURCES.items():
        if may_read(user, model):
            column = "due" if name == "order" else "amount"
            rows = _seen(user, model).filter(state__in=IN_FORCE[name], **{f"{column}__gt": F("planned")})
            for key, code, asked, planned in rows.values_list("customer", "currency", column, "planned").iterator():
                found[key].unplanned += convert(asked - planned, code)
    if may_read(user, Payment):
        for key, code, rest in _seen(user, Payment).filter(rest__gt=0).values_list("customer", "currency", "rest"):
            found[key].prepaid += convert(rest, code)
    if entity_of(Customer).right(user, "opening_debt") in ("edit", "read"):
        for key, amount in _seen(user, Customer).exclude(opening_debt=0).values_list("pk", "opening_debt"):
            found[key].opening += amount
    whole = Beside(*(sum((getattr(each, name) for each in found.values()), NOUGHT) for name in BESIDE))
    return dict(found), whole


def _seen(user: Actor, model: Any) -> Any:
    return model.objects.visible_to(user).filter(archived_at__isnull=True).order_by()
