"""The table of milestones."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import LongText
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.refused import Refused


class Milestone(Record):
    """Something that is to be reached by a day; it is reached on the day that stands in `reached_on`."""

    project = models.ForeignKey(
        "project.Project", models.PROTECT, verbose_name=_("Project"), related_name="milestones", db_index=False
    )
    name = models.CharField(_("Milestone"), max_length=120)
    planned_on = models.DateField(_("Planned on"), default=today)
    reached_on = models.DateField(_("Reached on"), null=True, blank=True)
    remark = LongText(_("Remark"))

    class Meta:
        verbose_name = _("Milestone")
        verbose_name_plural = _("Milestones")
        indexes = [
            *hot_indexes("milestone", "planned_on", "created_at"),
            filter_index("milestone", "reached_on", "planned_on"),
            models.Index(fields=["project", "planned_on"], name="milestone_project"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days_late(self) -> int:
        """By how many days it was or is late; 0 when it was in time or is not due yet."""
        return max(((self.reached_on or today()) - self.planned_on).days, 0)

    def clean(self) -> None:
        if self.reached_on and self.reached_on > today():
            raise Refused(fields={"reached_on": _("This day lies in the future.")})
