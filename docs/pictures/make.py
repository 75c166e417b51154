"""Take the pictures of README and manual: `python docs/pictures/make.py`.

Makes a sample company in a temporary folder, serves it, and photographs its screens with Chromium into this folder.
CHROMIUM names the browser (/usr/bin/chromium).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import xlsxwriter
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CUSTOMERS = 2000
USER, PASSWORD = "ann", "haike-demo-2026"
WIDE, PHONE = (1440, 900), (390, 844)
MOST_BYTES = 200_000
HEADS = ["公司名称", "联系人", "手机", "公司电话", "省市区", "成立日期", "备注"]
ROWS = [
    [
        "佛山市南海恒岩五金制品有限公司",
        "梁伟强",
        1.3802345671e10,
        "0757-8633 2190",
        "广东省佛山市南海区",
        "2019年3月8日",
        "展会名片",
    ],
    ["东莞市长安宏拓电子有限公司", "谢敏", "１３９２５６０８８１２", "", "广东省东莞市", "2020/7/1", ""],
    ["珠海金湾蓝鲸生物科技（有限合伙）", "杜若飞", "136 3123 0097", "", "广东省珠海市", "20210416", "老客户介绍"],
    ["", "黄先生", "13712340009", "", "广东省", "", "没写公司名"],
    ["深圳市宝安区启明塑胶厂", "何丽萍", "1351234", "0755-2991 0037", "广东省深圳市宝安区", "2016.11.20", "手机号不全"],
    ["惠州市博罗县顺景印刷有限公司", "邓志勇", 13827765521.0, "", "广东省惠州市博罗县", "2018-05-30", ""],
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of a sample company that lives as long as the block."""
    address = f"http://127.0.0.1:{free_port()}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAIKE_")}
    environment = {**kept, "HAIKE_DATA": str(data), "HAIKE_PORT": address.rsplit(":", 1)[1], "PYTHONPATH": str(ROOT)}
    haike = [sys.executable, "-m", "haike"]
    for command in (["migrate"], ["demo", "--customers", str(CUSTOMERS)]):
        subprocess.run([*haike, *command], env=environment, check=True)
    server = subprocess.Popen([*haike, "run", "--no-jobs", "--workers", "1"], env=environment)
    try:
        wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("Haike did not start.")


def keep(page: Page, name: str) -> None:
    """Photograph what the page shows, with 256 colours, which is enough for a screen."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    taken = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    path = HERE / name
    taken.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{name} has {size} bytes.")
    print(f"{name:<20}{size // 1000:>5} kB")


def open_customer(page: Page) -> None:
    """A customer whom the seller is to call, with its time line."""
    page.goto("/today/")
    page.locator(".due-name").nth(2).click()
    page.wait_for_url("**/customers/*/")


def take_today(page: Page) -> None:
    page.goto("/today/")
    keep(page, "today.png")


def take_customers(page: Page) -> None:
    page.goto("/customers/")
    keep(page, "customers.png")


def take_customer(page: Page) -> None:
    open_customer(page)
    keep(page, "customer.png")


def take_filter(page: Page) -> None:
    page.goto("/customers/")
    page.locator("[data-key=f]").click()
    field = page.locator("dialog[open] select[name$='-field']")
    field.first.select_option("level")
    page.locator("dialog[open] [data-filter-add]").first.click()
    field.nth(1).select_option("region")
    keep(page, "filter.png")


def take_palette(page: Page) -> None:
    page.goto("/customers/")
    page.keyboard.press("Control+k")
    page.keyboard.type("szs")
    page.wait_for_timeout(600)
    keep(page, "palette.png")


def take_form(page: Page) -> None:
    page.goto("/customers/")
    page.locator("a.btn-primary[data-key=n]").click()
    page.locator("dialog[open] #id_name").fill("珠海市海风听涛软件有限公司")
    keep(page, "form.png")


def take_import(page: Page) -> None:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        sheet.write(0, 0, "2026 年客户名单（内部）")
        for number, row in enumerate([HEADS, *ROWS], start=1):
            sheet.write_row(number, 0, row)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.goto("/customers/import/")
    page.set_input_files("#id_file", {"name": "客户名单.xlsx", "mimeType": kind, "buffer": stream.getvalue()})
    page.locator("form[enctype] button.btn-primary").click()
    page.wait_for_url("**/imports/*/")
    keep(page, "import.png")


def take_board(page: Page) -> None:
    page.goto("/opportunities/board")
    keep(page, "board.png")


def take_pivot(page: Page) -> None:
    page.goto("/opportunities/pivot?rows=owner&column=created_at.month&measure=count&heat=1&chart=bars")
    keep(page, "pivot.png")


def take_phone(page: Page) -> None:
    page.goto("/today/")
    keep(page, "phone.png")


def take_phone_customer(page: Page) -> None:
    open_customer(page)
    keep(page, "phone-customer.png")


def take_phone_list(page: Page) -> None:
    page.goto("/customers/")
    keep(page, "phone-customers.png")


def take_dark(page: Page) -> None:
    page.goto("/customers/")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    keep(page, "dark.png")


TAKES: list[tuple[tuple[int, int], list[Callable[[Page], None]]]] = [
    (WIDE, [take_today, take_customers, take_customer, take_filter, take_palette, take_form, take_import]),
    (WIDE, [take_board, take_pivot, take_dark]),
    (PHONE, [take_phone, take_phone_list, take_phone_customer]),
]


def photograph(browser: Browser, address: str) -> None:
    for (width, height), takes in TAKES:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=width < 720,
        )
        page = context.new_page()
        page.goto("/signin")
        page.fill("input[name=username]", USER)
        page.fill("input[name=password]", PASSWORD)
        page.click("#sign-in button.btn-primary")
        page.wait_for_url(lambda url: "/signin" not in url)
        for take in takes:
            take(page)
        context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address, sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        photograph(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
