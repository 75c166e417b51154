"""The designer of layouts under the hand: a field dragged by mouse, another moved by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from haike.customers.models import Customer
from haike.fields.layout.actions import save_layout
from haike.fields.layout.held import shipped_of
from haike.fields.layout.plan import Plan
from haike.fields.layout.record import Layout
from haike.kernel.entity import entity_of
from haike.kernel.look import ChoiceLook
from haike.people.testing import Staff, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P19")]


@pytest.fixture
def company() -> Staff:
    return make_staff()


def test_fields_are_dragged_and_moved_by_keys(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/settings/layout/customers/", "boss")
    first = page.locator("[data-lay-section]").first
    # By mouse: a field to the fields not used.
    grip = page.locator('[data-lay-card="mnemonic"] [data-lay-grip]')
    box, target = grip.bounding_box(), page.locator(".lay-unused").bounding_box()
    assert box
    assert target
    with page.expect_response("**/settings/layout/customers/"):
        page.mouse.move(box["x"] + 8, box["y"] + 8)
        page.mouse.down()
        page.mouse.move(target["x"] + 60, target["y"] + 60, steps=8)
        page.mouse.up()
    expect(page.locator('.lay-unused [data-lay-card="mnemonic"]')).to_have_count(1)
    # One that must stay goes back, and the page says why.
    box = page.locator('[data-lay-card="name"] [data-lay-grip]').bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=8)
    page.mouse.up()
    expect(page.locator(".lay .notice")).to_contain_text("必须保留")
    expect(first.locator('[data-lay-card="name"]')).to_have_count(1)
    # By keyboard: the same button again and again, the focus stays on it.
    page.locator("#lay-up-kind").focus()
    for place in (3, 2):
        page.keyboard.press("Enter")
        expect(page.locator("[data-lay-said]")).to_contain_text(f"第 {place} 个")
        expect(page.locator("#lay-up-kind")).to_be_focused()
    page.locator(".lay-foot .btn-primary").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator('.lay-unused [data-lay-card="mnemonic"]')).to_have_count(1)
    plan = Layout.objects.get().plan
    assert plan["unused"] == ["mnemonic"]
    names = plan["parts"][0]["fields"]
    assert names.index("kind") < names.index("form")
    page.goto("/customers/new")
    expect(page.locator("[data-field=name]")).to_have_count(1)
    expect(page.locator("[data-field=mnemonic]")).to_have_count(0)


def test_panels_are_dragged_and_previewed(browser_page: Page, company: Staff) -> None:
    entity_of(Customer).create(by=company.ann, name="杭州丙有限公司")
    page = browser_page
    sign_in(page, "/settings/layout/customers/", "boss")
    panels = page.locator('[data-lay-list="main"] > [data-lay-card]')
    expect(panels.first).to_have_attribute("data-lay-card", "health")
    # By mouse, within its place only: the tabs below take no panel.
    panels.first.evaluate("card => card.scrollIntoView({block: 'center', behavior: 'instant'})")
    page.locator('.lay-fold input[value="place-tab"]').press("Space")
    for goal, count in (('[data-lay-list="tab"]', 2), ('[data-lay-card="follow_up"]', 2)):
        box, target = panels.first.locator("[data-lay-grip]").bounding_box(), page.locator(goal).bounding_box()
        assert box
        assert target
        page.mouse.move(box["x"] + 8, box["y"] + 8)
        page.mouse.down()
        page.mouse.move(box["x"] + 8, target["y"] + 38, steps=6)
        page.mouse.up()
        expect(panels).to_have_count(count)
    expect(panels.first).to_have_attribute("data-lay-card", "follow_up")
    # By keyboard: back up, with the focus where it was, and hidden by its tick.
    page.locator("#lay-panel-up-health").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-lay-said]")).to_contain_text("第 1 个")
    expect(page.locator("#lay-panel-up-health")).to_be_focused()
    page.locator('input[name="panel-on"][value="follow_up"]').press("Space")
    page.locator("#lay-look-page").press("Enter")
    preview = page.locator(".lay-preview-box")
    expect(preview).to_contain_text("杭州丙有限公司")
    expect(preview.locator(".follow-up-box")).to_have_count(0)
    expect(page.locator("#lay-look-page")).to_be_focused()
    page.locator("#lay-look-form").press("Enter")
    expect(preview.locator("[data-field=name]")).to_have_count(1)
    assert not Layout.objects.exists()
    with page.expect_navigation():
        page.locator(".lay-foot .btn-primary").press("Enter")
    assert Layout.objects.get().plan["panels_off"] == ["follow_up"]


def test_choosing_a_business_line_brings_its_form(browser_page: Page, company: Staff) -> None:
    look = entity_of(Customer).looks["business_line"]
    assert isinstance(look, ChoiceLook)
    line = next(iter(look.options()))
    shipped = shipped_of(entity_of(Customer))
    plan = Plan.shipped(shipped)
    plan.hide("fax", [])
    save_layout(entity_of(Customer), line, plan, version=0, by=company.boss)
    page = browser_page
    sign_in(page, "/customers/new")
    expect(page.locator("[data-field=fax]")).to_have_count(1)
    page.fill("#id_name", "杭州丙有限公司")
    page.locator("select[name=business_line]").select_option(line)
    expect(page.locator("[data-field=fax]")).to_have_count(0)
    expect(page.locator("#id_name")).to_have_value("杭州丙有限公司")
    page.locator(".form-foot button.btn-primary").first.click()
    page.wait_for_url("**/customers/*/")
    assert Customer.objects.get().business_line == line


def test_a_card_is_dropped_into_a_folded_section_and_nothing_is_lost_unasked(
    browser_page: Page, company: Staff
) -> None:
    page = browser_page
    sign_in(page, "/settings/layout/customers/", "boss")
    goal = page.locator("[data-lay-section]").nth(1)
    phone = goal.locator('[data-lay-card="phone"]')
    expect(phone).to_be_hidden()
    expect(goal.locator(".lay-names")).to_contain_text("电话")
    # Only looked at: nobody is asked.
    goal.locator(".lay-fold input").press("Space")
    expect(phone).to_be_visible()
    goal.locator(".lay-fold input").press("Space")
    page.locator(".page-head .actions a").first.click()
    page.wait_for_url("**/settings/layout/")
    page.goto("/settings/layout/customers/")
    grip = page.locator('[data-lay-card="mnemonic"] [data-lay-grip]').bounding_box()
    assert grip
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    goal.evaluate("section => section.scrollIntoView({block: 'center', behavior: 'instant'})")
    for __ in range(2):  # on its way the card moves others, and with them the goal
        target = goal.bounding_box()
        assert target
        page.mouse.move(target["x"] + 200, target["y"] + 20, steps=6)
    expect(phone).to_be_visible()
    with page.expect_response("**/settings/layout/customers/"):
        page.mouse.up()
    expect(goal.locator('[data-lay-card="mnemonic"]')).to_be_visible()
    # What was arranged and not saved is asked about before one leaves.
    page.locator(".page-head .actions a").first.click()
    expect(page.locator("dialog[open]")).to_contain_text("还没有保存")
    page.keyboard.press("Escape")
    expect(goal.locator('[data-lay-card="mnemonic"]')).to_be_visible()
    with page.expect_navigation():
        page.locator(".lay-foot .btn-primary").click()
    assert "mnemonic" in Layout.objects.get().plan["parts"][1]["fields"]
    page.locator(".page-head .actions a").first.click()
    page.wait_for_url("**/settings/layout/")
