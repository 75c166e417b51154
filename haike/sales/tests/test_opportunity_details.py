"""Needs, solutions, competitors and who decides: seen with their opportunity, from templates, by form and API."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from haike.customers.models import Contact
from haike.customers.testing import make_customer
from haike.files.attachment.actions import attach_link
from haike.files.models import Attachment
from haike.kernel.entity import entity_of
from haike.people.models import User
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.models import Competitor, Need, OpportunityDecider, Solution, SolutionTemplate
from haike.sales.testing import make_opportunity

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
JSON = "application/json"
pytestmark = [pytest.mark.django_db, pytest.mark.feature("O6")]


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def make(model: Any, by: Any, opportunity: Any, **values: Any) -> Any:
    return entity_of(model).create(by=by, opportunity=opportunity, **values)


def test_all_of_it_is_seen_with_its_opportunity_and_goes_to_its_new_owner(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    contact = entity_of(Contact).create(by=staff.ann, customer=customer, name="赵总")
    chance = make_opportunity(staff.ann, customer)
    rows = [
        make(Need, staff.ann, chance, what="零下 25 度"),
        make(Solution, staff.ann, chance, title="双机组方案"),
        make(Competitor, staff.ann, chance, rival="local"),
        make(OpportunityDecider, staff.ann, chance, contact=contact),
    ]
    paths = [
        path for row in rows for path in (entity_of(row).url_of(row), f"/api/v1/{entity_of(row).slug}/{row.pk}")
    ] + [f"/opportunities/{chance.pk}/panel/{key}" for key in ("tree", "solutions")]
    ann, ben, cat = (browse(user) for user in (staff.ann, staff.ben, staff.cat))
    assert [client.get(path).status_code for client in (ann, ben) for path in paths] == [200] * 2 * len(paths)
    assert {cat.get(path).status_code for path in paths} == {404}
    entity_of(chance).change(chance, by=staff.boss, owner=staff.cat)
    assert {cat.get(path).status_code for path in paths} == {200}
    assert {ann.get(path).status_code for path in paths} == {404}


def test_needs_say_by_what_they_are_met(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    chance, other = make_opportunity(staff.ann, customer), make_opportunity(staff.ann, customer, "另一个")
    solution, elsewhere = (make(Solution, staff.ann, each, title="双机组方案") for each in (chance, other))
    ann = browse(staff.ann)
    typed = {"opportunity": chance.pk, "what": "断电后保温 8 小时", "importance": "must", "met": "open"}
    no = ann.post("/needs/new", {**typed, "solution": elsewhere.pk}, headers=HTMX)
    assert no.status_code == 422
    assert "这个解决方案属于另一个商机" in text_of(no)
    assert not Need.objects.exists()
    assert ann.post("/needs/new", {**typed, "solution": solution.pk}).status_code == 302
    need = Need.objects.get()
    page = text_of(ann.get(f"/opportunities/{chance.pk}/?tab=needs-opportunity"))
    assert all(word in page for word in ("断电后保温 8 小时", "必须满足", "双机组方案"))
    assert f"/needs/{need.pk}/" in text_of(ann.get("/needs/?tab=open"))
    entity_of(need).change(need, by=staff.ann, met="met")
    assert f"/needs/{need.pk}/" not in text_of(ann.get("/needs/?tab=open"))


def test_a_competitor_stands_once_with_a_price_in_the_money_of_the_opportunity(staff: Staff, browse: Browse) -> None:
    chance = make_opportunity(staff.ann, make_customer(staff.ann))
    ann = browse(staff.ann)
    typed = {"opportunity": chance.pk, "rival": "import", "price": "88000", "strengths": "品牌", "weaknesses": "交期"}
    assert ann.post("/competitors/new", typed).status_code == 302
    made = Competitor.objects.get()
    assert (made.price, made.currency) == (Decimal(88000), chance.currency)
    page = text_of(ann.get(f"/opportunities/{chance.pk}/?tab=competitors-opportunity"))
    assert all(word in page for word in ("进口品牌", "88,000", "品牌", "交期"))
    twice = ann.post("/competitors/new", typed, headers=HTMX)
    assert twice.status_code == 422
    assert "这个竞争对手已经登记过" in text_of(twice)


def test_the_tree_offers_the_people_of_the_customer_and_has_no_circle(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    chance, other = make_opportunity(staff.ann, customer), make_opportunity(staff.ann, customer, "另一个")
    people = entity_of(Contact)
    top, low = (
        people.create(by=staff.ann, customer=customer, name=name, decision_role=role)
        for name, role in (("赵总", "decider"), ("钱工", "technical"))
    )
    ann, path = browse(staff.ann), f"/opportunities/{chance.pk}/panel/tree"
    assert f"/deciders/new?opportunity={chance.pk}&amp;contact={top.pk}" in text_of(ann.get(path))
    typed = {"opportunity": chance.pk, "contact": top.pk, "attitude": "neutral", "influence": "high"}
    assert ann.post("/deciders/new", typed).status_code == 302
    first = OpportunityDecider.objects.get()
    assert first.role == "decider"
    second = make(OpportunityDecider, staff.ann, chance, contact=low, superior=first, attitude="supports")
    tree = text_of(ann.get(path))
    assert tree.index("赵总") < tree.index("钱工")
    assert all(word in tree for word in ("决策者", "中立", "支持"))
    assert "contact=" not in tree
    change = entity_of(first).change
    with pytest.raises(Refused) as no:
        change(first, by=staff.ann, superior=second)
    assert set(no.value.fields) == {"superior"}
    with pytest.raises(Refused) as no:
        make(OpportunityDecider, staff.ann, other, contact=low, superior=first)
    assert set(no.value.fields) == {"superior"}
    assert fresh(first).superior is None


def test_a_solution_begins_with_a_template_and_becomes_one(staff: Staff, browse: Browse) -> None:
    chance = make_opportunity(staff.ann, make_customer(staff.ann))
    templates = entity_of(SolutionTemplate)
    ours = templates.create(by=staff.boss, title="公司标准方案", text="一、现状", for_all=True)
    attach_link(ours, "https://example.com/case.pdf", "案例.pdf", by=staff.boss)
    cats = templates.create(by=staff.cat, title="猫的方案")
    ann = browse(staff.ann)
    panel = text_of(ann.get(f"/opportunities/{chance.pk}/panel/solutions"))
    assert "公司标准方案" in panel
    assert "猫的方案" not in panel
    begin = f"/opportunities/{chance.pk}/solution"
    assert ann.post(begin, {"template": cats.pk}, headers=HTMX).status_code == 422
    assert browse(staff.cat).post(begin, {"template": ours.pk}).status_code == 404
    assert not Solution.objects.exists()
    assert ann.post(begin, {"template": ours.pk}).status_code == 302
    made = Solution.objects.get()
    assert (made.title, made.text, made.opportunity, made.owner) == ("公司标准方案", "一、现状", chance, staff.ann)
    assert Attachment.objects.get(entity="sales.solution", record_id=made.pk).name == "案例.pdf"
    # A good one becomes a template of one's own, with its attachments.
    assert ann.post(f"/solutions/{made.pk}/keep").status_code == 302
    own = SolutionTemplate.objects.get(owner=staff.ann)
    assert not own.for_all
    assert Attachment.objects.filter(entity="sales.solutiontemplate", record_id=own.pk).count() == 1
    assert browse(staff.cat).get(f"/solution-templates/{own.pk}/").status_code == 404
    # Offering it to all takes a grant, by form and by API.
    for answer in (
        ann.post(f"/solution-templates/{own.pk}/edit", {"title": "我的", "for_all": "on"}, headers=HTMX),
        ann.patch(f"/api/v1/solution-templates/{own.pk}", {"for_all": True}, content_type=JSON),
    ):
        assert answer.status_code in (403, 422), answer.content
    assert not fresh(own).for_all
    assert templates.change(fresh(own), by=staff.boss, for_all=True).for_all


@pytest.mark.feature("O6")
def test_a_page_shows_the_whole_text_in_its_lines(staff: Staff, browse: Browse) -> None:
    chance = make_opportunity(staff.ann, make_customer(staff.ann))
    text = "\n".join(f"{number}、质量赔付条款 <{number}>" for number in range(12))
    made = entity_of(Solution).create(by=staff.ann, opportunity=chance, title="年度框架", text=text)
    ann, shown = browse(staff.ann), f'<div class="whole-text">{escape(text)}</div>'
    assert shown in ann.get(f"/solutions/{made.pk}/").content.decode()
    assert shown in ann.get(f"/solutions/{made.pk}/field/text?show=1", headers=HTMX).content.decode()
    longer = {"text": text * 9, "version": made.version}
    assert ann.post(f"/solutions/{made.pk}/field/text", longer, headers=HTMX).status_code == 200
    assert "</summary><div class=" in ann.get(f"/solutions/{made.pk}/").content.decode()
