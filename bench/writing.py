"""Creating, changing, importing, exporting: what changes the company."""

from __future__ import annotations

import random
import re
import threading
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from bench.browser import Browser
from bench.databases import KEPT
from bench.results import Results, Took, middle, percentile
from bench.server import Server, memory

TIMES = 40
CREATORS, EACH, WARM = 8, 40, 3
MOST_ROWS = 100_000
CHARS = "华德胜中天宏远金鼎盛达信诚瑞丰恒通博雅联创智汇海科新佳美乐康安泰永利兴隆嘉和东方明珠众益百川鸿翔腾飞"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VERSION = re.compile(r'name="version" value="(\d+)"')


def name(rnd: random.Random) -> str:
    """A company's name that is not there yet, nor one so like it that the form asks."""
    return f"佛山市{''.join(rnd.choices(CHARS, k=9))}新材料有限公司"


def form(rnd: random.Random) -> dict[str, str]:
    """A new customer as a form sends it; the sample company has no number of this prefix or this town."""
    return {
        "name": name(rnd), "form": "business", "kind": "potential", "stage": "prospect", "level": "ordinary",
        "phone": f"0999-{rnd.randrange(2 * 10**6, 9 * 10**6)}", "mobile": f"162{rnd.randrange(10**8):08d}",
        "region": "440604", "address": f"季华五路{rnd.randrange(999)}号", "remark": "展会上认识的，需要样品",
    }  # fmt: skip


def create(browser: Browser, rnd: random.Random) -> float:
    """Milliseconds for one customer; one in a hundred draws a number that an imported one has, and tries another."""
    while (answer := browser.post("/customers/new", form(rnd))).status == 422:
        pass
    if answer.status != 302:
        raise RuntimeError(f"Creating a customer gave {answer.status}: {answer.text[:3000]}")
    return answer.ms


def write(server: Server, people: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """Create and change, alone and eight at once."""
    rnd = random.Random(str(time.time()))
    seller = people["seller"]
    browser = server.browser().sign_in(seller["username"], password)
    if only in "create":
        for __ in range(6):
            create(browser, rnd)
        began = browser.busy()
        made = [create(browser, rnd) for __ in range(TIMES)]
        results.put("create", "seller", Took.of(middle(made), (browser.busy() - began) * 1000 / TIMES))
    if only in "change":
        took, busy = [], 0.0
        for turn in range(TIMES + 6):
            key = seller["ids"][turn % len(seller["ids"])]
            path = f"/customers/{key}/edit"
            found = VERSION.search(browser.get(path).text)
            sent = {"remark": f"第 {turn} 次", "version": found[1] if found else ""}
            began = browser.busy()
            took.append(browser.post(path, sent, expect=302).ms)
            busy += browser.busy() - began
        results.put("change", "seller", Took.of(middle(took[6:]), busy * 1000 / len(took)))
    if only in "create: 8 at once, p99":
        results.put("create: 8 at once, p99", "seller", percentile(_creators(server, browser), 0.99))


def _creators(server: Server, signed_in: Browser) -> list[float]:
    took: list[float] = []

    def act(seed: float) -> None:
        browser = server.browser()
        browser.cookies = dict(signed_in.cookies)
        rnd = random.Random(seed)
        for __ in range(WARM):
            create(browser, rnd)
        mine = [create(browser, rnd) for __ in range(EACH)]
        took.extend(mine)

    threads = [threading.Thread(target=act, args=(time.time() + place,)) for place in range(CREATORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def move(server: Server, people: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """Import and export of up to 100 000 rows."""
    browser = server.browser().sign_in(people["boss"]["username"], password)
    rows = min(MOST_ROWS, results.size)

    most = Most(server)
    if only in "import":
        began = server.busy_in_all()
        took = _import(browser, rows, most)
        results.put("import", "boss", Took.of(rows / took, rows / (server.busy_in_all() - began)))
        results.put("import: memory of the jobs", "boss", most.value)
    if only in "export: 100 000 rows":
        # What the import took at its height is not the export's.
        manager, began, most = people["manager"], server.busy_in_all(), Most(server)
        took = _export(server.browser().sign_in(manager["username"], password), most)
        share = MOST_ROWS / manager["sees"]
        busy = server.busy_in_all() - began
        results.put("export: 100 000 rows", "manager", Took.of(took * share, busy * share))
        if most.value:
            results.put("export: memory of the jobs", "manager", most.value)


class Most:
    """The most memory that a process of the jobs was seen with."""

    def __init__(self, server: Server) -> None:
        self.server, self.value = server, 0.0

    def look(self) -> None:
        """Look now."""
        self.value = max(self.value, *map(memory, self.server.jobs()), 0.0)


HEADINGS = "客户名称 简称 客户性质 客户类型 客户阶段 级别 行业 来源 电话 手机 邮箱 微信 地址 邮编 备注".split()


def sheet(rows: int) -> Path:
    """A sheet of customers with fifteen columns, headed as people head them."""
    path = KEPT / f"import-{rows}.xlsx"
    if path.exists():
        return path
    KEPT.mkdir(parents=True, exist_ok=True)
    rnd = random.Random(5)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("客户")
    page.write_row(0, 0, HEADINGS)
    for number in range(1, rows + 1):
        core = "".join(rnd.choices(CHARS, k=5))
        mobile = f"13{rnd.randrange(10**9):09d}"
        page.write_row(number, 0, [
            f"东莞市{core}{rnd.choice(('电子', '五金', '包装', '纺织'))}有限公司", core, "企业", "潜在客户", "潜在", "一般", "通用机械", "搜索引擎",
            f"0769-8{rnd.randrange(10**7):07d}", mobile, f"info{number}@example.com", mobile, f"松山湖大道{rnd.randrange(999)}号", "523000", "批量导入",
        ])  # fmt: skip
    book.close()
    return path


def _import(browser: Browser, rows: int, most: Most) -> float:
    """Seconds from the start of the import to its end; the upload is not counted."""
    path = sheet(rows)
    answer = browser.upload("/customers/import/", path, XLSX)
    if answer.status != 302:
        raise RuntimeError(f"the upload was refused: {answer.text[:3000]}")
    run = answer.location
    page = browser.get(run).text
    selects = re.findall(r'<select[^>]*name="column-(\d+)"(.*?)</select>', page, re.S)
    marked = {index: re.search(r'<option value="([^"]+)" selected', options) for index, options in selects}
    chosen = {f"column-{index}": found[1] for index, found in marked.items() if found}
    if len(chosen) < len(HEADINGS):
        raise RuntimeError(f"only {len(chosen)} columns were recognised")
    began = time.perf_counter()
    browser.post(run, {**chosen, "assigned": "1", "start": "1", "rule": "skip"}, expect=302)
    return _until_done(browser, run, began, most)


def _until_done(browser: Browser, path: str, began: float, most: Most) -> float:
    """Wait until the page asks no more for news."""
    while time.perf_counter() - began < 3600:
        text = browser.get(path, fragment=True).text
        most.look()
        if 'hx-trigger="every' not in text:
            if "form-error" in text or "notice-bad" in text:
                raise RuntimeError(f"{path} failed: {text[:3000]}")
            return time.perf_counter() - began
        time.sleep(0.2)
    raise RuntimeError(f"{path} does not end")


def _export(browser: Browser, most: Most) -> float:
    """Seconds until the file of all customers a person sees lies ready."""
    most.value = 0.0
    page = browser.get("/customers/export").text
    columns = re.findall(r'name="column" value="([^"]+)" checked', page)
    began = time.perf_counter()
    sent = {"write": "1", "what": "all", "format": "xlsx", "column": columns}
    answer = browser.post("/customers/export", sent)
    if answer.status == 200:
        return time.perf_counter() - began  # so few that the file came at once, and no job was needed
    if answer.status != 302:
        raise RuntimeError(f"the export was refused: {answer.text[:3000]}")
    return _until_done(browser, answer.location, began, most)
