"""How well names are told apart, on a labelled set; `make duplicates` writes docs/duplicates.md anew.

The set holds pairs written by hand and pairs made by rule: each is either one company in two writings, or two.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from haike.dedupe.identity import Identity
from haike.dedupe.keys import keys_of
from haike.dedupe.likeness import compare

FILE = Path(__file__).parent / "pairs.csv"
DOCS = Path(__file__).parents[3] / "docs" / "duplicates.md"
LEVELS = (60, 70, 80, 90, 95)
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_NAMES = Identity("measured", name="name")


@dataclass(frozen=True)
class LabelledPair:
    """Two names, and whether they are one company; `kind` says how the pair came about."""

    one: str
    other: str
    same: bool
    kind: str


@dataclass(frozen=True)
class Measured:
    """Of the pairs called the same, the share that is; of those that are the same, the share that was called so."""

    precision: float
    recall: float


def read_pairs() -> list[LabelledPair]:
    """The labelled set."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [LabelledPair(row["one"], row["other"], row["same"] == "1", row["kind"]) for row in csv.DictReader(file)]


@cache
def score_of(pair: LabelledPair) -> int:
    """The score that the guard would give; 0 for names that share no key, which it would never compare."""
    one, other = {"name": pair.one}, {"name": pair.other}
    if not keys_of(_NAMES, one).keys() & keys_of(_NAMES, other).keys():
        return 0
    return compare(_NAMES, one, _NAMES, other).score


def measure(pairs: Sequence[LabelledPair], level: int) -> Measured:
    """Precision and recall when a score from `level` on counts as the same."""
    called = [pair for pair in pairs if score_of(pair) >= level]
    right = sum(pair.same for pair in called)
    return Measured(right / (len(called) or 1), right / (sum(pair.same for pair in pairs) or 1))


def table(pairs: Sequence[LabelledPair]) -> str:
    """Both tables of the docs."""
    lines = ["| from score | precision | recall |", "| --- | --- | --- |"]
    for level in LEVELS:
        found = measure(pairs, level)
        lines.append(f"| {level} | {found.precision:.3f} | {found.recall:.3f} |")
    kinds: dict[tuple[bool, str], list[LabelledPair]] = defaultdict(list)
    for pair in pairs:
        kinds[not pair.same, pair.kind].append(pair)
    lines += ["", "| the truth | how the pair differs | pairs | from 80 called the same |", "| --- | --- | --- | --- |"]
    for (differ, kind), some in sorted(kinds.items()):
        called = sum(score_of(pair) >= 80 for pair in some)
        lines.append(f"| {'two companies' if differ else 'the same'} | {kind} | {len(some)} | {called} |")
    return "\n".join(lines)


def write_docs() -> None:
    """Put the figures of this moment into the docs."""
    text = DOCS.read_text(encoding="utf-8")
    head, __, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    DOCS.write_text(f"{head}{BEGIN}\n{table(read_pairs())}\n{END}{tail}", encoding="utf-8")
