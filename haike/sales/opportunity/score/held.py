"""The rules about opportunities, as each process keeps them until somebody changes one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.versioned import Versioned, bump
from haike.sales.decider.record import OpportunityDecider
from haike.sales.opportunity.record import Opportunity
from haike.sales.quote.record import Quote
from haike.sales.score.points import Rules
from haike.sales.score.record import BUYER, CHANCE, NOW, PERSON, QUOTED, SAID
from haike.sales.score.subject import Subject, declare_subjects
from haike.work.follow_up.record import FollowUp

KEY = "opportunity_scores"
FIT, INTENT = (CHANCE, BUYER), (NOW, SAID, PERSON, QUOTED)
OUTCOME = frozenset(
    {"state", "closed_on", "won_reason", "lost_reason", "lost_to", "closing_note", "fit", "intent", "changed_at",
     "changed_by"}
)  # fmt: skip
"""What shows how it ended, or follows from the scores themselves."""
declare_subjects(
    Subject(CHANCE, Opportunity, _("Fit: the opportunity"), outcome=OUTCOME),
    Subject(BUYER, Customer, _("Fit: its customer")),
    Subject(NOW, Opportunity, _("Intent: how it stands"), outcome=OUTCOME),
    Subject(SAID, FollowUp, _("Intent: follow-ups"), each=True),
    Subject(PERSON, OpportunityDecider, _("Intent: who decides"), each=True),
    Subject(QUOTED, Quote, _("Intent: quotes"), each=True),
)


def _read() -> Rules:
    found = Rules()
    found.read((*FIT, *INTENT))
    return found


held: Versioned[Rules] = Versioned(KEY, _read)


def forget() -> None:
    """Tell every process that the rules have changed."""
    bump(KEY)
