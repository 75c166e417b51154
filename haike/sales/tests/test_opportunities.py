"""Opportunities through HTTP: made, moved along a pipeline, won, lost, opened again; what was, stays written."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.undo import undo_batch
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.models import Opportunity, Pipeline, Stage, StageMove
from haike.sales.opportunity.record import LOST, OPEN, WON
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.sales.testing import make_opportunity

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def moves_of(opportunity: Opportunity) -> list[StageMove]:
    return list(StageMove.objects.filter(opportunity=opportunity).order_by("id"))


def usual_stages() -> list[Stage]:
    return stages_of(pipelines_in_use()[0].pk)


def step(client: Client, opportunity: Opportunity, name: str, **more: Any) -> Any:
    return client.post(f"/opportunities/{opportunity.pk}/do/{name}", more, headers=HTMX)


def move(client: Client, opportunity: Opportunity, stage: Stage, **more: Any) -> Any:
    return client.post(f"/opportunities/{opportunity.pk}/stage/{stage.pk}", more, headers=HTMX)


def drop(client: Client, opportunity: Opportunity, stage: Stage) -> Any:
    card = {"id": opportunity.pk, "version": fresh(opportunity).version, "lane": stage.pk}
    return client.post("/opportunities/board/move", card, headers=JSON)


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


@pytest.fixture
def chance(staff: Staff, customer: Customer) -> Opportunity:
    return make_opportunity(staff.ann, customer, amount=Decimal(80_000), needs="两套冷库机组")


# -- made --------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("O1")
def test_an_opportunity_begins_in_the_first_stage(staff: Staff, browse: Browse, customer: Customer) -> None:
    typed = {"title": "冷库改造", "customer": customer.pk, "amount": "12,800.50"}
    assert browse(staff.ann).post("/opportunities/new", typed, headers=HTMX).status_code == 204
    made = Opportunity.objects.get()
    first = usual_stages()[0]
    assert (made.stage, made.probability, made.state, made.owner) == (first, first.probability, OPEN, staff.ann)
    assert made.number.startswith("SJ")
    assert (made.amount, made.worth, made.currency) == (Decimal("12800.50"), Decimal("12800.50"), "CNY")
    only = moves_of(made)[0]
    assert (only.from_stage, only.to_stage, only.to_probability, only.by) == (None, first, 10, staff.ann)


@pytest.mark.feature("O1")
def test_a_currency_without_a_rate_is_refused_beside_the_field(
    staff: Staff, browse: Browse, customer: Customer
) -> None:
    typed = {"title": "出口订单", "customer": customer.pk, "amount": "100", "currency": "USD"}
    answer = browse(staff.ann).post("/opportunities/new", typed, headers=HTMX)
    assert answer.status_code == 422
    assert "error-currency" in text_of(answer)
    assert not Opportunity.objects.exists()


@pytest.mark.feature("O1")
def test_not_mine_is_not_there(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    second, cat = usual_stages()[1], browse(staff.cat)
    assert cat.get(f"/opportunities/{chance.pk}/").status_code == 404
    assert cat.get(f"/opportunities/{chance.pk}/stage/{second.pk}").status_code == 404
    assert move(cat, chance, second).status_code == 404
    assert drop(cat, chance, second).status_code == 404
    assert cat.get(f"/opportunities/board/move?id={chance.pk}").status_code == 404
    assert chance.title not in text_of(cat.get("/opportunities/board"))
    assert fresh(chance).stage == usual_stages()[0]
    assert chance.title in text_of(browse(staff.ben).get("/opportunities/board"))


@pytest.mark.feature("O1")
def test_the_page_of_the_customer_has_them(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    page = text_of(browse(staff.ann).get(f"/customers/{chance.customer_id}/panel/opportunities-customer"))
    assert chance.title in page
    assert f"/opportunities/new?customer={chance.customer_id}" in page


# -- stages ------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("O2")
def test_a_stage_demands_its_fields(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann, made = browse(staff.ann), make_opportunity(staff.ann, customer)
    second = usual_stages()[1]
    refused = move(ann, made, second)
    assert refused.status_code == 422
    assert "error-needs" in text_of(refused)
    assert "阶段“需求确认”要求填写：客户需求。" in text_of(refused)
    assert fresh(made).stage != second
    assert move(ann, made, second, needs="两套机组").status_code == 204
    assert (fresh(made).stage, fresh(made).probability) == (second, 25)
    emptied = ann.post(f"/opportunities/{made.pk}/field/needs", {"needs": ""}, headers=HTMX)
    assert emptied.status_code == 422
    assert fresh(made).needs == "两套机组"
    other = ann.post(f"/opportunities/{made.pk}/field/remark", {"remark": "下周再谈"}, headers=HTMX)
    assert other.status_code == 200


@pytest.mark.feature("O2")
def test_what_is_demanded_holds_for_every_writer(staff: Staff, customer: Customer) -> None:
    with pytest.raises(Refused) as no:
        make_opportunity(staff.ann, customer, stage=usual_stages()[2])
    assert set(no.value.fields) == {"amount", "closes_on"}
    assert not Opportunity.objects.exists()


@pytest.mark.feature("O2")
def test_every_change_of_stage_probability_and_note_is_kept(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    ann, stages = browse(staff.ann), usual_stages()
    with writer():
        since = timezone.now() - timedelta(days=20)
        Opportunity._base_manager.filter(pk=chance.pk).update(stage_since=since)
        StageMove._base_manager.filter(opportunity=chance).update(since=since)
    assert drop(ann, chance, stages[1]).status_code == 200
    ann.post(f"/opportunities/{chance.pk}/field/probability", {"probability": "40"}, headers=HTMX)
    ann.post(f"/opportunities/{chance.pk}/field/stage_note", {"stage_note": "老板同意试用"}, headers=HTMX)
    ann.post(f"/opportunities/{chance.pk}/field/remark", {"remark": "无关"}, headers=HTMX)
    began, moved, surer, noted = moves_of(chance)
    assert (began.from_stage, moved.from_stage, moved.to_stage) == (None, stages[0], stages[1])
    assert 20 <= moved.days < Decimal("20.1")
    assert moved.amount == 80_000
    assert (surer.from_probability, surer.to_probability, surer.days) == (25, 40, 0)
    assert (noted.note, noted.since) == ("老板同意试用", moved.since)
    page = text_of(ann.get(f"/opportunities/{chance.pk}/panel/moves"))
    assert "老板同意试用" in page
    assert "20 天" in page
    with pytest.raises(RuntimeError):
        moved.save()
    with pytest.raises(RuntimeError):
        moved.delete()


@pytest.mark.feature("O2")
def test_a_move_taken_back_is_history_too(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    ann, stages = browse(staff.ann), usual_stages()
    with writer():
        since = timezone.now() - timedelta(days=20)
        Opportunity._base_manager.filter(pk=chance.pk).update(stage_since=since)
        StageMove._base_manager.filter(opportunity=chance).update(since=since)
    undo_url = drop(ann, chance, stages[1]).json()["undo"]
    assert ann.post(undo_url, headers=HTMX).status_code == 204
    assert fresh(chance).stage == stages[0]
    # A slip of the hand does not begin the days in the stage anew.
    assert abs(fresh(chance).stage_since - since) < timedelta(minutes=1)
    assert [row.to_stage for row in moves_of(chance)] == [stages[0], stages[1], stages[0]]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["stage", "probability", "note", "lose", "reopen"]), st.integers(0, 4)), max_size=8
    )
)
@pytest.mark.feature("O2", "O7")
def test_the_history_always_agrees_with_the_record(staff: Staff, customer: Customer, acts: Any) -> None:
    """Whatever is done, the rows join without a gap and the last one says what the record says."""
    entity, stages = entity_of(Opportunity), usual_stages()
    filled = {"amount": Decimal(5), "needs": "样", "closes_on": timezone.localdate()}
    made = make_opportunity(staff.ann, customer, **filled)
    for act, number in acts:
        done = {
            "stage": {"stage": stages[number]}, "probability": {"probability": number * 20},
            "note": {"stage_note": f"第 {number} 次"}, "lose": {"state": LOST, "lost_reason": "price"},
            "reopen": {"state": OPEN},
        }  # fmt: skip
        made = entity.change(made, by=staff.ann, **done[act])
    rows, last = moves_of(made), fresh(made)
    for one, other in itertools.pairwise(rows):
        assert (other.from_stage_id, other.from_state, other.from_probability) == (
            one.to_stage_id, one.to_state, one.to_probability,
        )  # fmt: skip
    end = rows[-1]
    assert (end.to_stage_id, end.to_state, end.to_probability, end.note, end.since) == (
        last.stage_id, last.state, last.probability, last.stage_note, last.stage_since,
    )  # fmt: skip


@pytest.mark.feature("O2")
def test_pipelines_are_set_up_with_the_grant_only(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    boss, ann = browse(staff.boss), browse(staff.ann)
    assert ann.post("/pipelines/new", {"name": "招投标"}, headers=HTMX).status_code == 422
    assert boss.post("/pipelines/new", {"name": "招投标", "active": "1"}, headers=HTMX).status_code == 204
    tender = Pipeline.objects.get(name="招投标")
    for name, probability in (("资格预审", "20"), ("投标", "40")):
        typed = {"pipeline": tender.pk, "name": name, "probability": probability}
        assert boss.post("/stages/new", typed, headers=HTMX).status_code == 204
    assert [stage.position for stage in stages_of(tender.pk)] == [1, 2]
    bid = stages_of(tender.pk)[1]
    assert move(ann, chance, bid).status_code == 204
    assert (fresh(chance).pipeline, fresh(chance).probability) == (tender, 40)
    board = text_of(ann.get(f"/opportunities/board?group={tender.pk}"))
    assert "资格预审" in board
    assert chance.title in board
    for url in (f"/stages/{bid.pk}/delete", f"/pipelines/{tender.pk}/delete"):
        assert boss.post(url, headers=HTMX).status_code == 422
    too_sure = {"pipeline": tender.pk, "name": "签约", "probability": "101"}
    assert "error-probability" in text_of(boss.post("/stages/new", too_sure, headers=HTMX))


# -- won and lost ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("O7")
def test_lost_says_why_and_can_be_taken_up_again(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    ann = browse(staff.ann)
    refused = step(ann, chance, "lose")
    assert refused.status_code == 422
    assert "error-lost_reason" in text_of(refused)
    lost = {"lost_reason": "price", "lost_to": "冰轮", "closing_note": "差 5%"}
    assert step(ann, chance, "lose", **lost).status_code == 204
    after = fresh(chance)
    assert (after.state, after.probability, after.lost_to, after.closed_on) == (LOST, 0, "冰轮", timezone.localdate())
    assert drop(ann, chance, usual_stages()[1]).status_code == 422
    assert step(ann, chance, "reopen").status_code == 204
    after = fresh(chance)
    assert (after.state, after.probability, after.lost_reason, after.closed_on) == (OPEN, 10, None, None)
    assert [row.to_state for row in moves_of(chance)] == [OPEN, LOST, OPEN]
    with pytest.raises(IntegrityError), transaction.atomic(), writer():
        Opportunity._base_manager.filter(pk=chance.pk).update(state=LOST, closed_on=timezone.localdate())


@pytest.mark.feature("O7")
def test_what_is_won_has_an_amount(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann, made = browse(staff.ann), make_opportunity(staff.ann, customer)
    assert step(ann, made, "win").status_code == 422
    assert fresh(made).state == OPEN
    ann.post(f"/opportunities/{made.pk}/field/amount", {"amount": "900"}, headers=HTMX)
    assert step(ann, made, "win", won_reason="quality").status_code == 204
    assert (fresh(made).state, fresh(made).probability) == (WON, 100)


# -- the board ---------------------------------------------------------------------------------------------------------


@pytest.mark.feature("O3")
def test_the_board_sums_what_its_reader_sees(staff: Staff, browse: Browse, chance: Opportunity) -> None:
    other = make_customer(staff.cat, name="青岛北方冷链有限公司")
    make_opportunity(staff.cat, other, title="北方冷链", amount=Decimal(20_000))
    make_opportunity(staff.ann, chance.customer, title="已归档的", amount=Decimal(7))
    archived = Opportunity.objects.get(title="已归档的")
    browse(staff.ann).post(f"/opportunities/{archived.pk}/archive", headers=HTMX)
    mine, all_of_it = (
        text_of(browse(staff.ann).get("/opportunities/board")),
        text_of(browse(staff.boss).get("/opportunities/board")),
    )
    assert "¥80,000.00" in mine
    assert "加权 ¥8,000.00" in mine
    assert "¥100,000.00" in all_of_it
    assert "已归档的" not in all_of_it


@pytest.mark.feature("O3")
def test_a_drop_that_lacks_something_leads_to_the_form(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann, made, second = browse(staff.ann), make_opportunity(staff.ann, customer), usual_stages()[1]
    answer = drop(ann, made, second)
    assert answer.status_code == 422
    form = ann.get(answer.json()["ask"], headers=HTMX)
    assert "error-needs" in text_of(form)
    without_script = ann.post("/opportunities/board/move", {"id": made.pk, "lane": second.pk})
    assert without_script.status_code == 302
    assert without_script["Location"] == answer.json()["ask"]
    assert fresh(made).stage == usual_stages()[0]


@pytest.mark.feature("O3")
def test_a_card_that_somebody_else_moved_is_not_moved_over_him(
    staff: Staff, browse: Browse, chance: Opportunity
) -> None:
    ann, stages = browse(staff.ann), usual_stages()
    assert drop(browse(staff.ben), chance, stages[1]).status_code == 200
    late = {"id": chance.pk, "version": chance.version, "lane": stages[0].pk}
    assert ann.post("/opportunities/board/move", late, headers=JSON).status_code == 422
    assert fresh(chance).stage == stages[1]


@pytest.mark.feature("O3")
def test_further_cards_come_behind_the_first_without_gap_or_double(
    staff: Staff, browse: Browse, customer: Customer
) -> None:
    made = [make_opportunity(staff.ann, customer, title=f"机会{number:02}") for number in range(20)]
    first, ann = usual_stages()[0], browse(staff.ann)
    page = text_of(ann.get("/opportunities/board", headers=HTMX))
    shown = [each for each in made if f'id="card-{each.pk}"' in page]
    assert shown == made[5:]
    more = text_of(ann.get(f"/opportunities/board?lane={first.pk}&after={made[5].pk}", headers=HTMX))
    assert [each for each in made if f'id="card-{each.pk}"' in more] == made[:5]
    found = text_of(ann.get("/opportunities/board?q=机会03"))
    assert [each for each in made if f'id="card-{each.pk}"' in found] == [made[3]]
    with CaptureQueriesContext(connection) as caught:
        ann.get("/opportunities/board")
    assert len(caught) <= 12


@pytest.mark.feature("O2")
def test_stages_changed_in_bulk_are_history_and_can_be_undone(
    staff: Staff, browse: Browse, chance: Opportunity
) -> None:
    ann, stages = browse(staff.ann), usual_stages()
    typed = {"ids": chance.pk, "bulk-field": "stage", "bulk-how": "set", "stage": stages[1].pk, "sure": "1"}
    ann.post("/opportunities/bulk/edit", typed)
    assert (fresh(chance).stage, fresh(chance).probability) == (stages[1], 25)
    undo_batch(entity_of(Opportunity), Batch.objects.latest("id"), by=staff.ann)
    assert [row.to_stage for row in moves_of(chance)] == [stages[0], stages[1], stages[0]]
    assert fresh(chance).probability == 10
