"""The tables of projects and of the ways they have gone through their phases."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText, Money, Pick, PinyinKey, Region
from haike.kernel.record import Record
from haike.refused import Refused

SETUP, TRACKING, SIGNING, EXECUTION, END = "setup", "tracking", "signing", "execution", "end"
PHASES = {
    SETUP: pgettext_lazy("project", "Set-up"),
    TRACKING: pgettext_lazy("project", "Tracking"),
    SIGNING: pgettext_lazy("project", "Signing"),
    EXECUTION: pgettext_lazy("project", "Execution"),
    END: pgettext_lazy("project", "End"),
}


class Project(Record):
    """Something that is built or delivered with several parties; `phase_since` is when it came into its phase.

    `expected` is in the company's own currency. Who is in the `team` sees it and works on it.
    """

    number = AutoNumber("XM{yyyy}{mm}-{0000}", _("Number"))
    name = models.CharField(_("Project name"), max_length=120)
    kind = Pick("project_kind", _("Kind"), blank=True)
    state = models.CharField(_("Phase"), max_length=10, choices=list(PHASES.items()), default=SETUP)
    phase_since = models.DateTimeField(_("In this phase since"), default=timezone.now, editable=False)
    phase_note = LongText(_("Note on the phase"))
    outcome = Pick(
        "project_outcome", _("Outcome"), blank=True, help_text=_("To be said when the project is at its end.")
    )
    expected = Money(_("Expected amount"), validators=[MinValueValidator(0)])
    signs_on = models.DateField(_("Signing expected on"), null=True, blank=True)
    starts_on = models.DateField(_("Starts on"), null=True, blank=True)
    ends_on = models.DateField(_("Ends on"), null=True, blank=True)
    team = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("Team"), blank=True, related_name="+",
        help_text=_("Only the owner, the team and those who see everything see the project."),
    )  # fmt: skip
    region = Region(_("Region"))
    address = models.CharField(_("Address"), max_length=200, blank=True, default="")
    description = LongText(_("What is built"))
    remark = LongText(_("Remark"))
    name_pinyin = PinyinKey("name")

    class Meta:
        verbose_name = _("Project")
        verbose_name_plural = _("Projects")
        indexes = [
            *hot_indexes("project", "created_at", "changed_at", "expected", "signs_on", "name_pinyin"),
            filter_index("project", "state", "kind", "expected", "created_at"),
            models.Index(fields=["state", "-phase_since", "-id"], name="project_board"),
        ]
        constraints = [
            models.CheckConstraint(name="project_expected", condition=Q(expected__gte=0)),
            models.CheckConstraint(
                name="project_end_has_outcome", condition=~Q(state=END) | Q(outcome__isnull=False)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.state == END and not self.outcome:
            said["outcome"] = _("Say how the project ended.")
        if self.state != END and self.outcome:
            said["outcome"] = _("A project has an outcome when it is at its end.")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            said["ends_on"] = _("The project would end before it starts.")
        if said:
            raise Refused(fields=said)


class PhaseMove(models.Model):
    """One change of phase; written once, never changed. `days` is how long the phase before had lasted."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="moves", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    before = models.CharField(max_length=10, blank=True, default="", choices=list(PHASES.items()))
    after = models.CharField(max_length=10, choices=list(PHASES.items()))
    days = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("Change of phase")
        indexes = [models.Index(fields=["project", "-id"], name="phase_move_project")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
