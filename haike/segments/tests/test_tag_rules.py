"""Tags by rule: they come and go with the conditions; what people hang stays; the preview says what the run does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.segments.models import SweepRun, TagRule
from haike.segments.sweep import run as running
from haike.segments.sweep.run import start, sweep_all
from haike.segments.tag_rule.work import SWEEP
from haike.talk.models import Tag, Tagged
from haike.talk.tag.actions import make_tag, tag_many

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("C8"), pytest.mark.django_db]
ENTITY = "customers.customer"
NAMED = {"field": "name", "op": "contains", "value": "海"}


def make_rule(by: Any, name: str = "沿海", *lines: dict[str, Any], runs: bool = True) -> Any:
    conditions = {"of": ENTITY, "filter": {"all": list(lines or (NAMED,))}}
    return entity_of(TagRule).create(by=by, name=name, entity=ENTITY, conditions=conditions, runs=runs)


def tagged(rule: Any) -> set[str]:
    keys = Tagged.objects.filter(tag=rule.tag_key).values("record_id")
    return set(Customer._base_manager.filter(pk__in=keys).values_list("name", flat=True))


def test_the_tag_comes_and_goes_with_the_conditions(staff: Staff, browse: Browse) -> None:
    sea, __ = make_customer(staff.ann, "上海甲"), make_customer(staff.cat, "北京乙")
    by_hand = make_customer(staff.ann, "苏州丙")
    rule = make_rule(staff.boss)
    tag_many(entity_of(Customer), [by_hand.pk], add=[rule.tag_key], by=staff.ann)
    sweep_all.call()
    assert tagged(rule) == {"上海甲", "苏州丙"}
    assert "沿海</span>" in browse(staff.ann).get(f"/customers/{sea.pk}/").content.decode()
    row = Change.objects.get(entity=ENTITY, record_id=sea.pk, action="tag")
    assert (row.diff, row.by_name) == ({"tags": [[], ["沿海"]]}, "rules")
    entity_of(Customer).change(sea, by=staff.ann, name="广州甲")
    sweep_all.call()
    assert tagged(rule) == {"苏州丙"}
    assert [(each.came, each.left, each.state) for each in SweepRun.objects.order_by("pk")] == [
        (1, 0, "done"),
        (0, 1, "done"),
    ]


def test_preview_run_and_log_on_the_page(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "上海甲")
    make_customer(staff.ann, "海口乙")
    boss = browse(staff.boss)
    answer = boss.post("/tag-rules/new", {"name": "沿海", "entity": ENTITY})
    assert answer.status_code == 302
    rule = TagRule.objects.get()
    assert Tag.objects.get(pk=rule.tag_key).name == "沿海"
    assert "请先设置条件" in boss.get(f"/tag-rules/{rule.pk}/sweep").content.decode()
    line = {"row-0-group": "0", "row-0-field": "name", "row-0-operator": "contains", "row-0-value": "海"}
    assert boss.post(f"/tag-rules/{rule.pk}/conditions", {**line, "apply": "1"}).status_code == 302
    page = boss.get(f"/tag-rules/{rule.pk}/sweep")
    assert (page.context["tally"].came, page.context["tally"].left) == (2, 0)
    assert not Tagged.objects.exists(), "the preview writes nothing"
    assert boss.post(f"/tag-rules/{rule.pk}/sweep").status_code == 302
    rule.refresh_from_db()
    assert tagged(rule) == {"上海甲", "海口乙"}
    assert "总经理" in boss.get(f"/tag-rules/{rule.pk}/panel/sweeps").content.decode() or SweepRun.objects.get().by_id


def test_only_the_grant_sets_rules_up(staff: Staff, browse: Browse) -> None:
    rule, ann = make_rule(staff.boss), browse(staff.ann)
    assert ann.get(f"/tag-rules/{rule.pk}/").status_code == 200
    before = TagRule.objects.values().get()
    for answer in (
        ann.post("/tag-rules/new", {"name": "x", "entity": ENTITY}),
        ann.post(f"/tag-rules/{rule.pk}/edit", {"name": "沿海", "runs": "", "version": 1}),
        ann.post(f"/tag-rules/{rule.pk}/conditions", {"apply": "1"}),
        ann.get(f"/tag-rules/{rule.pk}/sweep"),
        ann.post(f"/tag-rules/{rule.pk}/sweep"),
        ann.post(f"/tag-rules/{rule.pk}/delete"),
    ):
        assert answer.status_code in (403, 404, 422)
    assert TagRule.objects.values().get() == before
    assert not SweepRun.objects.exists()


def test_senseless_rules_are_refused(staff: Staff) -> None:
    rule = make_rule(staff.boss)
    make_tag("别的", colour="red", shared=True, by=staff.boss)
    with pytest.raises(Refused):
        make_rule(staff.boss)  # a second one for the same tag
    with pytest.raises(Refused):
        entity_of(TagRule).create(by=staff.boss, name="空", entity=ENTITY, runs=True)
    for line in (
        {"field": "owner", "op": "one_of", "value": ["me"]},
        {"field": "tags", "op": "one_of", "value": [str(rule.tag_key)]},
    ):
        conditions = {"of": ENTITY, "filter": {"all": [line]}}
        with pytest.raises(Refused):
            entity_of(TagRule).change(rule, by=staff.boss, conditions=conditions)


def test_a_deleted_rule_takes_its_tags_along(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "上海甲")
    hand = make_customer(staff.ann, "海口乙")
    rule = make_rule(staff.boss)
    tag_many(entity_of(Customer), [hand.pk], add=[rule.tag_key], by=staff.ann)
    start(SWEEP, rule, by=staff.boss)
    assert tagged(rule) == {"上海甲", "海口乙"}
    assert browse(staff.boss).post(f"/tag-rules/{rule.pk}/delete").status_code in (204, 302)
    assert tagged(rule) == {"海口乙"}
    sweep_all.call()
    assert tagged(rule) == {"海口乙"}


def test_a_rule_that_cannot_run_stands_in_the_log_and_holds_up_nobody(staff: Staff) -> None:
    make_customer(staff.ann, "上海甲")
    broken, good = make_rule(staff.boss, "坏"), make_rule(staff.boss, "好")
    Tag.objects.filter(pk=broken.tag_key).delete()
    sweep_all.call()
    states = dict(SweepRun.objects.values_list("rule", "state"))
    assert states == {broken.pk: "failed", good.pk: "done"}
    assert tagged(good) == {"上海甲"}


def test_many_records_are_a_job_that_goes_on_where_it_was(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 2)
    monkeypatch.setattr(running, "STRETCH", 2)
    for number in range(5):
        make_customer(staff.ann, f"上海{number}")
    rule = make_rule(staff.boss)
    run = start(SWEEP, rule, by=staff.boss)
    assert (run.state, bool(run.job)) == ("running", True)
    assert not Tagged.objects.exists()
    with pytest.raises(Refused):
        start(SWEEP, rule, by=staff.boss)
    running.sweep_one.call(run=run.pk, by=staff.boss.pk)
    assert len(tagged(rule)) == 5
    run.refresh_from_db()
    assert (run.came, run.state) == (5, "done")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=6))
def test_the_run_does_what_the_preview_says(staff: Staff, data: list[tuple[bool, bool, bool]]) -> None:
    """For any mixture of records that met the conditions, meet them now, and carry the tag by hand."""
    with transaction.atomic():
        point = transaction.savepoint()
        entity = entity_of(Customer)
        rule = make_rule(staff.boss, "混")
        made = [make_customer(staff.ann, f"{'海' if was else '山'}{n}") for n, (was, __, ___) in enumerate(data)]
        tag_many(entity, [c.pk for c, row in zip(made, data, strict=True) if row[2]], add=[rule.tag_key], by=staff.ann)
        start(SWEEP, rule, by=staff.boss)
        for n, (customer, (__, now, ___)) in enumerate(zip(made, data, strict=True)):
            entity.change(customer, by=staff.ann, name=f"{'海' if now else '山'}{n}新")
        tally, run = SWEEP.foresee(rule), start(SWEEP, rule, by=staff.boss)
        assert (tally.came, tally.left) == (run.came, run.left)
        assert len(tagged(rule)) == sum(now or hand for __, now, hand in data)
        again = SWEEP.foresee(rule)
        assert (again.came, again.left) == (0, 0)
        transaction.savepoint_rollback(point)
