"""Won and lost: why, by whom, in what, and how long it took, in a period and in the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DateField, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from haike.sales.opportunity.record import LOST, WON

BY = ("owner", "department", "source", "kind", "lost_to", "month")
"""By what the decided ones are parted; by competitor it is the lost ones that name one."""


@dataclass(frozen=True)
class Outcome:
    """What was decided in a part; `days` is the mean from found to won, None without a win."""

    key: Any = None
    won: int = 0
    lost: int = 0
    won_amount: Decimal = Decimal(0)
    lost_amount: Decimal = Decimal(0)
    days: float | None = None

    @property
    def rate(self) -> float | None:
        """Won of those decided, from 0 to 1."""
        return self.won / (self.won + self.lost) if self.won + self.lost else None


@dataclass(frozen=True)
class Reason:
    """How many ended for a reason (the code of a word), worth how much; `share` of those that ended so, 0 to 1."""

    code: str
    number: int
    amount: Decimal
    share: float


def figures(path: str = "") -> dict[str, Any]:
    """What is counted of opportunities, or of rows that lead to them by a path that ends with two underscores."""
    closed, found = F(f"{path}closed_on"), F(f"{path}found_on")
    took = ExpressionWrapper(closed - found, output_field=DurationField())
    won, lost = Q(**{f"{path}state": WON}), Q(**{f"{path}state": LOST})
    return {
        "won": Count("pk", filter=won),
        "lost": Count("pk", filter=lost),
        "won_amount": Sum(f"{path}worth", filter=won),
        "lost_amount": Sum(f"{path}worth", filter=lost),
        "took": Avg(took, filter=won & Q(**{f"{path}found_on__lte": closed})),
    }


def outcome_from(key: Any, row: Mapping[str, Any]) -> Outcome:
    """What was counted, as an outcome."""
    took = row["took"]
    return Outcome(
        key, row["won"], row["lost"], row["won_amount"] or Decimal(0), row["lost_amount"] or Decimal(0),
        took / timedelta(days=1) if took is not None else None,
    )  # fmt: skip


def in_order(found: Iterable[Outcome]) -> list[Outcome]:
    """Those decided most often first."""
    return sorted(found, key=lambda each: (-each.won - each.lost, -each.won_amount - each.lost_amount, str(each.key)))


def outcome_of(rows: QuerySet[Any]) -> Outcome:
    """All of them together."""
    return outcome_from(None, rows.aggregate(**figures()))


def outcomes(rows: QuerySet[Any], by: str) -> list[Outcome]:
    """The parts, those decided most often first; months in their order."""
    if by == "month":
        parted = rows.annotate(month=TruncMonth("closed_on", output_field=DateField()))
    else:
        parted = rows.exclude(lost_to="") if by == "lost_to" else rows
    found = [outcome_from(row[by], row) for row in parted.values(by).annotate(**figures())]
    if by == "month":
        return sorted(found, key=lambda each: each.key)
    return in_order(found)


def reasons(rows: QuerySet[Any], state: str) -> list[Reason]:
    """Why they were won, or lost; the most frequent first, without a reason last."""
    name = "won_reason" if state == WON else "lost_reason"
    counted: Sequence[dict[str, Any]] = list(
        rows.filter(state=state).values(name).annotate(number=Count("pk"), amount=Sum("worth"))
    )
    whole = sum(row["number"] for row in counted)
    found = [
        Reason(row[name] or "", row["number"], row["amount"] or Decimal(0), row["number"] / whole) for row in counted
    ]
    return sorted(found, key=lambda each: (not each.code, -each.number, -each.amount, each.code))
