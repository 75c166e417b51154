"""Scoring of the sample company's leads: the usual rules, and what is learned from those that were won and lost."""

from __future__ import annotations

from typing import Any

from haike.kernel.policy import System
from haike.sales.lead.score.compute import score_all
from haike.sales.lead.score.learn import enough, learn, use_changed
from haike.sales.lead.score.scored import LEADS
from haike.sales.score.record import ScoreModel, ScoreRule
from haike.sales.score.rules import add_usual

SAMPLER = System("sample")


def write_scoring() -> dict[str, list[int]]:
    """Rules, a model and the scores of all open leads; returns the keys of what was made."""
    if ScoreRule.objects.filter(about__in=LEADS.abouts).exists():
        return {}
    add_usual(LEADS, by=SAMPLER)
    models = [] if enough().reason else [learn(by=None).pk]
    score_all.call()
    rules = ScoreRule.objects.filter(about__in=LEADS.abouts)
    return {"rules": list(rules.values_list("pk", flat=True)), "models": models}


def remove_scoring(made: dict[str, Any]) -> None:
    """Take rules that nobody has changed and the model out; leads that stay are scored anew."""
    if made:
        ScoreRule.objects.filter(pk__in=made["rules"], version=1).delete()
        ScoreModel.objects.filter(pk__in=made["models"]).delete()
        use_changed()
