"""Opportunities are scored by rules, fit and intent apart: written, tried, explained, kept up with what happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.customers.models import Contact
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.people.models import User
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.models import Lead, Opportunity, OpportunityDecider, ScoreRule
from haike.sales.opportunity.record import LOST
from haike.sales.opportunity.score.compute import score_all, score_opportunities
from haike.sales.score.record import BUYER, CHANCE, PERSON, SAID
from haike.sales.score.rules import save_rule
from haike.sales.testing import make_lead, make_opportunity
from haike.work.models import FollowUp

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
pytestmark = [pytest.mark.django_db, pytest.mark.feature("O1", "L6")]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def scores(opportunity: Any) -> tuple[int | None, int | None]:
    found = Opportunity._base_manager.get(pk=opportunity.pk)
    return found.fit, found.intent


def line(field: str, op: str, value: Any = "") -> str:
    return json.dumps({"all": [{"field": field, "op": op, "value": value}]})


def rule(staff: Staff, name: str, condition: str, points: int, about: str, **more: Any) -> ScoreRule:
    values = {"name": name, "about": about, "condition": condition, "points": points, **more}
    return save_rule(ScoreRule(about=about), values, version=0, by=staff.boss)


@pytest.fixture
def rules(staff: Staff) -> list[ScoreRule]:
    return [
        rule(staff, "金额够大", line("worth", "least", "50000"), 30, CHANCE),
        rule(staff, "机械行业", line("industry", "one_of", ["machinery"]), 25, BUYER),
        rule(staff, "谈出结果", line("result", "one_of", ["agreed"]), 20, SAID, halves_after=10, times=2),
        rule(staff, "有人支持", line("attitude", "one_of", ["supports"]), 35, PERSON),
    ]


def test_rules_are_written_on_a_screen_of_their_own_and_tried(staff: Staff, browse: Browse) -> None:
    chance, lead = make_opportunity(staff.ann, make_customer(staff.ann), needs="冷库"), make_lead(staff.ann)
    boss, base = browse(staff.boss), "/opportunities/scoring"
    assert browse(staff.ann).get(base).status_code == 404
    assert "商机还没有评分" in text_of(boss.get(base))
    typed = {
        "name": "需求清楚", "points": "35", "version": "", "group-0-match": "all", "row-0-group": "0",
        "row-0-field": "needs", "row-0-operator": "filled", "row-0-value": "",
    }  # fmt: skip
    tried = boss.post(f"{base}/rules/new?about=chance", {**typed, "try": "1"}, headers=HTMX)
    assert tried.status_code == 200
    assert "30–39" in text_of(tried)
    assert (ScoreRule.objects.count(), scores(chance)) == (0, (None, None))
    assert boss.post(f"{base}/rules/new?about=chance", typed, headers=HTMX).status_code == 204
    score_all.func()
    assert scores(chance) == (35, None)
    # Leads have rules of their own: neither page shows those of the other, nor changes them.
    one = ScoreRule.objects.get()
    assert "需求清楚" not in text_of(boss.get("/leads/scoring"))
    assert boss.get(f"/leads/scoring/rules/{one.pk}").status_code == 404
    assert Lead.objects.get(pk=lead.pk).score is None
    with pytest.raises(Refused):
        rule(staff, "已赢单", line("state", "one_of", ["won"]), 10, CHANCE)
    assert boss.post(f"{base}/rules/{one.pk}/delete", headers=HTMX).status_code in (200, 204)
    assert not ScoreRule.objects.exists()
    assert boss.post(f"{base}/rules/usual", headers=HTMX).status_code in (200, 204)
    page = text_of(boss.get(base))
    assert "不计分" not in page
    assert ScoreRule.objects.count() == 11


def test_both_scores_follow_what_is_written_and_explain_themselves(
    staff: Staff, browse: Browse, rules: list[ScoreRule], django_capture_on_commit_callbacks: Any
) -> None:
    customer = make_customer(staff.ann)
    chance = make_opportunity(staff.ann, customer, amount=Decimal(10))
    assert scores(chance) == (0, 0)
    entity_of(chance).change(chance, by=staff.ann, amount=Decimal(80_000))
    assert scores(chance) == (30, 0)
    entity_of(customer).change(customer, by=staff.ann, industry="machinery")
    assert scores(chance) == (55, 0)
    entity_of(FollowUp).create(by=staff.ann, customer=customer, content="谈妥了", result="agreed")
    assert scores(chance) == (55, 20)
    contact = entity_of(Contact).create(by=staff.ann, customer=customer, name="赵总")
    person = entity_of(OpportunityDecider).create(
        by=staff.ann, opportunity=chance, contact=contact, attitude="supports"
    )
    assert scores(chance) == (55, 55)
    ann = browse(staff.ann)
    page = text_of(ann.get(f"/opportunities/{chance.pk}/"))
    assert all(
        word in page for word in ("匹配度 55", "意向度 55", "金额够大", "机械行业", "谈出结果", "有人支持", "+35")
    )
    with django_capture_on_commit_callbacks(execute=True):
        entity_of(person).remove(person, by=staff.ann)
    assert scores(chance) == (55, 20)
    # Nobody types a score, and what is closed keeps the one that it had.
    ann.patch(f"/api/v1/opportunities/{chance.pk}", {"fit": 99}, content_type="application/json")
    assert scores(chance) == (55, 20)
    entity_of(chance).change(Opportunity.objects.get(pk=chance.pk), by=staff.ann, state=LOST, lost_reason="price")
    for one in rules:
        ScoreRule.objects.filter(pk=one.pk).update(points=1)
    score_all.func()
    assert scores(chance) == (55, 20)


def test_the_best_come_first_in_list_filter_and_on_the_board(
    staff: Staff, browse: Browse, rules: list[ScoreRule]
) -> None:
    customer = make_customer(staff.ann)
    for title, amount in (("小单", 10), ("大单", 90_000)):
        make_opportunity(staff.ann, customer, title, amount=Decimal(amount))
    ann = browse(staff.ann)
    page = text_of(ann.get("/opportunities/?sort=-fit"))
    assert page.index("大单") < page.index("小单")
    found = text_of(ann.get("/opportunities/", {"f": line("fit", "least", "30")}))
    assert "大单" in found
    assert "小单" not in found
    assert ann.get("/opportunities/?tab=best").status_code == 200
    assert 'title="匹配度"' in text_of(ann.get("/opportunities/board"))
    assert '"fit":30' in text_of(ann.get("/api/v1/opportunities/")).replace(" ", "")


def test_points_of_talks_grow_old_and_older_talks_do_not_count(staff: Staff, rules: list[ScoreRule]) -> None:
    customer, now = make_customer(staff.ann), timezone.now()
    entity_of(FollowUp).create(
        by=staff.ann, customer=customer, content="早先谈过", result="agreed", at=now - timedelta(days=3)
    )
    chance = make_opportunity(staff.ann, customer)
    assert scores(chance) == (0, 0)
    with writer():
        Opportunity._base_manager.filter(pk=chance.pk).update(created_at=now - timedelta(days=30))
        FollowUp._base_manager.update(at=now - timedelta(days=10))
    score_all.func()
    assert scores(chance) == (0, 10)


def test_a_batch_is_scored_in_as_many_queries_as_one(staff: Staff, rules: list[ScoreRule]) -> None:
    made = [
        make_opportunity(staff.ann, make_customer(staff.ann, f"客户{at}"), amount=Decimal(60_000)) for at in range(12)
    ]

    def asked(keys: list[int]) -> int:
        with writer():
            Opportunity._base_manager.update(fit=None, intent=None)
        with CaptureQueriesContext(connection) as caught:
            assert score_opportunities(keys) == len(keys)
        return len(caught)

    one = asked([made[0].pk])
    assert asked([each.pk for each in made]) == one <= 10
    assert scores(made[-1]) == (30, 0)
