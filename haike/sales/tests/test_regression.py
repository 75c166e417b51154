"""The mathematics of the learned score: calm with any numbers, right where the truth is known."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.sales.lead.score.regression import (
    Band,
    area_under_curve,
    calibration,
    fit,
    foretell_apart,
    logistic,
    miscalibration,
)

rows = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcdef"), st.floats(-50, 50), max_size=5),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


def made_up(number: int, seed: int = 7) -> tuple[list[dict[str, float]], list[bool]]:
    """Cases whose true weights are known: base -0.5, good +1.5, bad -1, noise 0."""
    chance, found, won = random.Random(seed), [], []
    for __ in range(number):
        row = {name: 1.0 for name, share in (("good", 0.3), ("bad", 0.4), ("noise", 0.5)) if chance.random() < share}
        odds = -0.5 + 1.5 * row.get("good", 0) - 1.0 * row.get("bad", 0)
        found.append(row)
        won.append(chance.random() < logistic(odds))
    return found, won


@pytest.mark.feature("L6")
@settings(max_examples=60, deadline=None)
@given(rows)
def test_whatever_the_cases_are_a_chance_is_a_chance(cases: list[tuple[dict[str, float], bool]]) -> None:
    """Cases that all ended alike, that separate perfectly, that contradict each other: never no number."""
    known, won = [row for row, __ in cases], [hit for __, hit in cases]
    learned = fit(known, won)
    assert all(math.isfinite(weight) for weight in [learned.base, *learned.weights.values()])
    for row in known:
        assert 0.0 <= learned.chance(row) <= 1.0
    auc = area_under_curve([learned.chance(row) for row in known], won)
    assert auc is None or 0.0 <= auc <= 1.0
    assert 0.0 <= miscalibration(calibration([learned.chance(row) for row in known], won)) <= 1.0


@pytest.mark.feature("L6")
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_what_wins_more_often_weighs_more(won_with: int, lost_with: int, won_without: int, lost_without: int) -> None:
    """One feature only: its weight has the sign of the difference in how often it won."""
    known = [{"x": 1.0}] * (won_with + lost_with) + [{}] * (won_without + lost_without)
    won = [True] * won_with + [False] * lost_with + [True] * won_without + [False] * lost_without
    learned = fit(known, won)
    difference = won_with * (won_without + lost_without) - won_without * (won_with + lost_with)
    weight = learned.weights["x"]
    assert abs(weight) < 1e-3 if difference == 0 else weight * difference > 0
    # More of what helps never lowers the chance.
    chances = [learned.chance({"x": step / 4}) for step in range(9)]
    assert chances == sorted(chances, reverse=weight < 0)


@pytest.mark.feature("L6")
def test_the_truth_is_found_again_and_foretold_as_often_as_it_comes() -> None:
    known, won = made_up(4000)
    learned = fit(known, won)
    assert learned.base == pytest.approx(-0.5, abs=0.2)
    assert learned.weights["good"] == pytest.approx(1.5, abs=0.25)
    assert learned.weights["bad"] == pytest.approx(-1.0, abs=0.25)
    assert abs(learned.weights["noise"]) < 0.2
    chances = foretell_apart(known, won)
    assert miscalibration(calibration(chances, won)) < 0.04
    best = area_under_curve([-0.5 + 1.5 * r.get("good", 0) - r.get("bad", 0) for r in known], won)
    found = area_under_curve(chances, won)
    assert best is not None
    assert found is not None
    assert best - 0.02 < found <= best + 0.02


@pytest.mark.feature("L6")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30))
def test_the_area_is_the_share_of_pairs_put_in_order(cases: list[tuple[int, bool]]) -> None:
    good, bad = [score for score, hit in cases if hit], [score for score, hit in cases if not hit]
    found = area_under_curve([score for score, __ in cases], [hit for __, hit in cases])
    if not good or not bad:
        assert found is None
        return
    pairs = sum(1.0 if g > b else 0.5 if g == b else 0.0 for g in good for b in bad)
    assert found == pytest.approx(pairs / (len(good) * len(bad)))


@pytest.mark.feature("L6")
def test_nothing_is_learned_from_noise_that_the_measure_would_praise() -> None:
    """Cases that have nothing to do with their features: each is foretold by others, so the area stays at a half."""
    chance = random.Random(3)
    known = [{f"f{n}": 1.0 for n in range(20) if chance.random() < 0.3} for __ in range(600)]
    won = [chance.random() < 0.5 for __ in range(600)]
    auc = area_under_curve(foretell_apart(known, won), won)
    assert auc is not None
    assert 0.42 < auc < 0.58
    assert miscalibration([Band(10, 0.5, 0.5)]) == 0
