"""The way of a project in a real browser: made, given a party and a contract, moved along, ended."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.money.testing import make_contract
from haike.people.testing import make_staff, sign_in
from haike.project.models import Project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("J1")]


def choose(page: Any, name: str, text: str) -> None:
    """Pick a record in the drawer's field as one types."""
    field = page.locator(f"#drawer .form-field:has(#id_{name})")
    box = field.locator(".ts-control input")
    box.focus()
    box.press_sequentially(text)
    expect(field.locator("[role=option].active", has_text=text)).to_be_visible()
    page.keyboard.press("Enter")
    expect(field.locator(".ts-control .item", has_text=text)).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_from_the_set_up_to_the_end(browser_page: Any, live_server: Any) -> None:
    page, staff = browser_page, make_staff()
    customer = make_customer(staff.ann, "松山湖置业有限公司")
    make_contract(staff.ann, customer, "12345.60", subject="空调机组采购")
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, "/projects/")
    page.goto("/projects/new")
    page.fill("input[name=name]", "松山湖研发中心空调工程")
    page.click("form button.btn-primary:has-text('保存')")
    expect(page.locator("h1")).to_contain_text("松山湖研发中心")
    project = Project.objects.get()
    base = f"/projects/{project.pk}/"

    # A party and a contract, each from its tab.
    page.goto(f"{base}?tab=project-parties-project")
    page.locator(f"a[href='/project-parties/new?project={project.pk}']").first.click()
    page.locator("#drawer select[name=kind]").select_option("owner", force=True)
    choose(page, "customer", "松山湖置业")
    page.locator("#drawer button.btn-primary").click()
    expect(page.locator(".project-parties")).to_contain_text("松山湖置业有限公司")
    page.goto(f"{base}?tab=linked")
    page.locator(f"a[href='{base}link/contract']").click()
    choose(page, "record", "HT")
    page.locator("#drawer button.btn-primary").click()
    expect(page.locator(".project-group").nth(2)).to_contain_text("空调机组采购")
    expect(page.locator("main")).to_contain_text("¥12,345.60")

    # Along the path; the end wants to know how it ended.
    page.locator(f"a[href='{base}stage/end']").first.click()
    page.locator("#drawer button.btn-primary").click()
    expect(page.locator("#drawer")).to_contain_text("请填写项目的结果")
    page.locator("#drawer select[name=outcome]").select_option("accepted", force=True)
    page.locator("#drawer button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("验收完成")
    assert Project.objects.get().state == "end"
