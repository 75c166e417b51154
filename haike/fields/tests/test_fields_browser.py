"""The designer under the hand: a field is made, filled in, listed and filtered by; a formula is clicked together."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from haike.customers.models import Customer
from haike.fields.own_field.record import OwnField
from haike.kernel.entity import entity_of
from haike.people.testing import Staff, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P19")]


@pytest.fixture
def company() -> Staff:
    staff = make_staff()
    for name in ("深圳甲有限公司", "苏州乙有限公司"):
        entity_of(Customer).create(by=staff.boss, name=name)
    return staff


def start(page: Page, kind: str) -> None:
    page.get_by_role("link", name="新建字段").first.click()
    page.locator(f'.own-kind-card[href$="kind={kind}"]').click()
    page.locator("dialog[open] #id_label").wait_for()


def save(page: Page) -> None:
    page.locator("dialog[open] .form-foot button.btn-primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_field_is_made_filled_in_listed_and_filtered_by(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/settings/fields/customers/", "boss")
    start(page, "choice")
    page.fill("dialog[open] #id_label", "合作意向")
    for place, word in enumerate(("强烈", "一般", "观望")):
        page.locator("dialog[open] input[name=options]").nth(place).fill(word)
    save(page)
    expect(page.locator("#own-fields")).to_contain_text("合作意向")
    key = OwnField.objects.get().key
    page.goto("/customers/new")
    page.fill("#id_name", "杭州丙有限公司")
    page.locator(f"select[name={key}]").select_option(label="一般")
    page.locator(".form-foot button.btn-primary").first.click()
    page.wait_for_url("**/customers/*/")
    expect(page.locator("main")).to_contain_text("合作意向")
    expect(page.locator("main")).to_contain_text("一般")
    page.goto("/customers/columns")
    page.locator(f'input[name=column][value="{key}"]').check()
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url("**/customers/")
    row = page.locator(".list-table tbody tr[data-row]").filter(has_text="杭州丙有限公司")
    expect(row).to_contain_text("一般")
    text = json.dumps({"all": [{"field": key, "op": "one_of", "value": ["o2"]}]})
    page.goto(f"/customers/?f={text}")
    expect(page.locator(".list-table tbody tr[data-row]")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("合作意向")


def test_the_preview_follows_what_is_typed(browser_page: Page, company: Staff) -> None:
    """In the drawer, also after the form has come back with a fault."""
    page = browser_page
    sign_in(page, "/settings/fields/customers/", "boss")
    start(page, "choice")
    shown = page.locator("dialog[open] .own-preview-box")
    page.fill("dialog[open] #id_label", "合作意向")
    expect(shown.locator(".form-label")).to_have_text("合作意向")
    page.locator("dialog[open] .form-foot button.btn-primary").click()
    expect(page.locator("dialog[open] .form-error").first).to_be_visible()
    page.fill("dialog[open] #id_label", "合作意愿")
    expect(shown.locator(".form-label")).to_have_text("合作意愿")
    page.locator("dialog[open] input[name=options]").first.fill("强烈")
    expect(shown.locator("option", has_text="强烈")).to_have_count(1)
    page.locator("dialog[open] #id_required").check()
    expect(shown.locator(".form-label.required")).to_have_count(1)


def test_a_formula_is_clicked_together(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/settings/fields/customers/", "boss")
    for kind, label in (("money", "年采购额"), ("number", "门店数")):
        start(page, kind)
        page.fill("dialog[open] #id_label", label)
        save(page)
    start(page, "formula")
    page.fill("dialog[open] #id_label", "店均采购额")
    page.locator("dialog[open] .own-formula summary").click()
    page.locator("dialog[open] .own-formula-parts button", has_text="年采购额").click()
    area = page.locator("dialog[open] textarea[name=formula]")
    area.press_sequentially(" / ")
    page.locator("dialog[open] .own-formula-parts button", has_text="门店数").click()
    expect(area).to_have_value("{年采购额} / {门店数}")
    save(page)
    keys = {own.kind: own.key for own in OwnField.objects.all()}
    page.goto("/customers/new")
    page.fill("#id_name", "杭州丙有限公司")
    page.fill(f"[name={keys['money']}]", "900")
    page.fill(f"[name={keys['number']}]", "4")
    page.locator(".form-foot button.btn-primary").first.click()
    page.wait_for_url("**/customers/*/")
    expect(page.locator("main")).to_contain_text("225")
