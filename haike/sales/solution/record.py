"""The tables of solutions and their templates."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.find.indexes import hot_indexes
from haike.kernel.fields import LongText, Pick
from haike.kernel.record import Record

TEMPLATE_WIDTH = 120


class Solution(Record):
    """What we propose for an opportunity: a text with attachments."""

    opportunity = models.ForeignKey(
        "sales.Opportunity", models.PROTECT, verbose_name=_("Opportunity"), related_name="solutions", db_index=False
    )
    title = models.CharField(_("Title"), max_length=TEMPLATE_WIDTH)
    stage = Pick("solution_stage", pgettext_lazy("solution", "State"), default="draft")
    text = LongText(_("Text"))

    class Meta:
        verbose_name = _("Solution")
        verbose_name_plural = _("Solutions")
        indexes = [
            *hot_indexes("solution", "created_at", "changed_at"),
            models.Index(fields=["opportunity", "-id"], name="solution_opportunity"),
        ]

    def __str__(self) -> str:
        return self.title


class SolutionTemplate(Record):
    """A text with attachments with which a solution begins: its owner's own, or offered to the whole company."""

    title = models.CharField(_("Title"), max_length=TEMPLATE_WIDTH)
    text = LongText(_("Text"))
    for_all = models.BooleanField(
        _("Offered to the whole company"), default=False,
        help_text=_("Otherwise it is your own, and only who sees your records finds it."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("Solution template")
        verbose_name_plural = _("Solution templates")
        indexes = [*hot_indexes("sol_template", "created_at")]

    def __str__(self) -> str:
        return self.title
