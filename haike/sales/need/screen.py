"""How the customers' needs are shown and found."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Category, Entity, Section
from haike.sales.need.record import OPEN, Need
from haike.sales.opportunity.within import WithinOpportunity


class NeedEntity(Entity):
    """Needs are read on their opportunity and in a list across all of them: what is asked for and not met."""

    model, policy_class = Need, WithinOpportunity
    slug, icon, title = "needs", "list-check", "what"
    titled_by = ["what"]
    columns = ["what", "opportunity", "importance", "met", "product", "solution", "created_at"]
    categories = {
        "open": Category(_("Not met yet"), Q(met__in=[OPEN, "partly"])),
        "unmet": Category(_("Cannot be met"), Q(met="cannot")),
    }
    sections = [
        Section(_("Customer's need"), ["opportunity", "what", "importance", "detail", "met", "product", "solution"])
    ]
    facts = ["opportunity", "importance", "product", "solution"]
    badges = ["met"]
    search = ["what", "opportunity__title"]
    synonyms = {"what": ("客户需求", "需求", "需求内容"), "importance": ("重要程度", "优先级"), "met": ("满足情况",)}
    in_menu = in_create_menu = False
    help_page = "opportunities"
