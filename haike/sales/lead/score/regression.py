"""Logistic regression over sparse rows, and how good its answers are: area under the curve, calibration.

A row is a mapping of features to numbers; features that a row does not name are 0. A few thousand rows of some
dozen features take seconds, so nothing but the standard library is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

Row = Mapping[str, float]
STEPS = 40
CLOSE_ENOUGH = 1e-6
RIDGE = 1.0
"""How strongly weights are drawn to 0: as much as one doubtful case for each feature."""


@dataclass(frozen=True)
class Fit:
    """What was learned: the log odds of a row are the base and the sum of weights times features."""

    base: float
    weights: dict[str, float]

    def log_odds(self, row: Row) -> float:
        """Of one row; features that were not there when it was learned count nothing."""
        return self.base + sum(self.weights.get(name, 0.0) * value for name, value in row.items())

    def chance(self, row: Row) -> float:
        """Between 0 and 1."""
        return logistic(self.log_odds(row))


def logistic(odds: float) -> float:
    """Log odds as a chance; neither end overflows."""
    if odds >= 0:
        return 1 / (1 + math.exp(-min(odds, 500.0)))
    grown = math.exp(max(odds, -500.0))
    return grown / (1 + grown)


def fit(rows: Sequence[Row], won: Sequence[bool], ridge: float = RIDGE) -> Fit:
    """Learn weights by Newton's steps; every step that would make the likelihood worse is halved."""
    names = sorted({name for row in rows for name in row})
    place = {name: at for at, name in enumerate(names, start=1)}
    sparse = [[(0, 1.0), *((place[name], value) for name, value in row.items() if value)] for row in rows]
    size = len(names) + 1
    share = (sum(won) + 0.5) / (len(won) + 1)
    weights = [math.log(share / (1 - share)), *([0.0] * (size - 1))]
    loss = _loss(sparse, won, weights, ridge)
    for __ in range(STEPS):
        slope, curve = _bend(sparse, won, weights, ridge)
        step = _solve(curve, slope)
        length = 1.0
        while length > 1e-4:
            tried = [weight + length * part for weight, part in zip(weights, step, strict=True)]
            after = _loss(sparse, won, tried, ridge)
            if after <= loss:
                break
            length /= 2
        else:
            break
        gained, weights, loss = loss - after, tried, after
        if gained < CLOSE_ENOUGH * (1 + abs(loss)):
            break
    return Fit(weights[0], dict(zip(names, weights[1:], strict=True)))


def _loss(rows: Sequence[list[tuple[int, float]]], won: Sequence[bool], weights: list[float], ridge: float) -> float:
    total = ridge / 2 * sum(weight * weight for weight in weights[1:])
    for row, good in zip(rows, won, strict=True):
        odds = sum(weights[at] * value for at, value in row)
        away = -odds if good else odds
        # log(1 + e^away) without overflow
        total += away + math.log1p(math.exp(-away)) if away > 0 else math.log1p(math.exp(away))
    return total


def _bend(
    rows: Sequence[list[tuple[int, float]]], won: Sequence[bool], weights: list[float], ridge: float
) -> tuple[list[float], list[list[float]]]:
    """The way down from these weights and how it bends."""
    size = len(weights)
    slope = [0.0, *(-ridge * weight for weight in weights[1:])]
    curve = [[0.0] * size for __ in range(size)]
    for row, good in zip(rows, won, strict=True):
        chance = logistic(sum(weights[at] * value for at, value in row))
        missed, doubt = (1.0 if good else 0.0) - chance, chance * (1 - chance)
        for at, value in row:
            slope[at] += missed * value
            line, much = curve[at], doubt * value
            for other, number in row:
                line[other] += much * number
    for at in range(size):
        curve[at][at] += ridge if at else 1e-9
    return slope, curve


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a positive definite system by Cholesky's way."""
    size = len(right)
    lower = [[0.0] * size for __ in range(size)]
    for i in range(size):
        mine = lower[i]
        for j in range(i + 1):
            rest = matrix[i][j] - sum(a * b for a, b in zip(mine[:j], lower[j][:j], strict=True))
            mine[j] = math.sqrt(max(rest, 1e-12)) if i == j else rest / lower[j][j]
    middle = [0.0] * size
    for i in range(size):
        middle[i] = (right[i] - sum(a * b for a, b in zip(lower[i][:i], middle[:i], strict=True))) / lower[i][i]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (middle[i] - sum(lower[j][i] * found[j] for j in range(i + 1, size))) / lower[i][i]
    return found


# -- how good the answers are ------------------------------------------------------------------------------------------


def area_under_curve(scores: Sequence[float], won: Sequence[bool]) -> float | None:
    """The chance that a won case scores higher than a lost one, ties half; None where one of the two is missing."""
    good = sum(won)
    bad = len(won) - good
    if not good or not bad:
        return None
    ranks, below = 0.0, 0
    for __, group in groupby(sorted(zip(scores, won, strict=True)), key=lambda pair: pair[0]):
        same = [hit for __, hit in group]
        ranks += sum(same) * (below + (len(same) + 1) / 2)
        below += len(same)
    return (ranks - good * (good + 1) / 2) / (good * bad)


@dataclass(frozen=True)
class Band:
    """Cases of like chance: how many, what was foretold on the average, and what came."""

    number: int
    foretold: float
    came: float


def calibration(chances: Sequence[float], won: Sequence[bool], bands: int = 10) -> list[Band]:
    """Cases sorted by chance and cut into bands of like size."""
    pairs = sorted(zip(chances, won, strict=True))
    found = []
    for band in range(bands):
        some = pairs[len(pairs) * band // bands : len(pairs) * (band + 1) // bands]
        if some:
            number = len(some)
            found.append(Band(number, sum(c for c, __ in some) / number, sum(hit for __, hit in some) / number))
    return found


def miscalibration(bands: Sequence[Band]) -> float:
    """How far what was foretold lies from what came, on the average over all cases; 0 is perfect."""
    number = sum(band.number for band in bands)
    return sum(band.number * abs(band.foretold - band.came) for band in bands) / number if number else 0.0


def foretell_apart(rows: Sequence[Row], won: Sequence[bool], parts: int = 5) -> list[float]:
    """The chance of every case, each told by what was learned from the other parts only."""
    chances = [0.0] * len(rows)
    for part in range(parts):
        others = [at for at in range(len(rows)) if at % parts != part]
        learned = fit([rows[at] for at in others], [won[at] for at in others])
        for at in range(part, len(rows), parts):
            chances[at] = learned.chance(rows[at])
    return chances
