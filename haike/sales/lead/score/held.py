"""Rules and model as each process keeps them until somebody changes one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option
from haike.kernel.versioned import Versioned
from haike.sales.lead.record import Lead, LeadFollowUp
from haike.sales.lead.score.regression import Fit
from haike.sales.score.points import Rules
from haike.sales.score.record import LEAD, TALK, ScoreModel
from haike.sales.score.subject import Subject, declare_subjects

GROUP = _("Scoring of leads")
A_FROM = option("sales.grade_a", 70, _("Grade A from so many points"), group=GROUP, least=1, most=100)
B_FROM = option("sales.grade_b", 45, _("Grade B from so many points"), group=GROUP, least=1, most=100)
C_FROM = option("sales.grade_c", 20, _("Grade C from so many points"), group=GROUP, least=1, most=100)
OUTCOME = frozenset(
    {"state", "invalid_reason", "customer", "contact", "converted_at", "dealt_at", "advanced_at", "score", "grade",
     "chance", "changed_at", "changed_by"}
)  # fmt: skip
"""What shows how it ended, or follows from the score itself: no rule may ask for it."""
KEY = "lead_scores"
declare_subjects(
    Subject(LEAD, Lead, _("Rule about leads"), outcome=OUTCOME),
    Subject(TALK, LeadFollowUp, _("Rule about talks"), each=True),
)


@dataclass
class Held(Rules):
    """The rules about leads and those about talks, and the model in use."""

    model: ScoreModel | None = None
    fit: Fit | None = None


def _read() -> Held:
    found = Held(model=ScoreModel.objects.filter(in_use=True).first())
    if found.model is not None:
        found.fit = Fit(found.model.base, found.model.weights)
    found.read((LEAD, TALK))
    return found


held: Versioned[Held] = Versioned(KEY, _read)


def grade_of(score: int) -> str:
    """The letter for so many points."""
    return "A" if score >= A_FROM() else "B" if score >= B_FROM() else "C" if score >= C_FROM() else "D"
