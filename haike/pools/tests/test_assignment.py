"""Assignment by rule: conditions, order, turns, closed accounts, arrival by every way, try-out, contradictions, log."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from haike.api.token import make_token
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.filter import read_filter
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User
from haike.pools.assignment.contradictions import covers
from haike.pools.models import Assigned, AssignmentRule, Move, Pool
from haike.pools.testing import make_pool
from haike.sales.lead.record import TO_DO, UNASSIGNED, Lead
from haike.sales.testing import make_lead
from haike.segments.conditions import conditions_of

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
RULES = entity_of(AssignmentRule)
LEADS = entity_of(Lead)


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def group(*lines: tuple[str, str, Any], any_of: bool = False) -> Any:
    parts = [{"field": field, "op": op, "value": value} for field, op, value in lines]
    return read_filter(LEADS, SETUP, orjson.dumps({"any" if any_of else "all": parts}).decode())


def make_rule(name: str, *lines: tuple[str, str, Any], active: bool = True, **values: Any) -> AssignmentRule:
    rule = RULES.create(by=SETUP, name=name, entity=LEADS.label, active=active, **values)
    if lines:
        rule = RULES.change(rule, by=SETUP, conditions=conditions_of(LEADS, group(*lines)))
    versioned.forget()
    return rule


@pytest.fixture
def pool(staff: Staff) -> Pool:
    return make_pool("线索池", entity=LEADS.label, members=[staff.ann, staff.cat], managers=[staff.ben])


def loose(pool: Pool, **values: Any) -> Lead:
    made: Lead = LEADS.create(by=SETUP, **{"company": "东莞市长青五金制品有限公司", **values}, owner=pool.account)
    return made


# -- arrival -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C23", "L4")
def test_the_first_rule_that_fits_decides(staff: Staff, pool: Pool) -> None:
    make_rule("展会", ("source", "one_of", ["fair"]), people=[staff.cat], position=1)
    make_rule("广东", ("region", "in", "440000"), people=[staff.ann], position=2)
    fair, south, north = (
        loose(pool, source="fair", region="441900"), loose(pool, region="440300"), loose(pool, region="110000"),
    )  # fmt: skip
    assert {fresh(each).state for each in (fair, south, north)} == {UNASSIGNED}
    run_ready_jobs()
    assert (fresh(fair).owner, fresh(fair).state) == (staff.cat, TO_DO)
    assert fresh(south).owner == staff.ann
    assert fresh(north).owner == pool.account
    assert [(row.record_id, row.owner_id, row.why) for row in Assigned.objects.order_by("id")] == [
        (fair.pk, staff.cat.pk, "arrived"), (south.pk, staff.ann.pk, "arrived"),
    ]  # fmt: skip
    move = Move.objects.get(record_id=fair.pk)
    assert (move.kind, move.person, move.note) == ("assign", staff.cat, "展会")


@pytest.mark.feature("C23", "L3")
def test_a_program_brings_leads_without_an_owner(staff: Staff, pool: Pool) -> None:
    make_rule("展会", ("campaign", "contains", "春季"), people=[staff.ann])
    __, key = make_token(name="t", days=1, read_only=False, by=staff.boss)
    for values in ({"person": "甲", "campaign": "2026 春季展"}, {"person": "乙"}):
        answer = Client().post(
            "/api/v1/leads/", {**values, "owner": None}, content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )  # fmt: skip
        assert answer.status_code == 201
        assert answer.json()["owner"] is None
    run_ready_jobs()
    assert Lead.objects.get(person="甲").owner == staff.ann
    # What no rule wants lies in the pool that receives it.
    assert Lead.objects.get(person="乙").owner == pool.account


@pytest.mark.feature("C23")
def test_in_turn_without_the_closed_and_never_beyond_what_one_may_hold(staff: Staff, pool: Pool) -> None:
    make_rule("轮流", people=[staff.ann, staff.ben, staff.cat])
    leads = [loose(pool, person=f"客{place}") for place in range(6)]
    run_ready_jobs()
    assert Counter(fresh(each).owner for each in leads) == {staff.ann: 2, staff.ben: 2, staff.cat: 2}
    User._base_manager.filter(pk=staff.ben.pk).update(is_active=False)
    entity_of(Pool).change(fresh(pool), by=SETUP, holds_most=3)
    versioned.forget()
    more = [loose(pool, person=f"新{place}") for place in range(5)]
    run_ready_jobs()
    found = Counter(fresh(each).owner for each in more)
    # Ann and Cat have two each and may hold three; the others stay where they are.
    assert found == {staff.ann: 1, staff.cat: 1, pool.account: 3}


@pytest.mark.feature("C23")
def test_when_all_are_closed_the_next_rule_is_asked(staff: Staff, pool: Pool) -> None:
    make_rule("一", people=[staff.cat], position=1)
    make_rule("二", people=[staff.ann], position=2)
    User._base_manager.filter(pk=staff.cat.pk).update(is_active=False)
    versioned.forget()
    lead = loose(pool)
    run_ready_jobs()
    assert fresh(lead).owner == staff.ann


@pytest.mark.feature("C23")
def test_what_comes_back_goes_only_to_rules_that_want_it_and_never_to_the_giver(
    staff: Staff, browse: Browse, pool: Pool
) -> None:
    rule = make_rule("回收再分", people=[staff.ann, staff.cat], active=False)
    lead = make_lead(staff.ann)
    give_back = {"reason": "no_need"}
    assert browse(staff.ann).post(f"/leads/{lead.pk}/return", give_back, headers=HTMX).status_code == 204
    run_ready_jobs()
    assert fresh(lead).owner == pool.account
    RULES.change(rule, by=SETUP, active=True, returned=True)
    versioned.forget()
    other = make_lead(staff.ann, company="另一家")
    assert browse(staff.ann).post(f"/leads/{other.pk}/return", give_back, headers=HTMX).status_code == 204
    run_ready_jobs()
    assert fresh(other).owner == staff.cat
    assert Assigned.objects.get().why == "returned"


@pytest.mark.feature("C23", "P17")
def test_an_import_that_was_dealt_out_is_undone_as_one(staff: Staff, browse: Browse, pool: Pool) -> None:
    make_rule("轮流", people=[staff.ann, staff.cat])
    facts = {"text": "13800000011\n13800000012", "whose": f"pool-{pool.account_id}", "start": "1"}
    client = browse(staff.ann)
    address = client.post("/leads/numbers", facts)["Location"]
    run_ready_jobs()
    assert {lead.owner for lead in Lead.objects.all()} == {staff.ann, staff.cat}
    assert client.post(f"{address}undo", headers=HTMX).status_code == 204
    assert not Lead.objects.live().exists()


# -- by hand -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C23", "L4")
def test_chosen_ones_are_assigned_by_rule_and_taken_back(staff: Staff, browse: Browse, pool: Pool) -> None:
    lying, owned = loose(pool, source="fair"), make_lead(staff.ann, company="有主的")
    run_ready_jobs()
    make_rule("展会", ("source", "one_of", ["fair"]), people=[staff.cat])
    ids = {"ids": f"{lying.pk},{owned.pk}", "sure": "1"}
    # Cat may claim, but gives nothing away.
    assert browse(staff.cat).post("/leads/bulk/assign-by-rule", ids, headers=HTMX).status_code in (404, 422)
    assert fresh(lying).owner == pool.account
    answer = browse(staff.ben).post("/leads/bulk/assign-by-rule", ids, headers=HTMX)
    assert answer.status_code == 204
    assert fresh(lying).owner == staff.cat
    assert fresh(owned).owner == staff.ann
    batch = Batch.objects.latest("pk")
    assert (batch.changed, batch.refused) == (1, 1)
    assert browse(staff.ben).post(f"/batches/{batch.pk}/undo", {"sure": "1"}, headers=HTMX).status_code == 204
    run_ready_jobs()
    assert fresh(lying).owner == pool.account


# -- the screens -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C23")
def test_only_who_sets_up_pools_writes_rules(staff: Staff, browse: Browse, pool: Pool) -> None:
    facts = {"name": "展会", "entity": LEADS.label, "how": "turn", "people": staff.cat.pk, "position": 1}
    for user in (staff.ann, staff.ben, staff.cat):
        assert browse(user).post("/assignment-rules/new", facts, headers=HTMX).status_code in (403, 404, 422)
    assert not AssignmentRule.objects.exists()
    assert browse(staff.boss).post("/assignment-rules/new", facts, headers=HTMX).status_code == 204
    rule = AssignmentRule.objects.get()
    assert not rule.active
    for user in (staff.ann, staff.ben):
        for path in (f"/assignment-rules/{rule.pk}/conditions", f"/assignment-rules/try?entity={LEADS.label}"):
            assert browse(user).get(path).status_code == 404

    assert "/assignment-rules/" in text_of(browse(staff.boss).get("/settings/"))


@pytest.mark.feature("C23")
def test_a_rule_leads_to_somebody(staff: Staff, browse: Browse, pool: Pool) -> None:
    client = browse(staff.boss)
    facts = {"name": "展会", "entity": LEADS.label, "how": "turn"}
    answer = client.post("/assignment-rules/new", facts, headers=HTMX)
    assert answer.status_code == 422
    assert "请选择分给谁：人员或部门。" in text_of(answer)
    sea = make_pool("公海", members=[staff.ann])
    facts = {**facts, "how": "pool", "pool": sea.pk}
    answer = client.post("/assignment-rules/new", facts, headers=HTMX)
    assert answer.status_code == 422
    assert "这个池放的是另一类数据。" in text_of(answer)
    assert not AssignmentRule.objects.exists()


@pytest.mark.feature("C23")
def test_conditions_are_written_with_the_filter_of_the_list(staff: Staff, browse: Browse, pool: Pool) -> None:
    rule, client = make_rule("展会", people=[staff.cat], active=False), browse(staff.boss)
    path = f"/assignment-rules/{rule.pk}/conditions"
    assert "来源" in text_of(client.get(path))
    line = {"row-0-group": "0", "row-0-field": "source", "row-0-operator": "one_of", "row-0-value": "fair"}
    assert client.post(path, {**line, "apply": "1"}, headers=HTMX).status_code == 204
    assert "来源 是 展会" in text_of(client.get(f"/assignment-rules/{rule.pk}/"))
    assert "展会" in text_of(client.get(path))
    bad = {**line, "row-0-field": "region", "row-0-operator": "in", "row-0-value": "火星", "apply": "1"}
    assert client.post(path, bad, headers=HTMX).status_code == 422
    assert fresh(rule).conditions == conditions_of(LEADS, group(("source", "one_of", "fair")))


@pytest.mark.feature("C23")
def test_contradictions_are_shown_before_saving(staff: Staff, browse: Browse, pool: Pool) -> None:
    make_rule("所有", people=[staff.ann], position=1)
    facts: dict[str, Any] = {
        "name": "展会", "entity": LEADS.label, "how": "turn", "people": staff.cat.pk, "position": 2, "active": "1",
    }  # fmt: skip
    client = browse(staff.boss)
    answer = client.post("/assignment-rules/new", facts, headers=HTMX)
    assert answer.status_code == 422
    said = "“所有”和“展会”的条件相同，却分给不同的人；以排在前面的为准。"
    assert said in text_of(answer)
    assert client.post("/assignment-rules/new", {**facts, "seen": said}, headers=HTMX).status_code == 204
    rule = AssignmentRule.objects.get(name="展会")
    path = f"/assignment-rules/{rule.pk}/conditions"
    line = {"row-0-group": "0", "row-0-field": "source", "row-0-operator": "one_of", "row-0-value": "fair"}
    answer = client.post(path, {**line, "apply": "1"}, headers=HTMX)
    said = "“展会”永远轮不到：排在前面的“所有”已经全部拿走。"
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert fresh(rule).conditions == {}
    assert client.post(path, {**line, "apply": "1", "seen": said}, headers=HTMX).status_code == 204
    assert fresh(rule).conditions


A, B = ("source", "one_of", ["fair"]), ("region", "in", "441900")


@pytest.mark.feature("C23")
@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ((), (A,), True),
        ((A,), (), False),
        ((A,), (A, B), True),
        ((A, B), (A,), False),
        ((("source", "one_of", ["fair", "web"]),), (A,), True),
        ((A,), (("source", "one_of", ["fair", "web"]),), False),
        ((("region", "in", "440000"),), (B,), True),
        ((B,), (("region", "in", "440000"),), False),
        ((("product", "contains", "车床"),), (("product", "contains", "数控车床"),), True),
        ((("product", "contains", "数控车床"),), (("product", "contains", "车床"),), False),
        ((("source", "filled", ""),), (A,), True),
        ((("source", "filled", ""),), (("source", "none_of", ["fair"]),), False),
    ],
)
@pytest.mark.django_db
def test_what_follows_from_what(wide: Any, narrow: Any, covered: bool) -> None:
    assert covers(group(*wide), group(*narrow)) is covered


@pytest.mark.feature("C23")
def test_a_rule_that_fits_nothing_and_one_for_closed_people(staff: Staff, browse: Browse, pool: Pool) -> None:
    rule = make_rule("矛盾", people=[staff.cat], active=False)
    both = conditions_of(LEADS, group(A, ("source", "one_of", ["web"])))
    said = [str(each) for each in RULES.check_values({"conditions": both}, rule, staff.boss)]
    assert len(said) == 1
    assert "这条规则不会命中任何数据" in said[0]
    User._base_manager.filter(pk=staff.cat.pk).update(is_active=False)
    versioned.forget()
    said = [str(each) for each in RULES.check_values({"people": [fresh(staff.cat)]}, rule, staff.boss)]
    assert any("这些账号已停用，会跳过：蔡晓。" in each for each in said)


@pytest.mark.feature("C23")
def test_the_rules_are_tried_and_nothing_changes(staff: Staff, browse: Browse, pool: Pool) -> None:
    fair, other = loose(pool, source="fair", person="展会来的"), loose(pool, person="别处来的")
    run_ready_jobs()
    make_rule("展会", A, people=[staff.cat])
    page = text_of(browse(staff.boss).get(f"/assignment-rules/try?entity={LEADS.label}"))
    assert "展会" in page
    assert "蔡晓 1" in page
    assert "没有规则适合这条数据。" in page
    assert {fresh(each).owner for each in (fair, other)} == {pool.account}
    assert not Assigned.objects.exists()
    mine = make_lead(staff.ann, source="fair", company="已有主")
    page = text_of(browse(staff.boss).get(f"/assignment-rules/try?entity={LEADS.label}&all=1"))
    assert str(mine) in page
    assert "蔡晓 2" in page


@pytest.mark.feature("C23")
def test_the_log_of_a_rule_names_only_what_the_reader_sees(staff: Staff, browse: Browse, pool: Pool) -> None:
    rule = make_rule("展会", A, people=[staff.cat])
    lead = loose(pool, source="fair", company="上海明达电子有限公司")
    run_ready_jobs()
    path = f"/assignment-rules/{rule.pk}/panel/did"
    assert lead.name in text_of(browse(staff.boss).get(path))
    page = text_of(browse(staff.ann).get(path))
    assert lead.name not in page
    assert "您看不到的记录" in page
