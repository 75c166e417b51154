"""The main job in a browser: bring a messy Excel in, find somebody, write down the talk, call him the next day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
import xlsxwriter
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.exchange.run import ImportRun
from haike.jobs.testing import run_ready_jobs
from haike.people.testing import make_staff, sign_in
from haike.work.models import FollowUp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS, BAD, DOUBLES = 5000, 25, 30
HEADS = ["公司名称", "联系人", "手机", "公司电话", "客户来源", "省市区", "详细地址", "成立日期", "备注"]
CITIES = [("苏州", "江苏省苏州市"), ("深圳", "广东省深圳市"), ("杭州", "浙江省杭州市"), ("成都", "四川省成都市")]
NAMES = "锐诚汇景鸿泰瑞丰恒信盛达华宇金川明远德润天成百川万通长青云帆"
TRADES = ["精密机械", "电子科技", "新材料", "包装制品", "食品贸易"]
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", ["志强", "丽华", "建国", "晓雯", "海燕"]
DATES = ["2019-03-08", "2019/3/8", "2019.03.08", "2019年3月8日", "20190308"]
WANTED, WANTED_PHONE = "苏州海客听涛软件有限公司", "13862915308"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def row_of(place: int) -> list[Any]:
    """One customer as people type them: phones as numbers, as text, in full-width digits, dates in five spellings."""
    city, region = CITIES[place % 4]
    first, second = NAMES[place % 30], NAMES[place // 30 % 30]
    name = f"{city}{first}{second}{TRADES[place % 5]}{place:04}有限公司"
    phone: Any = 13700000000 + place * 17
    if place % 3 == 1:
        phone = str(phone)
    elif place % 3 == 2:
        phone = f"{str(phone)[:3]} {str(phone)[3:7]} {str(phone)[7:]}".translate(FULL_WIDTH)
    person = SURNAMES[place % 10] + GIVEN[place // 10 % 5]
    return [name, person, phone, "", "", region, f"{place} 号", DATES[place % 5], "展会名片" if place % 7 == 0 else ""]


def write_messy_sheet(path: Path) -> None:
    """Two title rows, a heading, 5 000 customers; some twice with other brackets, some without a name."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("客户")
        page.merge_range(0, 0, 0, len(HEADS) - 1, "2026 年客户名单（内部）")
        page.write(1, 0, "制表：销售部")
        page.write_row(2, 0, HEADS)
        rows = [row_of(place) for place in range(ROWS)]
        rows[1234][:3] = [WANTED, "沈听涛", float(WANTED_PHONE)]
        for place in range(BAD):
            rows[place * 190 + 7][0] = ""
        for place in range(DOUBLES):
            rows[-1 - place][0] = f" {rows[place * 4 + 40][0]} "
        for number, row in enumerate(rows, start=3):
            page.write_row(number, 0, row)


@pytest.mark.feature("C1", "C4", "P17", "P27", "A3", "A5")
def test_from_a_messy_excel_to_the_call_of_tomorrow(browser_page: Page, tmp_path: Path) -> None:
    page, said = browser_page, []
    page.on("pageerror", lambda error: said.append(str(error)))
    make_staff()
    sheet = tmp_path / "客户名单.xlsx"
    write_messy_sheet(sheet)
    sign_in(page, "/customers/")
    expect(page.locator(".empty")).to_be_visible()

    # Bring the sheet in.
    page.locator(".list-head a[href$='/import/']").click()
    page.set_input_files("#id_file", sheet)
    page.locator("form[enctype] button.btn-primary").click()
    page.wait_for_url("**/imports/*/")
    chosen = {
        heading: page.locator(f"select[aria-label='{heading}']").input_value()
        for heading in ("公司名称", "手机", "成立日期")
    }
    assert chosen["公司名称"] == "name"
    assert "mobile" in chosen["手机"]
    assert chosen["成立日期"] == ""
    # The notes were not meant for the field that was guessed: the user leaves them out.
    page.locator("select[aria-label='备注']").select_option("")
    page.get_by_role("button", name="重新检查").click()
    expect(page.locator("select[aria-label='备注']")).to_have_value("")
    expect(page.locator("td.bad .form-error").first).to_be_visible()
    page.locator("button[name=start]").click()
    expect(page.locator("#import-state[hx-trigger]")).to_be_visible()
    run_ready_jobs()
    expect(page.locator("a[href$='/undo']")).to_be_visible(timeout=20_000)
    run = ImportRun.objects.get()
    assert (run.created, run.faulty, run.skipped) == (ROWS - BAD - DOUBLES, BAD, DOUBLES)
    expect(page.get_by_role("heading", name="没有导入的行")).to_be_visible()
    with page.expect_download() as faults:
        page.locator("a[href$='/faults']").click()
    assert faults.value.suggested_filename.endswith(".xlsx")

    # Find one customer by pinyin initials in the list, and by four digits of the phone in the palette.
    page.locator("a.btn-primary", has_text="列表").click()
    expect(page.locator("#list-count")).to_contain_text(f"{ROWS - BAD - DOUBLES:,}")
    page.keyboard.press("/")
    page.keyboard.type("szhkttrj")
    rows = page.locator(".list-table tbody tr[data-row]")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(WANTED)
    page.fill("[data-search]", "5308")
    expect(rows.first).to_contain_text(WANTED)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("5308")
    customer = Customer.objects.get(name=WANTED)
    found = page.locator(f"#palette a[href='/customers/{customer.pk}/']")
    expect(found).to_be_visible()
    with page.expect_response("**/palette?q=szhktt"):
        page.fill("#palette-q", "szhktt")
    expect(found).to_be_visible()
    found.click()
    page.wait_for_url(f"**/customers/{customer.pk}/")
    assert Contact.objects.get(customer=customer).mobile.endswith(WANTED_PHONE)

    # Write down the talk, to be called again tomorrow.
    box = page.locator("form.follow-up-box")
    box.locator("textarea[name=content]").fill("对样品满意，明天再谈价格。")
    box.locator("select[name=next_in]").select_option("1")
    box.locator("button.btn-primary").click()
    expect(page.locator("#panel")).to_contain_text("对样品满意")
    talk = FollowUp.objects.get(customer=customer)
    today = timezone.localtime()
    assert timezone.localtime(talk.next_at).date() == today.date() + dt.timedelta(days=1)

    # The next morning.
    morning = (today + dt.timedelta(days=1)).replace(hour=8, minute=30)
    with time_machine.travel(morning, tick=True):
        Session.objects.update(expire_date=morning + dt.timedelta(days=7))
        page.goto("/today/")
        if "signin" in page.url:
            sign_in(page, "/today/")
        due = page.locator(f"#due-{customer.pk}")
        expect(due).to_contain_text(WANTED)
        expect(due).to_contain_text("对样品满意")
        expect(due.locator("a[href^='tel:']").first).to_be_visible()
        assert due.evaluate("node => node.className").split()[-1] == "due-today"
    assert said == []
