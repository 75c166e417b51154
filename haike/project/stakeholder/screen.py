"""How the people who decide are shown and found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Section
from haike.project.policy import WithinProject
from haike.project.stakeholder.record import Stakeholder


class StakeholderEntity(Entity):
    """Drawn as a tree on their project."""

    model, policy_class = Stakeholder, WithinProject
    slug, icon, title = "stakeholders", "sitemap", "contact__name"
    titled_by = ["contact"]
    columns = ["role", "contact", "attitude", "influence", "superior", "project", "remark", "created_at"]
    sections = [
        Section(_("Stakeholder"), ["project", "contact", "role", "attitude", "influence", "superior", "remark"])
    ]
    facts = ["project", "role", "attitude", "influence", "superior"]
    search = ["contact__name", "project__name"]
    synonyms = {
        "project": ("项目名称", "项目"),
        "contact": ("姓名", "联系人"),
        "role": ("角色", "决策角色"),
        "superior": ("上级",),
    }
    in_menu = in_create_menu = False
    help_page = "projects"
