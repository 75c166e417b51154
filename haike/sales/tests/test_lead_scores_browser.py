"""An administrator sets scoring up and a seller reads why, in a real browser, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.people.testing import make_staff, sign_in
from haike.sales.lead.actions import write_follow_up
from haike.sales.lead.record import Lead
from haike.sales.lead.score.compute import score_all
from haike.sales.score.record import ScoreRule
from haike.sales.testing import make_lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("L6")]


@pytest.mark.parametrize("width", [1440, 390])
def test_rules_are_made_tried_and_read(browser_page: Any, live_server: Any, width: int) -> None:
    page = browser_page
    staff = make_staff()
    lead = make_lead(staff.ann, person="郑海", mobile="13900001234", source="referral", product="数控车床")
    make_lead(staff.ann, "", person="无名", wechat="wuming88")
    write_follow_up(lead, content="要报价", by=staff.ann, result="wants_quote")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, name="boss")
    page.goto("/leads/scoring")
    page.get_by_role("button", name="使用常用规则").click()
    expect(page.locator("#scoring")).to_contain_text("介绍来的")
    page.locator("#scoring .card-head a", has_text="线索规则").click()
    form = page.locator("form.form")
    form.locator("input[name=name]").fill("是联系人本人")
    form.locator("input[name=points]").fill("10")
    form.locator("select[name=row-0-field]").select_option("person")
    form.locator("select[name=row-0-operator]").select_option("filled")
    form.locator("[data-filter-add]").click()
    expect(form.locator(".filter-row")).to_have_count(2)
    form.locator(".filter-row [data-filter-remove]").last.click()
    form.get_by_role("button", name="试算").click()
    expect(page.locator(".score-trial")).to_contain_text("2 条的评分会变化")
    assert ScoreRule.objects.count() == 7
    page.locator("form.form").get_by_role("button", name="保存").click()
    expect(page.locator("#scoring")).to_contain_text("是联系人本人")
    score_all.func()
    page.goto(f"/leads/{lead.pk}/")
    card = page.locator(".score-card")
    expect(card).to_contain_text("是联系人本人")
    expect(card).to_contain_text("跟进有进展")
    assert Lead._base_manager.get(pk=lead.pk).grade == "A"
    page.goto("/leads/?tab=best")
    expect(page.locator("body")).to_contain_text("优先跟进")
    names = page.locator("a[href^='/leads/']").all_inner_texts()
    first = next(at for at, text in enumerate(names) if "长青五金" in text)
    assert first < next(at for at, text in enumerate(names) if "无名" in text)
