"""Every kind of screen can be used with a screen reader and by the keyboard: axe finds no serious or critical fault."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.people.testing import Staff, make_staff, settle, sign_in
from haike.people.user.record import User
from haike.work.models import FollowUp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Axe()
OPTIONS = {"resultTypes": ["violations"]}
WORST = {"serious", "critical"}
MISSING = "/nothing-here/"
SCREENS = [
    "/today/",
    "/customers/",
    "/customers/?q=zzzzzz",
    "/contacts/",
    "/contacts/book/",
    "/contacts/birthdays/",
    "/follow-ups/",
    "/customers/{customer}/",
    "/customers/{customer}/?tab=contacts",
    "/customers/{customer}/?tab=log",
    "/customers/{customer}/?tab=attachments",
    "/attachments/",
    "/contacts/{contact}/",
    "/customers/new",
    "/customers/{customer}/edit",
    "/customers/grid",
    "/customers/filter",
    "/customers/columns",
    "/customers/import/",
    "/customers/export",
    "/customers/pivot?rows=level&column=owner&heat=1&chart=bars",
    "/customers/bin/",
    "/search?q=海",
    "/settings/",
    "/settings/company",
    "/settings/dictionaries/",
    "/settings/dictionaries/customer_level/",
    "/settings/sign-ins/",
    "/settings/operations/",
    "/settings/errors/",
    "/users/",
    "/users/{user}/",
    "/roles/{role}/rights",
    "/roles/{role}/fields",
    "/departments/",
    "/departments/chart",
    "/invitations/",
    "/jobs/",
    "/account/",
    "/account/taste",
    "/account/workbench",
    "/account/password",
    "/account/signins",
    "/account/tokens/",
    "/help/",
    "/help/import/",
    MISSING,
]
"""Addresses in which {customer} and the like stand for records of the small company."""
LOOKS = {"wide and light": (1440, 900, "light"), "phone and dark": (390, 844, "dark")}


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Browser, live_server) -> Iterator[Page]:
    width, height, theme = LOOKS[request.param]
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    page.theme = theme
    yield page
    context.close()


def faults(page: Page) -> list[str]:
    """What axe finds now, as lines that say where."""
    found = AXE.run(page, options=OPTIONS).response["violations"]
    return [
        f"{page.url}: {fault['id']} ({fault['impact']}) {node['target']} {node['html'][:160]}"
        for fault in found
        if fault["impact"] in WORST
        for node in fault["nodes"][:4]
    ]


def furnish(staff: Staff) -> dict[str, int]:
    """A customer with a contact and talks, and what the addresses stand for."""
    customer = entity_of(Customer).create(
        by=staff.boss, name="深圳市海客软件有限公司", phone="0755-26543210", level="key"
    )
    contact = entity_of(Contact).create(by=staff.boss, customer=customer, name="沈听涛", mobile="13862915308")
    entity_of(FollowUp).create(by=staff.boss, customer=customer, contact=contact, content="对样品满意，下周再谈。")
    return {
        "customer": customer.pk,
        "contact": contact.pk,
        "user": staff.ann.pk,
        "role": staff.ann.roles.get().pk,
    }


def enter(page: Page) -> None:
    with writer():
        User.objects.filter(username="boss").update(theme=page.theme)
    versioned.forget()
    sign_in(page, name="boss")


def show(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == (404 if path == MISSING else 200), path
    settle(page)
    assert page.evaluate("document.documentElement.dataset.theme") == page.theme


def upload(page: Page) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["公司名称", "手机"], ["海客软件", "13862915308"], ["", "12"]]):
            sheet.write_row(number, 0, row)
    page.goto("/customers/import/")
    page.set_input_files("#id_file", {"name": "a.xlsx", "mimeType": "application/zip", "buffer": stream.getvalue()})
    page.locator("form[enctype] button.btn-primary").click()
    page.wait_for_url("**/imports/*/")


def test_no_screen_shuts_anybody_out(page: Page) -> None:
    found = []
    show(page, "/signin")
    found += faults(page)
    places = furnish(make_staff())
    enter(page)
    for path in SCREENS:
        show(page, path.format(**places))
        found += faults(page)
        if page.viewport_size["width"] < 720:
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                found.append(f"{page.url}: {over} pixels wider than the phone")
    upload(page)
    found += faults(page)
    assert not found, "\n".join(found)


def test_nor_does_what_opens_over_a_screen(page: Page) -> None:
    found = []
    places = furnish(make_staff())
    enter(page)
    wide = page.viewport_size["width"] > 720
    opened = ["[data-key=f]", *(["a[data-key=n]", "a[href$='/columns']", "a[href*='/export']"] if wide else [])]
    for what in opened:
        show(page, "/customers/")
        page.locator(what).first.click()
        page.locator("dialog[open] .dialog-head").wait_for()
        page.wait_for_timeout(400)
        found += faults(page)
    show(page, f"/customers/{places['customer']}/")
    page.keyboard.press("Control+k")
    page.locator("#palette .palette-item").first.wait_for()
    found += faults(page)
    assert not found, "\n".join(found)
