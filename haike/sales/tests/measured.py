"""Rules and the learned model on a history that is made up, where it is known what decides.

The world: a lead converts by a hidden chance that follows from its source, its region, whether it names a product, its
budget (large ones are rarer won than middling ones), how quickly it was spoken to and what was said; recommended leads
that name a product do better than either tells. The rest is luck. The rules are those that the program proposes.
"""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from haike.kernel.record import writer
from haike.sales.lead.record import CONVERTED, VOID, Lead, LeadFollowUp
from haike.sales.lead.score import facts
from haike.sales.lead.score.compute import given, total
from haike.sales.lead.score.held import held
from haike.sales.lead.score.learn import cases
from haike.sales.lead.score.regression import (
    area_under_curve,
    calibration,
    foretell_apart,
    logistic,
    miscalibration,
)

DOCS = Path(__file__).parents[3] / "docs" / "lead-scores.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SEED, SIZES = 20_251, (200, 1_000, 4_000)
SOURCES = {"referral": 1.3, "friend": 0.6, "website": 0.2, "search": -0.3, "fair": 0.1, "cold_call": -0.9, "": -0.2}
REGIONS = {"440100": 0.3, "320500": 0.2, "110000": 0.0, "510100": -0.4, "": 0.0}
RESULTS = {"wants_quote": 1.2, "appointment": 1.4, "considering": 0.0, "call_again": -0.2, "no_answer": -1.0}


def make_history(number: int, by: Any) -> dict[int, float]:
    """Closed leads with their talks; returns the chance that each really had."""
    luck, start = random.Random(SEED), timezone.now() - timedelta(days=400)
    leads, talks, true = [], [], []
    for at in range(number):
        lead, odds = _lead(luck, at)
        lead.created_at = lead.changed_at = lead.owned_since = start + timedelta(days=luck.random() * 300)
        lead.owner_id, lead.department_id, lead.created_by_id = by.pk, by.department_id, by.pk
        said = _talks(luck, lead)
        odds += sum(RESULTS[result] for __, result in said[-1:])
        odds += 0.5 if said and said[0][0] < lead.created_at + timedelta(days=1) else 0.0
        chance = logistic(odds)
        won = luck.random() < chance
        lead.state = CONVERTED if won else VOID
        lead.changed_at = lead.created_at + timedelta(days=30)
        lead.converted_at = lead.changed_at if won else None
        leads.append(lead)
        talks.append(said)
        true.append(chance)
    with writer():
        Lead._base_manager.bulk_create(leads, batch_size=200)
        rows = [
            LeadFollowUp(
                lead_id=lead.pk, content="谈", at=when, result=result, created_at=when, changed_at=when,
                owner_id=by.pk, created_by_id=by.pk,
            )
            for lead, said in zip(leads, talks, strict=True)
            for when, result in said
        ]  # fmt: skip
        LeadFollowUp._base_manager.bulk_create(rows, batch_size=200)
    return {lead.pk: chance for lead, chance in zip(leads, true, strict=True)}


def _lead(luck: random.Random, at: int) -> tuple[Lead, float]:
    source = luck.choices(list(SOURCES), [10, 8, 20, 25, 12, 20, 5])[0]
    region, product = luck.choice(list(REGIONS)), luck.random() < 0.45
    budget = luck.choice([0, 0, 0, 3_000, 30_000, 80_000, 900_000])
    company, mobile = luck.random() < 0.7, luck.random() < 0.8
    odds = -0.9 + SOURCES[source] + REGIONS[region] + (0.5 if product else 0) + (0.3 if company else 0)
    odds += {0: -0.3, 3_000: 0.1, 30_000: 0.6, 80_000: 0.7, 900_000: -0.2}[budget]
    odds += 0.8 if product and source == "referral" else 0.0
    lead = Lead(
        name=f"线索{at}", company=f"公司{at}" if company else "", mobile=f"139{at:08d}" if mobile else "",
        source=source or None, region=region, product="数控车床" if product else "", budget=Decimal(budget),
    )  # fmt: skip
    return lead, odds


def _talks(luck: random.Random, lead: Lead) -> list[tuple[Any, str]]:
    number = luck.choice([0, 1, 1, 2, 3])
    first = luck.choice([0.2, 0.5, 2, 5])
    results = luck.choices(list(RESULTS), [2, 2, 4, 3, 4], k=number)
    return [(lead.created_at + timedelta(days=first + 2 * at), result) for at, result in enumerate(results)]


def measure(true: dict[int, float]) -> list[str]:
    """The lines of the table, for more and more of the history."""
    keys, won, ends = cases()
    lines = [
        "| cases | won | who rates | AUC | calibration error |",
        "| ---: | ---: | --- | ---: | ---: |",
    ]
    order = sorted(keys)
    for size in SIZES:
        # Mixed by the seed and not by key: keys differ from one database to the next.
        some = random.Random(SEED).sample(order[:size], size)
        hits = [won[pk] for pk in some]
        known = dict(facts.read(some))
        rows = facts.common([known[pk] for pk in some])
        marks = given(some, held(), ends)
        rated = {
            "usual rules (points read as percent)": [total(marks.get(pk, ())) / 100 for pk in some],
            "learned model, each case foretold from others": foretell_apart(rows, hits),
            "the truth (no rater can do better)": [true[pk] for pk in some],
        }
        for name, chances in rated.items():
            auc, error = area_under_curve(chances, hits), miscalibration(calibration(chances, hits))
            lines.append(f"| {size:,} | {sum(hits):,} | {name} | {auc:.3f} | {error:.3f} |")
    return lines
