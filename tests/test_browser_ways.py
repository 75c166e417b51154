"""Ways of working in a browser: drafts and lost sessions, two people at once, keyboard, phone, views, undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from haike.customers.customer.record import Customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.people.testing import PASSWORD, Staff, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["深圳市海客软件有限公司", "苏州锐诚机械有限公司", "杭州云帆食品有限公司"]


@pytest.fixture
def company() -> Staff:
    staff = make_staff()
    for name in NAMES:
        entity_of(Customer).create(by=staff.ann, name=name)
    return staff


def rows(page: Page):
    return page.locator(".list-table tbody tr[data-row]")


@pytest.mark.feature("P1")
def test_what_was_typed_outlives_a_lost_session(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    page.locator("a[data-key=n]").click()
    form = page.locator("dialog[open] form[data-form]")
    form.locator("#id_name").fill("珠海听涛软件有限公司")
    form.locator("#id_short_name").fill("听涛")
    Session.objects.all().delete()
    form.locator(".form-foot .btn-primary").click()
    dialog = page.locator("dialog#session")
    dialog.locator("input[name=username]").fill("ann")
    dialog.locator("input[name=password]").fill(PASSWORD)
    expect(form.locator("#id_name")).to_have_value("珠海听涛软件有限公司")
    dialog.locator("button.btn-primary").click()
    expect(rows(page).filter(has_text="珠海听涛")).to_have_count(1)
    assert Customer.objects.get(name="珠海听涛软件有限公司").short_name == "听涛"


@pytest.mark.feature("P20")
def test_a_draft_is_offered_again(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    page.locator("a[data-key=n]").click()
    page.locator("dialog[open] #id_name").fill("珠海听涛软件有限公司")
    expect(page.locator("dialog[open] [data-draft-state]")).not_to_be_empty()
    page.goto("/today/")
    page.goto("/customers/")
    page.locator("a[data-key=n]").click()
    page.locator("dialog[open] [data-draft-restore]").click()
    expect(page.locator("dialog[open] #id_name")).to_have_value("珠海听涛软件有限公司")
    # A form that comes back with a complaint still shows what was typed: nothing to restore.
    page.locator("dialog[open] #id_name").fill("")
    page.locator("dialog[open] [data-draft-state]").wait_for(state="attached")
    page.locator("dialog[open] form button.btn-primary").first.click()
    page.locator("dialog[open] form[data-wrong]").wait_for()
    expect(page.locator("dialog[open] [data-draft-offer]")).to_be_hidden()


@pytest.mark.feature("P20")
def test_the_second_of_two_sees_both_and_chooses(browser_page: Page, company: Staff) -> None:
    page, customer = browser_page, Customer.objects.get(name=NAMES[0])
    sign_in(page, f"/customers/{customer.pk}/")
    page.keyboard.press("e")
    form = page.locator("dialog[open] form[data-form]")
    form.locator("#id_short_name").fill("我的简称")
    change.change(customer, by=company.ben, short_name="别人的简称")
    form.locator(".form-foot .btn-primary").click()
    conflict = form.locator(".conflict")
    expect(conflict).to_contain_text("我的简称")
    expect(conflict).to_contain_text("别人的简称")
    expect(form.locator("[data-draft-offer]")).to_be_hidden()
    conflict.locator("input[name=keep-short_name][value=theirs]").check()
    form.locator(".form-foot .btn-primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    customer.refresh_from_db()
    assert customer.short_name == "别人的简称"


@pytest.mark.feature("P26")
def test_a_list_by_keyboard_alone(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    side = page.evaluate("document.documentElement.dataset.side")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_have_class(re.compile("row-now"))
    page.keyboard.press("k")
    expect(rows(page).nth(0)).to_have_class(re.compile("row-now"))
    page.keyboard.press("e")
    expect(page.locator("dialog[open] #id_name")).to_have_value(rows(page).nth(0).locator(".row-link").inner_text())
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator("dialog[open] #id_name")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator(".list-head h1").click()
    assert page.evaluate("document.documentElement.dataset.side") == side
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*/")


@pytest.mark.feature("P22", "P23")
def test_a_filter_is_built_and_kept_as_a_view(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    page.locator("[data-key=f]").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("select[name$='-field']").first.select_option("name")
    dialog.locator("[name$='-value']").first.fill("锐诚")
    dialog.locator("button[name=apply]").click()
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".list-bar .chip")).to_contain_text("锐诚")
    page.locator(".list-bar > a[href*='/views/new']").click()
    dialog.locator("#id_name").fill("锐诚的客户")
    dialog.locator("button.btn-primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.goto("/customers/")
    expect(rows(page)).to_have_count(3)
    page.locator(".list-bar details.menu summary").click()
    page.locator(".view-item a", has_text="锐诚的客户").click()
    expect(rows(page)).to_have_count(1)


@pytest.mark.feature("P14")
def test_what_was_deleted_is_taken_back_by_the_notice(browser_page: Page, company: Staff) -> None:
    page, customer = browser_page, Customer.objects.get(name=NAMES[1])
    sign_in(page, f"/customers/{customer.pk}/", "boss")
    page.locator(".record-buttons details.menu summary").click()
    page.locator(".record-buttons .menu-panel .menu-item", has_text="删除").click()
    page.locator("dialog[open] .btn-danger-solid").click()
    page.wait_for_url("**/customers/")
    customer.refresh_from_db()
    assert customer.deleted_at is not None
    page.locator(".toast button.btn:not(.btn-icon)").click()
    expect(rows(page).filter(has_text=NAMES[1])).to_have_count(1)
    customer.refresh_from_db()
    assert customer.deleted_at is None


@pytest.fixture
def phone(browser: Browser, live_server) -> Iterator[Page]:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.mark.feature("P34")
def test_on_the_phone_a_bar_below_and_cards(phone: Page, company: Staff) -> None:
    sign_in(phone, "/customers/")
    bar = phone.locator(".bottom-bar")
    expect(bar).to_be_visible()
    box = bar.bounding_box()
    assert box["y"] + box["height"] >= 843
    expect(phone.locator(".list-table thead")).not_to_be_in_viewport()
    first, second = rows(phone).nth(0).bounding_box(), rows(phone).nth(1).bounding_box()
    assert first["width"] > 340
    assert second["y"] >= first["y"] + first["height"]
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    rows(phone).nth(0).locator(".row-link").tap()
    phone.wait_for_url("**/customers/*/")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
