"""What the model knows of a lead: features out of its fields and of its first days.

Only talks of the first two weeks count: later ones follow from how it went, and a lead that is still open has not had
them yet. The name of a feature begins with the field that it reads, up to "=" (one of several words), "?" (filled in)
or "~" (how much).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from haike.sales.lead.record import Lead, LeadFollowUp

FILLED = ("company", "person", "post", "mobile", "phone", "wechat", "email", "campaign", "product", "remark")
READ = ("id", "created_at", "source", "region", "budget", *FILLED)
EARLY = timedelta(days=14)
QUICK = timedelta(days=1)
MOST_TALKS = 10
RARE = 15
"""Words that fewer cases carry count as no word."""
TALKS, FIRST, RESULT = "talks", "quick", "result"
"""Features that come from the talks; all others are named after a field of the lead."""

Talk = tuple[datetime, str | None]
"""When a talk was, and the word for its result."""


def read(keys: Sequence[int]) -> Iterator[tuple[int, dict[str, float]]]:
    """The features of these leads, in two queries."""
    said = talks_of(keys)
    for row in Lead._base_manager.filter(pk__in=keys).values(*READ):
        yield row["id"], features(row, said.get(row["id"], ()))


def talks_of(keys: Collection[int]) -> dict[int, list[Talk]]:
    """The talks with these leads, the oldest first."""
    found: dict[int, list[Talk]] = {}
    rows = LeadFollowUp._base_manager.filter(lead__in=keys, deleted_at__isnull=True).order_by("lead_id", "at", "id")
    for lead, at, result in rows.values_list("lead_id", "at", "result"):
        found.setdefault(lead, []).append((at, result))
    return found


def features(row: Mapping[str, Any], talks: Iterable[Talk]) -> dict[str, float]:
    """What is known of one lead; what is not there is left out."""
    found: dict[str, float] = {f"{name}?": 1.0 for name in FILLED if row[name]}
    if row["source"]:
        found[f"source={row['source']}"] = 1.0
    if row["region"]:
        found[f"region={row['region'][:2]}"] = 1.0
    if row["budget"]:
        found["budget?"] = 1.0
        found["budget~"] = math.log10(1 + max(float(row["budget"]), 0.0)) / 3
    early = [talk for talk in talks if talk[0] < row["created_at"] + EARLY]
    if early:
        found[f"{TALKS}~"] = math.log1p(min(len(early), MOST_TALKS))
        if early[0][0] < row["created_at"] + QUICK:
            found[f"{FIRST}?"] = 1.0
        if early[-1][1]:
            found[f"{RESULT}={early[-1][1]}"] = 1.0
    return found


def field_of(feature: str) -> str:
    """The field, or the kind of behaviour, that a feature reads."""
    return feature.rstrip("?~").partition("=")[0]


def common(rows: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """The rows without features that hardly any of them has: nothing can be learned from those."""
    number: dict[str, int] = {}
    for row in rows:
        for name in row:
            number[name] = number.get(name, 0) + 1
    return [{name: value for name, value in row.items() if number[name] >= RARE} for row in rows]


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The average lead, against which a single one is explained."""
    sums: dict[str, float] = {}
    for row in rows:
        for name, value in row.items():
            sums[name] = sums.get(name, 0.0) + value
    return {name: total / len(rows) for name, total in sums.items()}
