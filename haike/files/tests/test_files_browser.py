"""Attachments under the hand: by button, drag and paste, previewed, deleted and taken back, wide and on a phone."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from haike.customers.customer.record import Customer
from haike.files.attachment.record import Attachment
from haike.files.tests import evil
from haike.kernel.entity import entity_of
from haike.people.testing import Staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P24")]

GIVE = """([kind, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, content] of files)
    transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
  const options = { bubbles: true, cancelable: true };
  if (kind === "drop") for (const each of ["dragover", "drop"])
    document.querySelector("#attach").dispatchEvent(new DragEvent(each, { ...options, dataTransfer: transfer }));
  else document.body.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
}"""


def give(page: Page, kind: str, *files: tuple[str, str, bytes]) -> None:
    """Drop or paste files on the page."""
    page.evaluate(GIVE, [kind, [[name, media, base64.b64encode(content).decode()] for name, media, content in files]])


@pytest.fixture
def page_of(customer: Customer) -> str:
    return f"{entity_of(Customer).url_of(customer)}?tab=attachments"


def test_files_come_by_button_drag_and_paste(browser_page: Page, page_of: str, media: Path) -> None:
    page = browser_page
    sign_in(page)
    page.goto(page_of)
    count = page.locator("[data-tab].active .count")
    page.set_input_files(
        "#attach-files",
        [
            {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": evil.PDF},
            {"name": "报价.xlsx", "mimeType": "", "buffer": evil.workbook([["品名", "单价"], ["轴承", 12.5]])},
        ],
    )
    expect(page.get_by_role("link", name="合同.pdf")).to_be_visible()
    expect(count).to_have_text("2")
    give(page, "drop", ("厂房.png", "image/png", evil.picture()), ("假.pdf", "application/pdf", evil.EXE))
    expect(page.get_by_role("link", name="厂房.png")).to_be_visible()
    expect(page.get_by_text("“假.pdf”实际上是程序文件")).to_be_visible()
    give(page, "paste", ("image.png", "image/png", evil.picture(colour="green")))
    expect(page.get_by_role("link", name="截图 ")).to_be_visible()
    expect(count).to_have_text("4")
    assert Attachment.objects.count() == 4
    assert len([path for path in media.rglob("*") if path.is_file() and path.suffix not in (".96", ".1600")]) == 4


def test_previews_and_the_bin(browser_page: Page, page_of: str, attached: Callable[..., Attachment]) -> None:
    attached("备忘.txt", "客户要求月底前交货".encode("gbk"))
    attached("报价.xlsx", evil.workbook([["品名", "单价"], ["轴承", 12.5]]))
    attached("厂房.png", evil.picture("PNG", (800, 600)))
    page = browser_page
    sign_in(page)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(page_of)
    page.get_by_role("link", name="厂房.png").click()
    dialog = page.locator("#dialog")
    picture = dialog.locator(".preview-picture img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 800
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("cell", name="轴承")).to_be_visible()
    dialog.get_by_role("link", name="备注").click()
    expect(dialog.locator("[aria-current]")).to_have_text("备注")
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("客户要求月底前交货")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename == "备忘.txt"
    page.keyboard.press("Escape")
    line = page.locator(".attach-item", has_text="备忘.txt")
    line.get_by_role("button", name="删除").click()
    expect(page.locator("[data-attach-list] .attach-item")).to_have_count(2)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-attach-list] .attach-item")).to_have_count(3)
    assert said == []


def test_on_a_phone(
    browser: Browser, live_server: Any, staff: Staff, page_of: str, attached: Callable[..., Attachment]
) -> None:
    attached("深圳市南山机械有限公司采购合同（第三版，双方盖章扫描件）最终确认稿.pdf", evil.PDF)
    attached("报价.xlsx", evil.workbook([[f"列 {n}" for n in range(30)]]))
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    page = context.new_page()
    sign_in(page)
    page.goto(page_of)
    expect(page.get_by_text("拍照")).to_be_visible()
    for path in (page_of, "/attachments/"):
        page.goto(path)
        expect(page.get_by_role("link", name="报价.xlsx")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="报价.xlsx").click()
    expect(page.locator(".preview")).to_be_visible()
    assert page.locator("#dialog").bounding_box()["width"] == 390  # type: ignore[index]
    context.close()
