"""Tasks of the stages, ticked off on the opportunity: each tick is a row that stays, the newest about a task counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.stage import Stage, stages_of


class TaskTick(models.Model):
    """A task of a stage was done on an opportunity, or is open again; written once, never changed.

    `task` is the line as it stood in the stage then: who rewords a task asks for it anew.
    """

    id = models.BigAutoField(primary_key=True)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="ticks", db_index=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    task = models.TextField()
    done = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("Ticked task of an opportunity")
        indexes = [
            models.Index(fields=["opportunity", "id"], name="chance_tick_of"),
            models.Index(fields=["stage"], name="chance_tick_stage"),
        ]


Ticks = dict[tuple[int, str], TaskTick]
"""The newest tick about a task, by the key of its stage and its words."""


def ticks_of(keys: Sequence[int]) -> dict[int, Ticks]:
    """The newest ticks of opportunities (keys)."""
    found: dict[int, Ticks] = {}
    for start in range(0, len(keys), 500):
        rows = TaskTick._base_manager.filter(opportunity__in=keys[start : start + 500]).select_related("by")
        for tick in rows.order_by("id"):
            found.setdefault(tick.opportunity_id, {})[tick.stage_id, tick.task] = tick
    return found


def open_tasks(stage: Stage, ticks: Ticks) -> list[str]:
    """The tasks of a stage that are not done."""
    return [task for task in stage.task_lines if not ((tick := ticks.get((stage.pk, task))) and tick.done)]


def tick_off(opportunity: Any, stage: Stage, task: str, *, done: bool, by: Actor) -> None:
    """Mark a task as done, or as open again; nothing is written where it is so already. Raises Refused."""
    with transaction.atomic():
        # Two who tick at once wait for each other, so that the rows alternate.
        held = Opportunity._base_manager.select_for_update().get(pk=opportunity.pk)
        if held.state != OPEN:
            raise Refused(_("Take the opportunity up again before ticking its tasks."))
        if stage.pipeline_id != held.pipeline_id or task not in stage.task_lines:
            raise Refused(_("The tasks of this stage have been changed in the meantime. Please look again."))
        last = ticks_of([held.pk]).get(held.pk, {}).get((stage.pk, task))
        if done != (last is not None and last.done):
            TaskTick._base_manager.create(
                opportunity=held, stage=stage, task=task, done=done, at=timezone.now(), by_id=by.pk
            )


@dataclass(frozen=True)
class Task:
    """A task as the page shows it; `tick` is the newest one, None before the first."""

    text: str
    key: str
    tick: TaskTick | None

    @property
    def done(self) -> bool:
        """Whether it is ticked."""
        return self.tick is not None and self.tick.done


@dataclass(frozen=True)
class StageTasks:
    """The tasks of one stage of an opportunity."""

    stage: Stage
    present: bool
    tasks: list[Task]

    @property
    def done(self) -> int:
        """How many are ticked."""
        return sum(task.done for task in self.tasks)


def tasks_by_stage(opportunity: Any) -> list[StageTasks]:
    """The tasks of the stages that have some, in the order of the pipeline."""
    ticks = ticks_of([opportunity.pk]).get(opportunity.pk, {})
    return [
        StageTasks(
            stage,
            stage.pk == opportunity.stage_id,
            [
                Task(text, f"task-{stage.pk}-{at}", ticks.get((stage.pk, text)))
                for at, text in enumerate(stage.task_lines)
            ],
        )
        for stage in stages_of(opportunity.pipeline_id)
        if stage.task_lines
    ]
