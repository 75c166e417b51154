"""How the people who decide are shown, on the opportunity as a tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.deciding.tree import DecisionTree
from haike.kernel.entity import Entity, Section
from haike.sales.decider.record import OpportunityDecider
from haike.sales.opportunity.within import WithinOpportunity

MOST = 30
"""Among so many people at the customer those are looked for who are not in the tree yet."""


class DeciderEntity(Entity):
    """Drawn as a tree on their opportunity."""

    model, policy_class = OpportunityDecider, WithinOpportunity
    slug, icon, title = "deciders", "sitemap", "contact__name"
    titled_by = ["contact"]
    columns = ["contact", "role", "attitude", "influence", "superior", "opportunity", "remark", "created_at"]
    sections = [
        Section(
            _("Person who decides"),
            ["opportunity", "contact", "role", "attitude", "influence", "superior", "remark"],
        )
    ]
    facts = ["opportunity", "role", "influence", "superior"]
    badges = ["attitude"]
    search = ["contact__name", "opportunity__title"]
    synonyms = {
        "contact": ("姓名", "联系人"),
        "role": ("角色", "决策角色"),
        "superior": ("上级",),
        "attitude": ("态度",),
    }
    in_menu = in_create_menu = False
    help_page = "opportunities"


def _people(user: Any, opportunity: Any) -> Iterable[Contact]:
    """The people at the customer whom the reader sees."""
    rows = Contact.objects.visible_to(user).filter(customer=opportunity.customer_id)
    return list(rows.order_by("-id")[:MOST])


TREE = DecisionTree(OpportunityDecider, _people)
