"""What stages demand, fields of who comes, tasks of who goes on: who moves an opportunity is told what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.undo import UNDO
from haike.find.newest import newest_of
from haike.kernel.entity import Entity, entity_of
from haike.kernel.log import present_batch
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.refused import Refused
from haike.sales.opportunity.record import OPEN, Opportunity, StageMove
from haike.sales.opportunity.stage import Stage
from haike.sales.opportunity.task import TaskTick, open_tasks, ticks_of

UNDO_WITHIN = timedelta(hours=1)


def missing(opportunity: Any) -> dict[str, str]:
    """The fields that the stage of an opportunity demands and that are empty, each with what to do."""
    looks, found = entity_of(Opportunity).looks, {}
    for name in opportunity.stage.asked:
        look = looks.get(name)
        # A field of the company's own may have been taken away since.
        if look is None or not look.editable:
            continue
        value = look.get(opportunity)
        if look.blank(value) or (look.kind in ("money", "number") and value == 0):
            said = _("The stage “%(stage)s” needs this: %(label)s.")
            found[name] = str(said % {"stage": opportunity.stage, "label": look.label})
    return found


def undone(records: Mapping[int, Any]) -> dict[int, str]:
    """What holds back opportunities (by place) that go on in their pipeline, stage by stage that is left or passed."""
    holding = Stage.objects.live().filter(
        tasks_first=True, pipeline__in={each.pipeline_id for each in records.values()}
    )
    first: dict[int, list[Stage]] = defaultdict(list)
    for stage in holding.order_by("position", "id"):
        if stage.task_lines:
            first[stage.pipeline_id].append(stage)
    going = {place: each for place, each in records.items() if each.pipeline_id in first}
    keys = [each.pk for each in going.values()]
    back = taken_back(keys)
    left: dict[int, Any] = {}
    for start in range(0, len(keys), 500):
        rows = Opportunity._base_manager.filter(pk__in=keys[start : start + 500]).select_related("stage")
        left |= {row.pk: row.stage for row in rows.only("stage")}
    ticks, found = ticks_of(keys), {}
    for place, record in going.items():
        came, goes = left[record.pk], record.stage
        if came.pipeline_id != goes.pipeline_id or back.get(record.pk) == (goes.pk, came.pk):
            continue
        said = []
        for stage in first[record.pipeline_id]:
            if not (came.position, came.pk) <= (stage.position, stage.pk) < (goes.position, goes.pk):
                continue
            if tasks := open_tasks(stage, ticks.get(record.pk, {})):
                sentence = _("Tasks of the stage “%(stage)s” are not done yet: %(tasks)s.")
                said.append(str(sentence % {"stage": stage, "tasks": _("; ").join(tasks)}))
        if said:
            found[place] = " ".join(said)
    return found


def taken_back(keys: Sequence[int]) -> dict[int, tuple[int | None, int]]:
    """The last move of opportunities (from, to) where going the other way now is no move on: it undoes that move.

    So it is for an hour, as long as no task was ticked or opened again since; and always where a batch is undone.
    """
    batch, since = present_batch.get(), timezone.now() - UNDO_WITHIN
    moves = newest_of(StageMove, "opportunity", keys)
    if batch is None or batch.kind != UNDO:
        ticks = newest_of(TaskTick, "opportunity", keys)
        worked = {key for key, tick in ticks.items() if key in moves and tick.at > moves[key].at}
        moves = {key: move for key, move in moves.items() if move.at >= since and key not in worked}
    return {key: (move.from_stage_id, move.to_stage_id) for key, move in moves.items()}


def guard(entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor) -> Mapping[int, Refused]:
    """Ask when an opportunity goes from stage to stage, and when somebody empties a field that its stage demands."""
    if entity.model is not Opportunity:
        return {}
    found: dict[int, Refused] = {}
    rows: Sequence[Any] = records
    for place, record in enumerate(rows):
        if record.stage_id is None or record.state != OPEN:
            continue
        if touched is not None and "stage" not in touched and not touched & set(record.stage.asked):
            continue
        lacking = missing(record)
        if touched is not None and "stage" not in touched:
            lacking = {name: said for name, said in lacking.items() if name in touched}
        if lacking:
            found[place] = Refused(fields=lacking)
    if touched is not None and "stage" in touched:
        moved = {place: each for place, each in enumerate(rows) if each.stage_id is not None and each.state == OPEN}
        for place, said in undone(moved).items():
            found[place] = Refused(said, fields=found[place].fields if place in found else None)
    return found
