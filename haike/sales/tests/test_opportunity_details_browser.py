"""The way through an opportunity in a real browser: need, competitor, a person in the tree, its score, a solution."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.models import Contact
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.people.testing import make_staff, sign_in
from haike.sales.models import OpportunityDecider, ScoreRule, SolutionTemplate
from haike.sales.score.record import PERSON
from haike.sales.score.rules import save_rule
from haike.sales.testing import make_opportunity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("O6", "O1")]
DECIDES = '{"all":[{"field":"role","op":"one_of","value":["decider"]}]}'


def test_what_is_needed_who_competes_and_who_decides(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    customer = make_customer(staff.ann)
    entity_of(Contact).create(by=staff.ann, customer=customer, name="赵建国", post="总经理", decision_role="decider")
    entity_of(SolutionTemplate).create(by=staff.boss, title="公司标准方案", text="一、现状", for_all=True)
    values = {"name": "见到拍板的人", "about": PERSON, "condition": DECIDES, "points": 35}
    save_rule(ScoreRule(about=PERSON), values, version=0, by=staff.boss)
    chance = make_opportunity(staff.ann, customer)
    base, drawer = f"/opportunities/{chance.pk}/", page.locator("#drawer")
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page)

    page.goto(f"{base}?tab=needs-opportunity")
    page.locator(f"a[href='/needs/new?opportunity={chance.pk}']").first.click()
    drawer.locator("input[name=what]").fill("断电后保温 8 小时")
    drawer.locator("button.btn-primary").click()
    expect(page.locator(".card", has_text="断电后保温 8 小时").first).to_be_visible()
    expect(drawer.locator("input[name=what]")).to_have_count(0)

    page.goto(f"{base}?tab=competitors-opportunity")
    page.locator(f"a[href='/competitors/new?opportunity={chance.pk}']").first.click()
    drawer.locator("textarea[name=weaknesses]").fill("交期六周")
    drawer.locator("select[name=rival]").select_option("import", force=True)
    drawer.locator("button.btn-primary").click()
    expect(page.get_by_text("交期六周").first).to_be_visible()
    expect(page.get_by_text("进口品牌").first).to_be_visible()

    # The people of the customer are offered; one click takes one in.
    page.goto(f"{base}?tab=tree")
    page.get_by_role("link", name="赵建国").first.click()
    expect(drawer.locator(".ts-control .item", has_text="赵建国").first).to_be_visible()
    drawer.locator("button.btn-primary").click()
    expect(page.locator(".chart-post", has_text="赵建国")).to_contain_text("决策者")
    assert OpportunityDecider.objects.get().contact.name == "赵建国"

    # What was put down counts at once, and the page says why.
    page.goto(base)
    expect(page.locator("a[href='#score']")).to_contain_text("意向度 35")
    expect(page.locator("#score")).to_contain_text("见到拍板的人")

    page.goto(f"{base}?tab=solutions")
    page.get_by_role("button", name="用此模板新建").click()
    page.wait_for_url("**/solutions/*/")
    expect(page.locator("h1")).to_contain_text("公司标准方案")
