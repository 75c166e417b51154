"""Tasks of stages: ticked on the opportunity's page, kept in its history, and asked for before the next stage."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.models import Opportunity, Stage, StageMove, TaskTick
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.sales.opportunity.task import open_tasks, ticks_of
from haike.sales.testing import make_opportunity

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.feature("O2")


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def tick(client: Client, chance: Opportunity, stage: Stage, task: str, done: str = "1") -> Any:
    typed = {"stage": stage.pk, "task": task, "done": done}
    return client.post(f"/opportunities/{chance.pk}/task", typed, headers=HTMX)


@pytest.fixture
def stages(db: None) -> list[Stage]:
    """The usual stages; the first two let nobody go on before their tasks are done."""
    found = stages_of(pipelines_in_use()[0].pk)
    with writer():
        for stage in found[:2]:
            stage.tasks_first = True
            stage.save(update_fields=["tasks_first"])
    return found


@pytest.fixture
def chance(staff: Staff, stages: list[Stage]) -> Opportunity:
    return make_opportunity(
        staff.ann, make_customer(staff.ann), amount=Decimal(80_000), needs="两套机组", closes_on="2026-12-01"
    )


def test_a_ticked_task_is_kept_with_who_and_when(
    staff: Staff, browse: Browse, chance: Opportunity, stages: list[Stage]
) -> None:
    ann, task = browse(staff.ann), stages[0].task_lines[0]
    shown = tick(ann, chance, stages[0], task).content.decode()
    assert 'aria-checked="true"' in shown
    assert f"1/{len(stages[0].task_lines)}" in shown
    tick(ann, chance, stages[0], task)  # a second click on an old page changes nothing
    only = TaskTick.objects.get()
    assert (only.task, only.by, only.done) == (task, staff.ann, True)
    tick(ann, chance, stages[0], task, done="0")
    assert [row.done for row in TaskTick.objects.order_by("id")] == [True, False]
    line = ann.get(f"/opportunities/{chance.pk}/panel/moves").content.decode()
    assert line.count(task) == 2
    assert "重新打开" in line


def test_others_see_and_tick_only_what_they_may(
    staff: Staff, browse: Browse, chance: Opportunity, stages: list[Stage]
) -> None:
    task = stages[0].task_lines[0]
    assert tick(browse(staff.cat), chance, stages[0], task).status_code == 404
    assert tick(browse(staff.ann), chance, stages[0], "没有的任务").status_code == 422
    assert not TaskTick.objects.exists()
    # What is closed is not worked on.
    ann = browse(staff.ann)
    ann.post(f"/opportunities/{chance.pk}/do/win", {}, headers=HTMX)
    assert tick(ann, chance, stages[0], task).status_code == 422
    assert not TaskTick.objects.exists()


def test_who_goes_on_has_done_the_tasks(staff: Staff, browse: Browse, chance: Opportunity, stages: list[Stage]) -> None:
    ann, (first, second, third) = browse(staff.ann), stages[:3]
    done, *left = first.task_lines
    tick(ann, chance, first, done)
    said = f"阶段“{first.name}”还有任务没做完：{'；'.join(left)}。"
    page = ann.post(f"/opportunities/{chance.pk}/stage/{second.pk}", {}, headers=HTMX)
    assert page.status_code == 422
    assert said in page.content.decode()
    card = {"id": chance.pk, "version": fresh(chance).version, "lane": second.pk}
    board = ann.post("/opportunities/board/move", card, headers={"Accept": "application/json"})
    assert (board.status_code, board.json()["text"]) == (422, said)
    bulk = {"ids": chance.pk, "bulk-field": "stage", "bulk-how": "set", "stage": second.pk, "sure": "1"}
    assert said in ann.post("/opportunities/bulk/edit", bulk, follow=True).content.decode()
    api = ann.patch(f"/api/v1/opportunities/{chance.pk}", {"stage": second.pk}, content_type="application/json")
    assert api.status_code == 422
    assert said in api.content.decode()
    assert fresh(chance).stage == first
    for task in left:
        tick(ann, chance, first, task)
    # A stage that is passed over holds as one that is left.
    with pytest.raises(Refused) as no:
        entity_of(Opportunity).change(fresh(chance), by=staff.ann, stage=third)
    assert second.task_lines[0] in str(no.value)
    assert ann.post(f"/opportunities/{chance.pk}/stage/{second.pk}", {}, headers=HTMX).status_code == 204
    # Back, and lost, one may go at any time.
    assert ann.post(f"/opportunities/{chance.pk}/stage/{first.pk}", {}, headers=HTMX).status_code == 204


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8))
def test_it_goes_on_exactly_when_nothing_is_open(
    staff: Staff, browse: Browse, chance: Opportunity, stages: list[Stage], acts: list[tuple[int, bool]]
) -> None:
    TaskTick._base_manager.filter(opportunity=chance).delete()
    entity, ann, state = entity_of(Opportunity), browse(staff.ann), dict.fromkeys(stages[0].task_lines, False)
    for task in stages[0].task_lines[:2]:
        state[task] = True
        tick(ann, chance, stages[0], task)
    for at, done in acts:
        task = stages[0].task_lines[at]
        state[task] = done
        tick(ann, chance, stages[0], task, "1" if done else "0")
    left = [task for task in stages[0].task_lines if not state[task]]
    assert open_tasks(stages[0], ticks_of([chance.pk]).get(chance.pk, {})) == left
    if left:
        with pytest.raises(Refused):
            entity.change(fresh(chance), by=staff.ann, stage=stages[1])
    else:
        entity.change(fresh(chance), by=staff.ann, stage=stages[1])
        entity.change(fresh(chance), by=staff.ann, stage=stages[0])


@pytest.mark.feature("O2")
def test_taking_a_move_back_is_no_move_on(
    staff: Staff, browse: Browse, chance: Opportunity, stages: list[Stage]
) -> None:
    ann, entity = browse(staff.ann), entity_of(Opportunity)
    Stage._base_manager.filter(pk=stages[0].pk).update(tasks_first=False)
    entity.change(chance, by=staff.ann, stage=stages[1])
    Stage._base_manager.filter(pk=stages[0].pk).update(tasks_first=True)
    entity.change(fresh(chance), by=staff.ann, stage=stages[0])
    with pytest.raises(Refused):  # further than it was
        entity.change(fresh(chance), by=staff.ann, stage=stages[2])
    assert entity.change(fresh(chance), by=staff.ann, stage=stages[1]).stage_id == stages[1].pk
    entity.change(fresh(chance), by=staff.ann, stage=stages[0])
    moves = StageMove._base_manager.filter(opportunity=chance.pk)
    then = {move.pk: move.at for move in moves}
    moves.update(at=timezone.now() - timedelta(hours=2))
    with pytest.raises(Refused):  # nobody takes back what was done long ago
        entity.change(fresh(chance), by=staff.ann, stage=stages[1])
    for key, at in then.items():
        moves.filter(pk=key).update(at=at)
    tick(ann, chance, stages[0], stages[0].task_lines[0])
    with pytest.raises(Refused):  # somebody goes on working in the stage
        entity.change(fresh(chance), by=staff.ann, stage=stages[1])
