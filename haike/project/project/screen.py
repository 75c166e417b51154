"""How projects are shown, found and written."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.customers.deciding.tree import DecisionTree
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Related, Section
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.project.link import shown as links
from haike.project.milestone.record import Milestone
from haike.project.policy import TeamPolicy
from haike.project.project import history, summary
from haike.project.project.record import END, EXECUTION, PHASES, SETUP, SIGNING, TRACKING, Project
from haike.project.stakeholder.record import Stakeholder

SCHEDULE = pgettext_lazy("project", "Schedule")
TREE = DecisionTree(Stakeholder)


def _late(user: Actor) -> Q:
    """At work, with a milestone whose day has passed."""
    due: Any = Milestone.objects.live().filter(reached_on__isnull=True, planned_on__lt=today())
    return ~Q(state=END) & Q(pk__in=due.values("project"))


class ProjectEntity(Entity):
    """Projects with all that belongs to them on one page."""

    model, policy_class = Project, TeamPolicy
    slug, icon = "projects", "building-community"
    titled_by = ["name"]
    columns = [
        "name", "number", "state", "kind", "expected", "signs_on", "region", "owner", "phase_since", "created_at",
    ]  # fmt: skip
    categories = {
        "mine": Category(_("Mine, at work"), lambda user: ~Q(state=END) & Q(owner_id=user.pk)),
        **{key: Category(PHASES[key], Q(state=key)) for key in (SETUP, TRACKING, SIGNING, EXECUTION, END)},
        "late": Category(_("Behind schedule"), _late),
    }
    sections = [
        Section(
            _("Project"),
            ["name", "number", "kind", "expected", "signs_on", "starts_on", "ends_on", "team", "region", "address",
             "description", "remark"],
        ),
        Section(_("Phase"), ["state", "phase_since", "outcome", "phase_note"]),
    ]  # fmt: skip
    quick = ["name", "kind", "expected", "signs_on", "team"]
    facts = ["signs_on", "owner", "phase_since"]
    badges = ["outcome"]
    search = ["name", "number"]
    totals = ["expected"]
    settled = ["phase_since"]
    match = ["number"]
    synonyms = {
        "number": ("项目编号", "编号"),
        "name": ("项目名称", "项目", "工程名称"),
        "kind": ("项目类型", "类型"),
        "state": ("项目阶段", "阶段"),
        "expected": ("预计金额", "项目金额", "项目规模"),
        "signs_on": ("预计签约日期", "预计签约"),
        "team": ("项目组成员", "成员"),
        "owner": ("项目负责人", "负责人", "项目经理"),
        "region": ("项目所在地", "地区"),
    }
    tabs = [
        Related("project.party", "project", _("Parties"), ["kind", "customer", "contact", "remark"]),
        Related("project.milestone", "project", SCHEDULE, ["name", "planned_on", "reached_on", "remark"]),
        Related("project.expense", "project", _("Expenses"), ["what", "kind", "amount", "on", "spent_by"]),
    ]
    panels = [
        Panel("summary", _("At a glance"), summary.panel, place="main", icon="layout-dashboard"),
        Panel("linked", pgettext_lazy("project", "Business"), links.panel, count=links.count, icon="briefcase"),
        Panel("tree", _("Decision tree"), TREE.panel, count=TREE.count, icon="sitemap"),
        Panel("phases", _("History of phases"), history.panel, icon="history"),
    ]
    help_page = "projects"

    def stages(self, record: Any) -> list[tuple[str, Label, str]]:
        found: list[tuple[str, Label, str]] = []
        state = "done"
        for key, label in PHASES.items():
            here = key == record.state
            state = "current" if here else ("next" if state in ("current", "next") else "done")
            found.append((key, label, state))
        return found

    def list_buttons(self, user: Actor) -> list[Button]:
        found = [Button(_("Board"), f"{self.url}board", "layout-kanban")]
        for slug, label, icon in LISTS:
            found.append(Button(label, f"/{slug}/", icon))
        return found


LISTS = (
    ("milestones", _("Milestones"), "flag"),
    ("project-expenses", _("Project expenses"), "receipt"),
    ("project-parties", _("Parties of projects"), "affiliate"),
)
"""What has a list across all projects."""
ProjectEntity.figure_sources.append(links.figures)
