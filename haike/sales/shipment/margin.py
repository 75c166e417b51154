"""What shipped goods have cost and what is left of their price: exact, by what was frozen when they went out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from haike.kernel.currency import CURRENCIES, money_text

NOUGHT = Decimal(0)


@dataclass(frozen=True)
class Margin:
    """What came in without tax and what it cost, in one currency; `unknown` lines have no cost and are in neither."""

    net: Decimal = NOUGHT
    cost: Decimal = NOUGHT
    unknown: int = 0
    known: int = 0

    def __add__(self, other: Margin) -> Margin:
        return Margin(
            self.net + other.net, self.cost + other.cost, self.unknown + other.unknown, self.known + other.known
        )

    @property
    def left(self) -> Decimal:
        """The margin."""
        return self.net - self.cost

    @property
    def percent(self) -> str:
        """The margin in percent of the net price."""
        return f"{self.left * 100 / self.net:.1f}%" if self.net else ""

    def text(self, currency: str) -> str:
        """The margin as people read it; empty where no cost is known."""
        return f"{money_text(self.left, currency)} {self.percent}".strip() if self.known else ""


def share_of(line: Any, name: str, currency: str) -> Decimal:
    """The share of a shipped line in "total" or "net" of the order's line, to the coin; nothing where that is gone.

    By the order as it stands now: an amendment of the price holds for what was shipped already, too.
    """
    of = line.order_line
    if of is None:
        return NOUGHT
    share: Decimal = getattr(of, name) * line.quantity / of.quantity
    return _rounded(share, currency)


def margin_of(line: Any, currency: str) -> Margin:
    """The margin of a shipped line, whose `order_line` is read with it."""
    if line.cost is None or line.order_line is None:
        return Margin(unknown=1)
    return Margin(share_of(line, "net", currency), _rounded(line.cost * line.quantity, currency), 0, 1)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[currency].places), ROUND_HALF_UP)


def total(some: Iterable[Margin]) -> Margin:
    """The sum of margins in one currency."""
    found = Margin()
    for each in some:
        found += each
    return found
