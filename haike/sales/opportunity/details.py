"""What stands on the page of an opportunity beside its stages: needs, solutions, competitors, the people who decide."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Panel, Related
from haike.sales.decider.screen import TREE
from haike.sales.opportunity.score.scored import badge, panel
from haike.sales.opportunity.screen import OpportunityEntity
from haike.sales.solution import panel as solutions


def add_to_page() -> None:
    """Add the tabs in the order in which one works with them."""
    OpportunityEntity.panels += [
        Panel("score", _("Scores"), badge, place="head", icon="gauge"),
        Panel("reasons", _("Scores"), panel, place="side", icon="gauge"),
        Panel("solutions", _("Solutions"), solutions.panel, count=solutions.count, icon="file-description"),
        Panel("tree", _("Decision tree"), TREE.panel, count=TREE.count, icon="sitemap"),
    ]
    # Before the documents that follow from them.
    OpportunityEntity.tabs[:0] = [
        Related("sales.need", "opportunity", _("Needs"), ["what", "importance", "met", "product", "solution"]),
        Related(
            "sales.competitor", "opportunity", _("Competitors"), ["rival", "threat", "price", "strengths", "weaknesses"]
        ),
    ]
