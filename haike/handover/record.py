"""Handover: who hands over what of whom to whom; and what the change log cannot tell of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.log import Batch
from haike.said import Said, said

DRAFT, WAITING, REFUSED, RUNNING, DONE, FAILED = "draft", "waiting", "refused", "running", "done", "failed"
STATES = {
    DRAFT: _("Being prepared"),
    WAITING: _("Waits for a second person"),
    REFUSED: _("Refused"),
    RUNNING: _("Running"),
    DONE: _("Finished"),
    FAILED: _("Failed"),
}
LONGEST_NOTE = 500


def _person(**more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, **more)


class Handover(models.Model):
    """`plan` says for each holding where it goes (see `haike.handover.plan`); `result` what came of it:
    {"moved": {holding: number}, "got": {user: {holding: number}}, "kept": [[holding, title, why], …]}."""

    id = models.BigAutoField(primary_key=True)
    user = _person(verbose_name=_("Whose"))
    by = _person(verbose_name=_("By"))
    at = models.DateTimeField(_("Time"))
    leaves = models.BooleanField(_("Leaves the company"), default=False)
    plan = models.JSONField(default=dict)
    note = models.CharField(_("Note"), max_length=LONGEST_NOTE, blank=True, default="")
    state = models.CharField(_("State"), max_length=10, choices=list(STATES.items()), default=DRAFT)
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Reason"), max_length=LONGEST_NOTE, blank=True, default="")
    batch = models.OneToOneField(Batch, models.PROTECT, null=True, related_name="handover")
    result = models.JSONField(default=dict)
    closed = models.BooleanField(default=False)
    """Whether it closed the account, so that an undo opens it again."""
    error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("Hand-over")
        verbose_name_plural = _("Hand-overs")
        indexes = [
            models.Index(fields=["user", "-id"], name="handover_user"),
            models.Index(fields=["by", "-id"], name="handover_by"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> Said:
        """What its batch and its job are called."""
        return said(_("Hand-over of %(name)s"), name=self.user.name)

    @property
    def url(self) -> str:
        """Its page."""
        return f"/handovers/{self.pk}/"

    @property
    def undone(self) -> bool:
        """Whether it has been taken back."""
        return self.batch is not None and self.batch.undone_at is not None

    @property
    def state_words(self) -> tuple[Any, str]:
        """The state in words and its colour."""
        if self.undone:
            return _("Undone"), "grey"
        colours = {WAITING: "yellow", REFUSED: "red", RUNNING: "blue", DONE: "green", FAILED: "red"}
        return STATES[self.state], colours.get(self.state, "grey")


class Moved(models.Model):
    """One cell of a row that carries no log: `before` and `after` as plain data. An empty `field` is a row that was
    taken away, with all its cells; FACTS are facts of a record that followed from its former owner."""

    id = models.BigAutoField(primary_key=True)
    handover = models.ForeignKey(Handover, models.CASCADE, related_name="moved")
    model = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("Moved")


FACTS = "*"
