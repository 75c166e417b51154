"""Scores of leads through HTTP: rules, what is learned, who sees which reason."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.record import writer
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.lead.actions import write_follow_up
from haike.sales.lead.record import CONVERTED, VOID, Lead, LeadFollowUp
from haike.sales.lead.score import learn as learning
from haike.sales.lead.score.compute import score_all, score_leads
from haike.sales.lead.score.learn import learn, learn_weekly
from haike.sales.score.record import LEAD, TALK, ScoreModel, ScoreRule
from haike.sales.score.rules import save_rule
from haike.sales.testing import make_lead

pytestmark = [pytest.mark.django_db, pytest.mark.feature("L6")]
Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def fresh(lead: Lead) -> Any:
    return Lead._base_manager.get(pk=lead.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def line(field: str, op: str, value: Any = "") -> str:
    return json.dumps({"all": [{"field": field, "op": op, "value": value}]})


def rule(staff: Staff, name: str, condition: str, points: int, about: str = LEAD, **more: Any) -> ScoreRule:
    values = {"name": name, "about": about, "condition": condition, "points": points, **more}
    return save_rule(ScoreRule(about=about), values, version=0, by=staff.boss)


@pytest.fixture
def rules(staff: Staff) -> list[ScoreRule]:
    return [
        rule(staff, "客户介绍来的", line("source", "one_of", ["referral"]), 40),
        rule(staff, "预算充足", line("budget", "least", "100000"), 30),
        rule(staff, "谈出结果", line("result", "one_of", ["wants_quote"]), 20, TALK, halves_after=10, times=2),
    ]


def test_a_rule_is_written_on_a_screen_tried_and_counts(staff: Staff, browse: Browse) -> None:
    lead = make_lead(staff.ann, source="referral")
    boss = browse(staff.boss)
    page = text_of(boss.get("/leads/scoring"))
    assert "线索还没有评分" in page
    typed = {
        "name": "客户介绍来的", "points": "35", "version": "", "group-0-match": "all", "row-0-group": "0",
        "row-0-field": "source", "row-0-operator": "one_of", "row-0-value": "referral",
    }  # fmt: skip
    tried = boss.post("/leads/scoring/rules/new?about=lead", {**typed, "try": "1"}, headers=HTMX)
    assert tried.status_code == 200
    assert "30–39" in text_of(tried)
    assert not ScoreRule.objects.exists()
    assert fresh(lead).score is None
    saved = boss.post("/leads/scoring/rules/new?about=lead", typed, headers=HTMX)
    assert saved.status_code == 204
    assert Change.objects.get(entity="sales.scorerule").by_id == staff.boss.pk
    score_all.func()
    assert (fresh(lead).score, fresh(lead).grade) == (35, "C")
    assert "客户介绍来的" in text_of(boss.get("/leads/scoring"))
    assert "+35" in text_of(browse(staff.ann).get(f"/leads/{lead.pk}/"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"points": "0"}, "没有分数"),
        ({"points": "500"}, "100"),
        ({"row-0-field": "", "row-0-value": ""}, "添加条件"),
        ({"row-0-field": "state", "row-0-operator": "one_of", "row-0-value": "converted"}, "结果"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(staff: Staff, browse: Browse, typed: dict[str, str], said: str) -> None:
    whole = {
        "name": "规则", "points": "10", "row-0-group": "0", "row-0-field": "source", "row-0-operator": "one_of",
        "row-0-value": "referral", **typed,
    }  # fmt: skip
    answer = browse(staff.boss).post("/leads/scoring/rules/new?about=lead", whole, headers=HTMX)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not ScoreRule.objects.exists()


def test_only_who_keeps_the_rules_finds_them(staff: Staff, browse: Browse, rules: list[ScoreRule]) -> None:
    for user in (staff.ann, staff.cat):
        client = browse(user)
        assert client.get("/leads/scoring").status_code == 404
        assert client.get(f"/leads/scoring/rules/{rules[0].pk}").status_code == 404
        assert client.post(f"/leads/scoring/rules/{rules[0].pk}/delete").status_code == 404
        assert client.post("/leads/scoring/learn").status_code == 404
        assert "/leads/scoring" not in text_of(client.get("/leads/"))
    assert ScoreRule.objects.count() == 3


def test_two_administrators_do_not_overwrite_each_other(staff: Staff, rules: list[ScoreRule]) -> None:
    save_rule(rules[0], {"points": 41}, version=1, by=staff.boss)
    with pytest.raises(Refused):
        save_rule(rules[0], {"points": 42}, version=1, by=staff.boss)
    assert ScoreRule.objects.get(pk=rules[0].pk).points == 41


def test_the_score_follows_what_is_written(staff: Staff, browse: Browse, rules: list[ScoreRule]) -> None:
    ann = browse(staff.ann)
    lead = make_lead(staff.ann, source="referral")
    assert (lead.score, lead.grade) == (40, "C")
    version = fresh(lead).version
    ann.post(f"/leads/{lead.pk}/field/budget", {"budget": "150000", "version": version}, headers=HTMX)
    assert (fresh(lead).score, fresh(lead).grade) == (70, "A")
    ann.post("/lead-follow-ups/new", {"lead": lead.pk, "manner": "call", "content": "要报价", "result": "wants_quote"})
    assert fresh(lead).score == 90
    ann.post(f"/lead-follow-ups/{LeadFollowUp.objects.get().pk}/delete")
    assert fresh(lead).score == 70
    # It is no work of the user's: neither a version nor a line in the log.
    assert not Change.objects.filter(entity="sales.lead", diff__has_key="score").exists()


def test_points_of_talks_grow_old_by_night(staff: Staff, rules: list[ScoreRule]) -> None:
    lead = make_lead(staff.ann)
    now = timezone.now()
    for days in (10, 20, 21):
        write_follow_up(lead, content="要报价", by=staff.ann, at=now - timedelta(days=days), result="wants_quote")
    # The newest two count: 20 halved once, and halved twice.
    assert fresh(lead).score == 15
    with writer():
        LeadFollowUp._base_manager.update(at=now - timedelta(days=100))
    assert score_all.func() == {"leads": 1, "changed": 1}
    assert fresh(lead).score == 0


def test_a_deleted_rule_takes_its_points_along(staff: Staff, browse: Browse, rules: list[ScoreRule]) -> None:
    lead = make_lead(staff.ann, source="referral")
    for each in rules:
        assert browse(staff.boss).post(f"/leads/scoring/rules/{each.pk}/delete", headers=HTMX).status_code == 204
    score_all.func()
    assert (fresh(lead).score, fresh(lead).grade) == (None, "")
    assert "tab=best" not in text_of(browse(staff.ann).get("/leads/"))


def test_the_best_come_first_everywhere(staff: Staff, browse: Browse, rules: list[ScoreRule]) -> None:
    weak = make_lead(staff.ann, "弱线索有限公司")
    good = make_lead(staff.ann, "好线索有限公司", source="referral", budget=200000)
    middle = make_lead(staff.ann, "中线索有限公司", source="referral")
    other = make_lead(staff.cat, "别人的线索有限公司", source="referral", budget=200000)
    ann = browse(staff.ann)
    page = text_of(ann.get("/leads/?tab=best"))
    places = [page.index(each.company) for each in (good, middle, weak)]
    assert places == sorted(places)
    assert other.company not in page
    page = text_of(ann.get("/leads/?" + "f=" + line("score", "least", "50")))
    assert good.company in page
    assert middle.company not in page
    found = ann.get("/api/v1/leads/", {"sort": "-score"}).json()["items"]
    assert [each["score"] for each in found] == [70, 40, 0]
    assert found[0]["grade"] == "A"


def test_nobody_types_a_score(staff: Staff, browse: Browse, rules: list[ScoreRule]) -> None:
    lead = make_lead(staff.ann)
    browse(staff.ann).post(f"/leads/{lead.pk}/edit", {"company": lead.company, "score": "99", "version": lead.version})
    assert fresh(lead).score == 0


def test_a_reason_names_no_field_that_the_reader_may_not_see(
    staff: Staff, browse: Browse, rules: list[ScoreRule]
) -> None:
    lead = make_lead(staff.ann, source="referral", budget=200000)
    write_follow_up(lead, content="要报价", by=staff.ann, result="wants_quote")
    page = text_of(browse(staff.ann).get(f"/leads/{lead.pk}/"))
    assert "预算充足" in page
    assert "看不到的" not in page
    role = Role.objects.get(key="sales")
    entity_of(Role).change(role, by=staff.boss, field_rights={"sales.lead": {"budget": "hidden"}})
    page = text_of(browse(staff.ann).get(f"/leads/{lead.pk}/"))
    assert "预算充足" not in page
    assert "客户介绍来的" in page
    assert "看不到的" in page
    assert browse(staff.cat).get(f"/leads/{lead.pk}/").status_code == 404


# -- learning ----------------------------------------------------------------------------------------------------------


def history(staff: Staff, number: int = 240) -> None:
    """Leads that ended: those recommended were mostly won, those without a company mostly lost."""
    for at in range(number):
        good = at % 3 == 0
        won = at % 10 < 8 if good else at % 10 < 2
        company = "东莞某某有限公司" if at % 2 else ""
        lead = make_lead(staff.ann, company, person=f"某人{at}", source="referral" if good else "search")
        with writer():
            Lead._base_manager.filter(pk=lead.pk).update(
                state=CONVERTED if won else VOID, converted_at=timezone.now() if won else None
            )


def test_too_few_cases_are_refused_in_words(staff: Staff, browse: Browse) -> None:
    history(staff, 30)
    answer = browse(staff.boss).post("/leads/scoring/learn", headers=HTMX)
    assert answer.status_code == 422
    assert "案例太少" in text_of(answer)
    assert "案例太少" in text_of(browse(staff.boss).get("/leads/scoring"))
    assert "案例太少" in learn_weekly.func()["message"]
    with pytest.raises(Refused):
        learn(by=None)
    assert not ScoreModel.objects.exists()


def test_the_model_is_learned_kept_and_explains(staff: Staff, browse: Browse, rules: list[ScoreRule]) -> None:
    history(staff)
    model = learn(by=staff.boss.pk)
    assert (model.won + model.lost, model.in_use) == (240, True)
    assert model.auc > 0.7
    assert model.rules_auc is not None
    assert model.miscalibration < 0.15
    assert sum(band[0] for band in model.bands) == 240
    good = make_lead(staff.ann, "好线索有限公司", source="referral")
    weak = make_lead(staff.ann, "弱线索有限公司", source="search")
    assert good.chance > 60 > 40 > weak.chance
    page = text_of(browse(staff.ann).get(f"/leads/{good.pk}/"))
    assert "来源：老客户介绍" in page
    assert f"{good.chance}%" in page
    page = text_of(browse(staff.ann).get("/leads/?tab=best"))
    assert page.index(good.company) < page.index(weak.company)
    page = text_of(browse(staff.boss).get("/leads/scoring"))
    assert f"{model.auc:.3f}" in page


def test_a_model_is_taken_out_of_use(staff: Staff, browse: Browse) -> None:
    history(staff)
    model, boss = learn(by=None), browse(staff.boss)
    lead = make_lead(staff.ann, source="referral")
    assert fresh(lead).chance is not None
    assert boss.post(f"/leads/scoring/models/{model.pk}/use", {"on": "0"}, headers=HTMX).status_code == 204
    score_all.func()
    assert fresh(lead).chance is None
    assert boss.post(f"/leads/scoring/models/{model.pk}/use", {"on": "1"}, headers=HTMX).status_code == 204
    score_all.func()
    assert fresh(lead).chance is not None


def test_a_model_that_tells_nothing_is_kept_but_not_used(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    history(staff, 150)
    monkeypatch.setattr(learning, "foretell_apart", lambda rows, won: [0.5] * len(rows))
    model = learn(by=None)
    assert (model.auc, model.in_use) == (0.5, False)
    assert make_lead(staff.ann, source="referral").chance is None


def test_a_batch_of_leads_is_scored_in_few_queries(staff: Staff, rules: list[ScoreRule]) -> None:
    keys = [make_lead(staff.ann, f"公司{n}有限公司", source="referral").pk for n in range(30)]
    with writer():
        Lead._base_manager.update(score=None, grade="")
    score_leads(keys)
    with writer():
        Lead._base_manager.update(score=None, grade="")
    with CaptureQueriesContext(connection) as seen:
        assert score_leads(keys) == 30
    assert len(seen) <= 5


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-100, 100).filter(bool), st.sampled_from(["filled", "empty"])), max_size=6))
def test_a_score_stays_between_0_and_100(staff: Staff, wanted: list[tuple[int, str]]) -> None:
    ScoreRule.objects.all().delete()
    versioned.bump("lead_scores")
    versioned.forget()
    for number, (points, op) in enumerate(wanted):
        rule(staff, f"规则{number}", line("company", op), points)
    lead = make_lead(staff.ann)
    true = sum(points for points, op in wanted if op == "filled")
    assert lead.score == (max(0, min(100, true)) if wanted else None)
