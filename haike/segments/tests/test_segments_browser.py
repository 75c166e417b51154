"""A group and a tag rule in a real browser: rows ticked in the list, a filter kept, conditions, preview, run."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.people.testing import PASSWORD, make_staff
from haike.segments.models import Member, Segment, TagRule
from haike.talk.models import Tagged

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Any, live_server: Any, name: str) -> None:
    page.goto("/signin")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("#sign-in button.btn-primary")
    page.wait_for_url("**/today/")


@pytest.mark.feature("C26")
def test_a_group_from_ticked_rows_and_one_from_a_filter(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    for name in ("上海海蓝科技", "海口椰风贸易", "苏州锐诚机械"):
        make_customer(staff.ann, name)
    sign_in(page, live_server, "ann")
    page.goto("/customers/")
    for name in ("上海海蓝科技", "海口椰风贸易"):
        page.locator("tbody tr", has_text=name).locator("input[type=checkbox]").check()
    page.get_by_role("button", name="加入客户群").or_(page.get_by_role("link", name="加入客户群")).first.click()
    page.fill("input[name=name]", "答谢会")
    page.locator("button[name=sure]").click()
    expect(page.locator(".toast").first).to_contain_text("已加入客户群 2 条")
    assert Member.objects.filter(left_at=None).count() == 2
    # Its page leads to the list of its members.
    page.goto("/segments/")
    page.get_by_role("link", name="答谢会").first.click()
    page.get_by_role("link", name="打开列表").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".chip").first).to_contain_text("答谢会")
    # That filter, kept as a live group
    page.locator("summary", has_text="视图").or_(page.locator("summary[aria-label=视图]")).first.click()
    page.get_by_text("存为动态客户群").click()
    page.locator("dialog input[name=name]").fill("跟着变")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/segments/*/")
    expect(page.locator("h1")).to_contain_text("跟着变")
    assert Segment.objects.get(name="跟着变").manner == "live"
    page.get_by_role("link", name="条件", exact=True).click()
    expect(page.locator("h2").first).to_contain_text("跟着变")


@pytest.mark.feature("C8")
def test_a_tag_rule_is_tried_and_run(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    make_customer(staff.ann, "上海海蓝科技")
    make_customer(staff.ann, "苏州锐诚机械")
    sign_in(page, live_server, "boss")
    page.goto("/tag-rules/new")
    page.fill("input[name=name]", "沿海")
    page.select_option("select[name=entity]", "customers.customer")
    page.locator("button.btn-primary[type=submit], .form-foot button.btn-primary").first.click()
    expect(page.locator("h1")).to_contain_text("沿海")
    page.goto(f"/tag-rules/{TagRule.objects.get().pk}/conditions")
    page.select_option("select[name=row-0-field]", "name")
    page.locator("input[name=row-0-value]").fill("海")
    page.locator("button[name=apply]").click()
    expect(page.locator("h1")).to_contain_text("沿海")
    page.get_by_role("link", name="预览并执行").click()
    expect(page.locator(".record-totals")).to_contain_text("打上标签")
    page.get_by_role("button", name="立即执行").click()
    expect(page.locator("body")).to_contain_text("1 条打上标签")
    assert Tagged.objects.count() == 1
    page.goto("/customers/")
    expect(page.locator("tbody tr", has_text="上海海蓝科技")).to_contain_text("沿海")
