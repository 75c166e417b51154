"""How well names are told apart: a labelled set of hard pairs, with a floor below precision and recall."""

from __future__ import annotations

import os

import pytest

from haike.dedupe.scan.search import LEAST_SCORE
from haike.dedupe.tests.measure import DOCS, FILE, measure, read_pairs, table, write_docs


@pytest.mark.feature("X3", "C3")
def test_precision_and_recall_stay_above_the_floor() -> None:
    pairs = read_pairs()
    assert len(pairs) >= 500
    assert 0.4 < sum(pair.same for pair in pairs) / len(pairs) < 0.6
    found = measure(pairs, LEAST_SCORE)
    assert found.precision >= 0.98
    assert found.recall >= 0.97
    assert measure(pairs, 70).recall >= 0.98


@pytest.mark.feature("X3")
def test_no_pair_is_there_twice() -> None:
    pairs = {frozenset((pair.one, pair.other)) for pair in read_pairs()}
    assert len(pairs) == len(read_pairs()), FILE


@pytest.mark.feature("X3")
def test_the_table_in_the_docs_is_what_is_measured() -> None:
    if os.environ.get("WRITE_DUPLICATES"):
        write_docs()
    assert table(read_pairs()) in DOCS.read_text(encoding="utf-8")
