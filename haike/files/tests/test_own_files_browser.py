"""Own fields with a file and a picture under the hand: chosen, dropped, taken out, shown small in lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from haike.customers.customer.record import Customer
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add
from haike.files.tests import evil
from haike.files.tests.test_files_browser import sign_in
from haike.people.testing import Staff
from haike.people.user.record import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P19")]

DROP = """(box) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["约定"], "补充协议.txt", { type: "text/plain" }));
  for (const each of ["dragover", "drop"])
    box.dispatchEvent(new DragEvent(each, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


@pytest.fixture
def fields(staff: Staff, browse: Callable[[User], Client]) -> tuple[OwnField, OwnField]:
    boss = browse(staff.boss)
    return add(boss, "file", label="营业执照"), add(boss, "image", label="门头照片")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_file_and_a_picture(
    browser_page: Page, customer: Customer, fields: tuple[OwnField, OwnField], width: int, tmp_path: Path
) -> None:
    (paper, shot), page, said = fields, browser_page, list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page)
    page.goto(f"/customers/{customer.pk}/edit")
    box, view = page.locator(f"[data-field={paper.key}]"), page.locator(f"[data-field={shot.key}]")
    expect(box.locator("[data-file-name]")).to_have_text("还没有文件")
    box.locator("input[type=file]").set_input_files(
        {"name": "执照.pdf", "mimeType": "application/pdf", "buffer": evil.PDF}
    )
    expect(box.locator("[data-file-name]")).to_have_text("执照.pdf")
    box.get_by_role("button", name="移除").click()
    expect(box.locator("[data-file-name]")).to_have_text("还没有文件")
    box.locator("[data-island=file]").evaluate(DROP)
    expect(box.locator("[data-file-name]")).to_have_text("补充协议.txt")
    view.locator("input[type=file]").set_input_files(
        {"name": "门头.png", "mimeType": "image/png", "buffer": evil.picture(size=(300, 200))}
    )
    expect(view.locator("img")).to_be_visible()
    # A form that comes back for another reason still has both.
    page.locator("[name=name]").fill("")
    page.get_by_role("button", name="保存", exact=True).first.click()
    expect(page.locator("#error-name")).to_be_visible()
    expect(box.locator("[data-file-name]")).to_have_text("补充协议.txt")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    page.locator("[name=name]").fill("深圳市南山机械有限公司")
    page.get_by_role("button", name="保存", exact=True).first.click()
    page.wait_for_url(f"**/customers/{customer.pk}/")
    picture = page.locator(f"img.thumb[src*='{shot.key}']")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.naturalWidth === 96", arg=picture.element_handle())
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    page.get_by_role("link", name="补充协议.txt").click()
    expect(page.locator("dialog .preview pre")).to_have_text("约定")
    said[:] = [text for text in said if "422" not in text]
    assert said == []
