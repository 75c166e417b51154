"""The watermark: the reader's name and the day over every page, on screen and on paper, in nobody's way."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from haike.kernel.option import choose
from haike.people.testing import Staff, make_staff, sign_in
from haike.people.user.record import User
from haike.site.watermark import WATERMARK

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("X8")


def marks(client: Client, path: str = "/today/") -> str:
    page: str = client.get(path).content.decode()
    return page.partition('<svg class="watermark"')[2].partition("</svg>")[0]


def test_a_setting_puts_it_there(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    assert marks(client) == ""
    data = {"people.idle_minutes": "30", "site.watermark": "1"}
    assert browse(staff.boss).post("/settings/", data).status_code == 302
    for path in ("/today/", "/customers/", "/account/"):
        found = marks(client, path)
        assert f"安然 ann {timezone.localdate():%Y-%m-%d}" in found
        assert 'aria-hidden="true"' in found
    assert "贲志强" in marks(browse(staff.ben))
    assert marks(Client(), "/signin") == ""


def test_who_sees_as_a_colleague_is_named_himself(staff: Staff, browse: Browse) -> None:
    choose(WATERMARK, True)
    client = browse(staff.boss)
    client.post(f"/users/{staff.ann.pk}/see-as")
    page = client.get("/customers/").content.decode()
    assert "安然" in page
    assert "白石 boss" in marks(client, "/customers/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_lies_over_the_page_and_in_nobodys_way(browser_page: Page) -> None:
    make_staff()
    choose(WATERMARK, True)
    page, said = browser_page, []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    sign_in(page, "/customers/")
    mark = page.locator(".watermark")
    expect(mark).to_have_count(1)
    assert mark.bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 900}
    colours = []
    for scheme in ("light", "dark"):
        page.evaluate(
            "s => { document.documentElement.dataset.themeChoice = s;"
            " document.dispatchEvent(new Event('haike:paint')) }",
            scheme,
        )
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        style = mark.evaluate(
            "e => { const s = getComputedStyle(e), t = getComputedStyle(e.querySelector('text'));"
            " return [s.pointerEvents, s.position, Number(s.opacity) < 0.1, t.fill] }"
        )
        assert style[:3] == ["none", "fixed", True]
        colours.append(style[3])
    assert colours[0] != colours[1]
    # A drawer is modal and lies above the page, and so does what is opened from it; the mark lies above both.
    top = "() => document.querySelector('.watermark').closest('[popover]')?.matches(':popover-open') ?? false"
    assert page.evaluate(top) is False
    page.goto("/customers/")
    page.keyboard.press("n")
    expect(page.locator("#drawer[open]")).to_be_visible()
    page.wait_for_function(top)
    expect(mark).to_have_count(1)
    assert mark.bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 900}
    page.locator("#drawer [name=name]").fill("甲有限公司")
    expect(page.locator("#drawer [name=name]")).to_have_value("甲有限公司")
    page.evaluate("document.getElementById('ask').showModal()")
    page.wait_for_function(top)
    page.evaluate("document.getElementById('ask').close()")
    page.evaluate("document.getElementById('drawer').close()")
    page.wait_for_function(f"() => !({top})()")
    expect(mark).to_have_count(1)
    page.goto("/customers/")
    # What lies below is reached by the pointer.
    page.click(".rooms a[href='/today/']")
    page.wait_for_url("**/today/")
    page.emulate_media(media="print")
    expect(mark).to_be_visible()
    assert said == []
