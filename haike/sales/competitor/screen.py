"""How competitors are shown and found."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Category, Entity, Section
from haike.sales.competitor.record import Competitor
from haike.sales.opportunity.record import OPEN
from haike.sales.opportunity.within import WithinOpportunity


class CompetitorEntity(Entity):
    """Competitors are read on their opportunity and in a list across all of them."""

    model, policy_class = Competitor, WithinOpportunity
    slug, icon, title = "competitors", "swords", "opportunity__title"
    titled_by = ["rival"]
    columns = ["rival", "opportunity", "threat", "price", "strengths", "weaknesses", "created_at"]
    categories = {"open": Category(_("Of open opportunities"), Q(opportunity__state=OPEN))}
    sections = [
        Section(
            _("Competitor"), ["opportunity", "rival", "threat", "price", "strengths", "weaknesses", "answer"]
        )
    ]  # fmt: skip
    facts = ["opportunity", "price"]
    badges = ["threat"]
    search = ["rival", "strengths", "weaknesses", "opportunity__title"]
    hidden = ["currency"]
    synonyms = {
        "rival": ("竞争对手", "对手", "竞品"),
        "strengths": ("优势",),
        "weaknesses": ("劣势", "弱点"),
        "price": ("对手报价", "竞品价格"),
    }
    in_menu = in_create_menu = False
    help_page = "opportunities"
