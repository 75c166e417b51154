"""Editing in place by keyboard alone, two people at once, and the question before what is typed gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Locator, Page, expect

from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.people.testing import PASSWORD, Staff, eventually, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P16")]

NAMES = ["苏州锐诚机械有限公司", "深圳市海客软件有限公司"]
COLUMNS = [
    "name",
    "short_name",
    "kind",
    "credit_limit",
    "heat_until",
    "phone",
    "email",
    "region",
    "preferences",
    "owner",
]


@pytest.fixture
def company() -> Staff:
    staff = make_staff()
    for name in NAMES:
        entity_of(Customer).create(by=staff.ann, name=name)
    return staff


@pytest.fixture
def second_page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """The page of a second person, who sits at another computer."""
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def choose_columns(page: Page, *names: str) -> None:
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    body = "&".join([f"csrfmiddlewaretoken={token}", *(f"column={name}" for name in names)])
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": page.url}
    assert page.request.post("/customers/columns", data=body, headers=kind).ok
    page.goto("/customers/")
    page.wait_for_load_state("networkidle")


def cell(page: Page, row: int, column: str) -> Locator:
    heads = page.locator(".list-table thead th")
    at = heads.evaluate_all("(all, name) => all.findIndex((each) => each.dataset.column === name)", column)
    return page.locator(".list-table tbody tr[data-row]").nth(row).locator(f":scope > :nth-child({at + 1})")


def box(page: Page) -> Locator:
    return page.locator(".cell-edit form")


def record_of(page: Page, row: int) -> Customer:
    return Customer.objects.get(pk=page.locator(".list-table tbody tr[data-row]").nth(row).get_attribute("data-row"))


def test_a_row_is_filled_in_by_keyboard_alone(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    choose_columns(page, *COLUMNS)
    page.keyboard.press("j")
    page.keyboard.press("F2")
    expect(box(page).locator("#id_name")).to_be_focused()
    page.keyboard.type("新的名字有限公司")
    page.keyboard.press("Tab")
    expect(box(page).locator("#id_short_name")).to_be_focused()
    page.keyboard.type("短名")
    page.keyboard.press("Tab")
    expect(box(page).locator(".ts-control input")).to_be_focused()
    page.keyboard.press("Tab")
    expect(box(page).locator("#id_credit_limit")).to_be_focused()
    page.keyboard.type("12800.5")
    page.keyboard.press("Tab")
    expect(box(page).locator("#id_heat_until")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
    expect(page.locator(".calendar")).to_have_count(0)
    expect(cell(page, 0, "heat_until")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 0, "phone")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page).locator("#id_phone")).to_be_focused()
    page.keyboard.type("13812345678")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "phone")).to_contain_text("138 1234 5678")
    expect(cell(page, 1, "phone")).to_be_focused()
    expect(cell(page, 0, "name")).to_contain_text("新的名字有限公司")
    expect(cell(page, 0, "credit_limit")).to_contain_text("12,800.50")
    record = record_of(page, 0)
    assert (record.name, record.short_name, record.phone) == ("新的名字有限公司", "短名", "13812345678")
    assert str(record.credit_limit) == "12800.50"


def test_lists_of_choices_by_keyboard_alone(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    choose_columns(page, "name", "region", "preferences", "kind")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    province = box(page).locator("select").nth(0)
    expect(province).to_be_focused()
    for __ in range(5):
        province.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(box(page).locator("select").nth(1)).to_be_focused()
    expect(box(page).locator("select").nth(1).locator("option").nth(1)).to_be_attached()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(box(page).locator(".ts-control input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ts-dropdown .active").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(box(page).locator(".ts-control .item")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    expect(box(page).locator("select").nth(0)).to_be_attached()
    page.keyboard.press("Escape")
    # Both cells are saved while one goes on.
    eventually(page, lambda: record_of(page, 0).preferences and record_of(page, 0).region)
    record = record_of(page, 0)
    assert record.region.endswith("00")
    assert not record.region.endswith("0000"), "the city was not chosen"
    assert len(record.preferences) == 1
    expect(cell(page, 0, "region")).not_to_be_empty()


def test_what_is_wrong_stays_with_its_sentence(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    choose_columns(page, "name", "email", "phone")
    before = cell(page, 0, "email").inner_text()
    cell(page, 0, "email").dblclick()
    box(page).locator("#id_email").fill("a@b@c")
    page.keyboard.press("Tab")
    expect(box(page).locator(".form-error")).to_be_visible()
    expect(box(page).locator("#id_email")).to_have_value("a@b@c")
    expect(box(page).locator("#id_email")).to_be_focused()
    page.locator("h1").click()
    expect(box(page).locator("#id_email")).to_have_value("a@b@c")
    page.keyboard.press("Escape")
    box(page).locator("#id_email").press("Escape")
    expect(box(page)).to_have_count(0)
    expect(cell(page, 0, "email")).to_have_text(before)
    # A press elsewhere saves what is right.
    cell(page, 0, "email").dblclick()
    box(page).locator("#id_email").fill("richtig@example.com")
    page.locator("h1").click()
    expect(cell(page, 0, "email")).to_contain_text("richtig@example.com")
    assert record_of(page, 0).email == "richtig@example.com"


def test_facts_of_a_page_by_keyboard_alone(browser_page: Page, company: Staff) -> None:
    page, customer = browser_page, Customer.objects.get(name=NAMES[0])
    sign_in(page, f"/customers/{customer.pk}/")
    page.locator("#field-name .field-edit").focus()
    page.keyboard.press("F2")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type("新的名字有限公司")
    page.keyboard.press("Tab")
    expect(page.locator("form[data-field-form]")).to_have_count(1)
    expect(page.locator("#field-name .field-value")).to_contain_text("新的名字有限公司")
    second = page.locator("form[data-field-form]").get_attribute("id")
    assert second != "field-name"
    expect(page.locator("form[data-field-form] :focus")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type("又一个名字有限公司")
    page.keyboard.press("Enter")
    expect(page.locator("form[data-field-form]")).to_have_count(0)
    expect(page.locator(f"#{second} .field-edit")).to_be_focused()
    expect(page.locator(".record-title h1")).to_have_text("又一个名字有限公司")
    page.locator("#field-name .field-edit").focus()
    page.keyboard.press("Enter")
    page.locator("#id_name").fill("verworfen")
    page.keyboard.press("Escape")
    expect(page.locator("#field-name .field-value")).to_have_text("又一个名字有限公司")
    expect(page.locator("#field-name .field-edit")).to_be_focused()
    customer.refresh_from_db()
    assert customer.name == "又一个名字有限公司"


def test_two_people_in_one_cell(browser_page: Page, second_page: Page, company: Staff) -> None:
    ann, ben = browser_page, second_page
    sign_in(ann, "/customers/")
    sign_in(ben, "/customers/", "ben")
    choose_columns(ann, "name", "short_name")
    choose_columns(ben, "name", "short_name")
    for page in (ann, ben):
        cell(page, 0, "short_name").dblclick()
        expect(box(page).locator("#id_short_name")).to_be_focused()
    box(ann).locator("#id_short_name").fill("安的简称")
    ann.keyboard.press("Enter")
    expect(cell(ann, 0, "short_name")).to_contain_text("安的简称")
    box(ben).locator("#id_short_name").fill("贲的简称")
    ben.keyboard.press("Tab")
    told = box(ben).locator(".field-conflict")
    expect(told).to_contain_text("安然")
    expect(told).to_contain_text("安的简称")
    expect(box(ben).locator("#id_short_name")).to_have_value("贲的简称")
    assert record_of(ann, 0).short_name == "安的简称"
    box(ben).get_by_role("link", name="用对方的").click()
    expect(cell(ben, 0, "short_name")).to_contain_text("安的简称")
    assert record_of(ann, 0).short_name == "安的简称"


def test_two_people_at_one_fact_of_a_page(browser_page: Page, second_page: Page, company: Staff) -> None:
    ann, ben, customer = browser_page, second_page, Customer.objects.get(name=NAMES[0])
    for page, name in ((ann, "ann"), (ben, "ben")):
        sign_in(page, f"/customers/{customer.pk}/", name)
        page.locator("#field-name .field-edit").click()
        expect(page.locator("#id_name")).to_be_focused()
    ann.locator("#id_name").fill("安的名字有限公司")
    ann.keyboard.press("Enter")
    expect(ann.locator("#field-name .field-value")).to_contain_text("安的名字有限公司")
    ben.locator("#id_name").fill("贲的名字有限公司")
    ben.keyboard.press("Enter")
    expect(ben.locator(".field-conflict")).to_contain_text("安的名字有限公司")
    ben.get_by_role("button", name="保留我的").click()
    expect(ben.locator("#field-name .field-value")).to_contain_text("贲的名字有限公司")
    customer.refresh_from_db()
    assert (customer.name, customer.version) == ("贲的名字有限公司", 3)


def test_two_people_with_one_form(browser_page: Page, second_page: Page, company: Staff) -> None:
    ann, ben, customer = browser_page, second_page, Customer.objects.get(name=NAMES[0])
    for page, name in ((ann, "ann"), (ben, "ben")):
        sign_in(page, f"/customers/{customer.pk}/", name)
        page.keyboard.press("e")
        expect(page.locator("dialog[open] #id_name")).to_be_focused()
    for page, name in ((ann, "安"), (ben, "贲")):
        form = page.locator("dialog[open] form[data-form]")
        form.locator("#id_short_name").fill(f"{name}的简称")
        form.locator("#id_email").fill("ben@example.com") if name == "贲" else form.locator("#id_phone").fill(
            "13812345678"
        )
        page.keyboard.press("Control+Enter")
        if name == "安":
            expect(page.locator("dialog[open]")).to_have_count(0)
    form = ben.locator("dialog[open] form[data-form]")
    conflict = form.locator(".conflict")
    expect(conflict).to_contain_text("安然")
    expect(conflict.locator("input[name=keep-phone][value=theirs]")).to_be_checked()
    expect(conflict.locator("input[name=keep-short_name][value=yours]")).to_be_checked()
    expect(conflict.locator("input[name=keep-email]")).to_have_count(0)
    form.locator(".form-foot .btn-primary").click()
    expect(ben.locator("dialog[open]")).to_have_count(0)
    customer.refresh_from_db()
    assert (customer.short_name, customer.phone, customer.email) == ("贲的简称", "13812345678", "ben@example.com")


def test_a_session_lost_in_a_cell_keeps_the_text(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    choose_columns(page, "name", "short_name")
    cell(page, 0, "short_name").dblclick()
    box(page).locator("#id_short_name").fill("getippt")
    Session.objects.all().delete()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog#session")
    dialog.locator("input[name=username]").fill("ann")
    dialog.locator("input[name=password]").fill(PASSWORD)
    expect(box(page).locator("#id_short_name")).to_have_value("getippt")
    dialog.locator("button.btn-primary").click()
    expect(cell(page, 0, "short_name")).to_contain_text("getippt")
    assert record_of(page, 0).short_name == "getippt"


def unsaved_places(page: Page, customer: Customer) -> Iterator[str]:
    """Type something in one place after another and leave it unsaved."""
    page.goto(f"/customers/{customer.pk}/edit")
    page.locator("#id_short_name").fill("x")
    yield "form"
    page.goto(f"/customers/{customer.pk}/")
    page.locator("#field-name .field-edit").click()
    page.locator("#id_name").fill("x")
    yield "field"
    page.goto(f"/customers/{customer.pk}/")
    page.locator(".follow-up-box textarea").fill("x")
    yield "follow-up box"
    page.goto("/customers/")
    cell(page, 0, "phone").dblclick()
    box(page).locator("#id_phone").press_sequentially("1")
    yield "cell"


def test_what_is_typed_is_asked_about_before_it_is_lost(browser_page: Page, company: Staff) -> None:
    page, customer = browser_page, Customer.objects.get(name=NAMES[0])
    sign_in(page, "/customers/")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    places = unsaved_places(page, customer)
    for place in places:
        page.on("dialog", stay)
        # Closing the tab.
        page.close(run_before_unload=True)
        page.wait_for_timeout(300)
        assert asked == ["beforeunload"], place
        assert not page.is_closed()
        asked.clear()
        # Following a link: Haike's own question, and both answers to it.
        link = page.locator("nav a[href='/today/']").first
        link.evaluate("(node) => node.click()")
        expect(page.locator("dialog#ask")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog#ask")).to_be_hidden()
        assert not page.url.endswith("/today/"), place
        link.evaluate("(node) => node.click()")
        page.locator("#ask-yes").click()
        page.wait_for_url("**/today/")
        page.remove_listener("dialog", stay)
        assert not asked, place


def test_a_drawer_with_a_complaint_asks_before_it_closes(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    page.keyboard.press("n")
    form = page.locator("dialog[open] form[data-form]")
    form.locator("#id_short_name").fill("nur kurz")
    page.keyboard.press("Control+Enter")
    expect(form.locator(".form-error").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#ask")).to_be_visible()
    page.locator("dialog#ask button[value='']").click()
    expect(form.locator("#id_short_name")).to_have_value("nur kurz")


def test_a_draft_does_not_bring_back_what_others_changed(browser_page: Page, company: Staff) -> None:
    page, customer = browser_page, Customer.objects.get(name=NAMES[0])
    sign_in(page, f"/customers/{customer.pk}/")
    page.keyboard.press("e")
    page.locator("dialog[open] #id_email").fill("neu@example.com")
    expect(page.locator("dialog[open] [data-draft-state]")).not_to_be_empty()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    entity_of(Customer).change(customer, by=company.ben, short_name="贲的简称")
    page.reload()
    page.keyboard.press("e")
    page.locator("dialog[open] [data-draft-restore]").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open] .conflict")).to_contain_text("贲的简称")
    page.locator("dialog[open] .form-foot .btn-primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    customer.refresh_from_db()
    assert (customer.short_name, customer.email) == ("贲的简称", "neu@example.com")


def test_a_row_that_is_read_only_opens_nothing(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    choose_columns(page, "name", "created_at", "number", "owner")
    cell(page, 0, "created_at").dblclick()
    page.wait_for_timeout(300)
    expect(page.locator(".cell-edit")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("F2")
    expect(box(page).locator("#id_name")).to_be_focused()
    expect(page.locator(".list-table thead th[data-edit]")).to_have_count(
        page.locator(".list-table thead th[data-column=owner][data-edit]").count() + 1
    )
