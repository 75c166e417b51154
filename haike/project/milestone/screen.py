"""How milestones are shown, found and reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from haike.kernel.entity import Button, Category, Entity, Section
from haike.kernel.escape import escape
from haike.kernel.icon import icon
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.project.milestone.record import Milestone
from haike.project.policy import WithinProject

SOON = timedelta(days=30)
OPEN = Q(reached_on__isnull=True)


class MilestoneEntity(Entity):
    """The schedule of projects; what is overdue is marked wherever it stands."""

    model, policy_class = Milestone, WithinProject
    slug, icon = "milestones", "flag"
    title = "name"
    titled_by = ["name"]
    columns = ["name", "project", "planned_on", "reached_on", "remark", "owner", "created_at"]
    sort = "planned_on"
    categories = {
        "open": Category(pgettext_lazy("milestone", "Open"), OPEN),
        "overdue": Category(_("Overdue"), lambda _user: OPEN & Q(planned_on__lt=today()), counted=True),
        "soon": Category(
            _("Within 30 days"), lambda _user: OPEN & Q(planned_on__gte=today(), planned_on__lte=today() + SOON)
        ),
        "reached": Category(pgettext_lazy("milestone", "Reached"), ~OPEN, sort="-planned_on"),
    }
    sections = [Section(_("Milestone"), ["project", "name", "planned_on", "reached_on", "remark"])]
    quick = ["project", "name", "planned_on"]
    facts = ["project", "planned_on", "reached_on"]
    search = ["name", "project__name"]
    synonyms = {
        "project": ("项目名称", "项目"),
        "name": ("里程碑名称", "节点", "任务"),
        "planned_on": ("计划日期", "计划完成日期"),
        "reached_on": ("实际日期", "实际完成日期", "完成日期"),
    }
    in_menu = in_create_menu = False
    help_page = "projects"

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.reached_on is not None or record.deleted_at is not None:
            return []
        if not self.policy.allows(user, "edit", record):
            return []
        return [Button(_("Reached today"), f"{self.url_of(record)}reach", "check", "post", primary=True)]


def marks(entity: Entity, user: Actor, milestones: Sequence[Any]) -> Mapping[int, str]:
    """Beside the name: that it is overdue, or was reached too late."""
    found = {}
    # Asked anew: a list reads only the columns that it shows.
    for milestone in Milestone._base_manager.filter(pk__in=[each.pk for each in milestones]):
        if days := milestone.days_late:
            open_still = milestone.reached_on is None
            said = ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}
            kind, sign = ("bad", "clock-exclamation") if open_still else ("faint", "clock")
            found[milestone.pk] = f' <span class="{kind}">{icon(sign)} {escape(said)}</span>'
    return found


MilestoneEntity.mark_sources.append(marks)
