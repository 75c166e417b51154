"""Groups A to E: by the share of the profit, and by how lately, how often and how much was ordered. Pure arithmetic.

By profit it is the Pareto rule: customers in order of what they bring, cut where their sum passes shares of the whole.
By orders it is RFM: each of the three is a mark of 1 to 5 by fifths of all who ordered, and the marks add up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LETTERS = "ABCDE"
MARKS = 5
LEAST_SUM = {"A": 13, "B": 11, "C": 8, "D": 5}
"""Of the three marks together, 3 to 15; what is less is E."""


@dataclass(frozen=True)
class Bought:
    """What one customer ordered in the period: the last day, how often, how much, what it brings (own currency)."""

    last: date
    orders: int
    amount: float
    profit: float


def by_profit(bought: Mapping[int, Bought], shares: Sequence[float]) -> dict[int, str]:
    """A to D where the sum of the profit reached before a customer is under the next of three `shares` (of 1), else D;
    E who brings nothing or a loss. Equal profits are in the same group."""
    gains = sorted({row.profit for row in bought.values() if row.profit > 0}, reverse=True)
    numbers: dict[float, int] = dict.fromkeys(gains, 0)
    for row in bought.values():
        if row.profit > 0:
            numbers[row.profit] += 1
    whole, run, letters = sum(gain * number for gain, number in numbers.items()), 0.0, {}
    for gain in gains:
        letters[gain] = LETTERS[sum(run >= share * whole for share in shares)]
        run += gain * numbers[gain]
    return {key: letters.get(row.profit, "E") for key, row in bought.items()}


def by_orders(bought: Mapping[int, Bought]) -> dict[int, str]:
    """The letter by the sum of the marks for lateness, number and amount."""
    lasts, orders, amounts = (
        sorted(values)
        for values in (
            [row.last.toordinal() for row in bought.values()],
            [row.orders for row in bought.values()],
            [row.amount for row in bought.values()],
        )
    )
    return {
        key: letter_of(mark(row.last.toordinal(), lasts) + mark(row.orders, orders) + mark(row.amount, amounts))
        for key, row in bought.items()
    }


def mark(value: float, values: Sequence[float]) -> int:
    """1 to 5: in which fifth of the sorted `values` the last that equals this one lies."""
    return -(-bisect_right(values, value) * MARKS // len(values))


def letter_of(marks: int) -> str:
    """The letter of a sum of marks."""
    return next((letter for letter, least in LEAST_SUM.items() if marks >= least), "E")
