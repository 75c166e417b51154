"""Seeded chance: the only source of randomness of the sample company."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws from tables; `random` is the bound method itself because millions of draws go through it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random  # noqa: S311

    def pick(self, table: Sequence[T]) -> T:
        return table[int(self.random() * len(table))]

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def happens(self, share: float) -> bool:
        return self.random() < share


def spread(weights: Mapping[T, float], size: int = 1000) -> tuple[T, ...]:
    """A table in which each entry stands as often as it weighs, at least once, for a weighted pick in one step."""
    total = sum(weights.values())
    return tuple(entry for entry, weight in weights.items() for _ in range(max(1, round(weight / total * size))))
