"""Pipeline and Stage: the way that an opportunity goes, one pipeline per business line."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from haike.kernel.fields import LongText
from haike.kernel.record import Record
from haike.refused import Refused
from haike.sales.opportunity.asked import Asked

LIVE = Q(deleted_at__isnull=True)


def shown_name(name: str, name_en: str) -> str:
    """The name in the reader's language; the English one is optional."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


class Pipeline(Record):
    """A way to sell with stages of its own; the first in use is the usual one."""

    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="")
    position = models.PositiveIntegerField(_("Place in the list"), default=0)
    active = models.BooleanField(_("In use"), default=True)
    remark = LongText(_("What it is for"))

    class Meta:
        verbose_name = _("Pipeline")
        verbose_name_plural = _("Pipelines")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return shown_name(self.name, self.name_en)

    def clean(self) -> None:
        namesakes: Any = Pipeline.objects.live().filter(name=self.name).exclude(pk=self.pk)
        if namesakes.exists():
            raise Refused(fields={"name": _("There is a pipeline of this name already.")})


class Stage(Record):
    """A step of a pipeline: how probable a deal is here, what must be known and done, how long it may take."""

    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, verbose_name=_("Pipeline"), related_name="stages", db_index=False
    )
    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="")
    position = models.PositiveIntegerField(_("Place in the pipeline"), default=0)
    probability = models.PositiveSmallIntegerField(
        _("Probability (%)"), default=0, validators=[MaxValueValidator(100)],
        help_text=_("What an opportunity gets when it comes here; its owner may change it."),
    )  # fmt: skip
    days = models.PositiveSmallIntegerField(
        _("Target days"), default=0, help_text=_("How long an opportunity should stay here at most; 0 for no limit.")
    )
    asked = Asked(_("Required fields"), help_text=_("Without these an opportunity does not come here."))
    tasks = LongText(_("Tasks"), help_text=_("What is to be done in this stage, one task a line."))
    tasks_first = models.BooleanField(
        _("Tasks before the next stage"), default=False,
        help_text=_("An opportunity goes on from here when all tasks are ticked; won and lost it may be at any time."),
    )  # fmt: skip
    guidance = LongText(_("Guidance"))
    materials = LongText(_("What to bring"))

    class Meta:
        verbose_name = pgettext_lazy("opportunity", "Stage")
        verbose_name_plural = _("Stages")
        ordering = ["pipeline", "position", "id"]
        indexes = [models.Index(fields=["pipeline", "position", "id"], name="sales_stage_order", condition=LIVE)]
        constraints = [
            models.CheckConstraint(name="sales_stage_probability", condition=Q(probability__lte=100)),
        ]

    def __str__(self) -> str:
        return shown_name(self.name, self.name_en)

    def clean(self) -> None:
        namesakes: Any = Stage.objects.live().filter(pipeline=self.pipeline_id, name=self.name).exclude(pk=self.pk)
        if namesakes.exists():
            raise Refused(fields={"name": _("This pipeline has a stage of this name already.")})

    @property
    def task_lines(self) -> list[str]:
        """The tasks one by one."""
        return list(dict.fromkeys(line.strip() for line in self.tasks.splitlines() if line.strip()))


def stages_of(pipeline: int) -> list[Stage]:
    """The stages of a pipeline (key) in their order."""
    return list(Stage.objects.live().filter(pipeline=pipeline).order_by("position", "id"))


def pipelines_in_use() -> list[Pipeline]:
    """The pipelines in use that have a stage, the usual one first."""
    having = Stage.objects.live().values("pipeline")
    return list(Pipeline.objects.live().filter(active=True, pk__in=having).order_by("position", "id"))


def first_stage(pipeline: int | None = None) -> Stage | None:
    """Where an opportunity begins: the first stage of a pipeline (key), of the usual one without a key."""
    rows = Stage.objects.live().filter(pipeline__deleted_at__isnull=True, pipeline__active=True)
    if pipeline is not None:
        rows = rows.filter(pipeline=pipeline)
    found: Stage | None = (
        rows.select_related("pipeline").order_by("pipeline__position", "pipeline", "position", "id").first()
    )
    return found
