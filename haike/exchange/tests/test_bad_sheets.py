"""Sheets as people send them: wrong endings, merged headings, odd numbers, hostile cells, and very long ones."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
import xlwt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.customers.models import Contact, Customer
from haike.exchange import work
from haike.exchange.models import ImportRun
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.find import finder as find
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("P17")


@pytest.fixture
def client(staff: Staff, browse: Browse) -> Client:
    return browse(staff.ann)


def xlsx(draw: Callable[[Any, Any], None], name: str = "客户.xlsx") -> SimpleUploadedFile:
    """A workbook that `draw(book, page)` fills."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        draw(book, book.add_worksheet())
    return SimpleUploadedFile(name, stream.getvalue())


def comma_file(rows: list[list[str]], name: str = "客户.csv", encoding: str = "utf-8") -> SimpleUploadedFile:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return SimpleUploadedFile(name, stream.getvalue().encode(encoding))


def refused(client: Client, file: SimpleUploadedFile) -> str:
    """The page that says why a file is not taken; nothing is kept of it."""
    answer = client.post("/customers/import/", {"file": file})
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()
    text = answer.content.decode()
    assert 'role="alert"' in text
    return text


# What kind of file it really is


def test_an_old_workbook_with_a_new_ending(client: Client) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("客户")
    for line, row in enumerate([["公司名称", "联系人", "手机"], ["老格式有限公司", "王一", 13800138000.0]]):
        for column, value in enumerate(row):
            page.write(line, column, value)
    stream = io.BytesIO()
    book.save(stream)
    run = bring_in(client, upload(client, SimpleUploadedFile("客户.xlsx", stream.getvalue())))
    assert (run.created, run.faulty) == (1, 0)
    assert Contact.objects.get().mobile == "13800138000"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str, client: Client) -> None:
    rows = [["公司名称", "联系人"], ["龘靐贸易有限公司", "王小明"]]
    run = bring_in(client, upload(client, comma_file(rows, encoding=encoding)))
    assert run.created == 1
    assert Customer.objects.get().name == "龘靐贸易有限公司"


def test_a_bomb_is_not_unpacked(client: Client) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(600):
                part.write(b"0" * 1_000_000)
    began = time.monotonic()
    refused(client, SimpleUploadedFile("bomb.xlsx", stream.getvalue()))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("rows", [[], [[""]], [["", "", ""], ["", "", ""]]])
def test_an_empty_sheet(rows: list[list[str]], client: Client) -> None:
    refused(client, sheet(rows, head=[""]))


def test_headings_without_rows(client: Client) -> None:
    answer = client.post("/customers/import/", {"file": sheet([])})
    if answer.status_code == 302:
        run = ImportRun.objects.get()
        assert client.get(f"/imports/{run.pk}/").status_code == 200
        run = bring_in(client, run)
        assert (run.state, run.created, run.faulty) == ("done", 0, 0)
    else:
        assert answer.status_code == 422


# Headings


def test_merged_headings_in_two_rows(client: Client) -> None:
    def draw(book: Any, page: Any) -> None:
        page.merge_range("A1:D1", "2026 年客户登记表")
        page.merge_range("A2:A3", "公司名称")
        page.merge_range("B2:C2", "联系人")
        page.write_row("B3", ["联系人姓名", "手机"])
        page.merge_range("D2:D3", "备注")
        page.write_row("A4", ["并头有限公司", "王一", "13800138000", "好"])

    run = bring_in(client, upload(client, xlsx(draw)))
    assert (run.created, run.faulty) == (1, 0)
    customer = Customer.objects.get()
    assert (customer.name, customer.remark) == ("并头有限公司", "好")
    assert (customer.main_contact.name, customer.main_contact.mobile) == ("王一", "13800138000")


def test_the_same_heading_twice(client: Client) -> None:
    file = sheet([["甲公司", "13800138000", "乙名称", "x"]], head=["公司名称", "手机", "公司名称", "备注"])
    run = bring_in(client, upload(client, file))
    assert run.created == 1
    assert Customer.objects.get().name == "甲公司"


def test_two_columns_to_one_field_are_refused(client: Client) -> None:
    run = upload(client, sheet([["甲公司", "乙"]], head=["公司名称", "公司名称"]))
    answer = client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "column-0": "name", "column-1": "name"})
    assert answer.status_code == 422
    assert not Customer.objects.exists()


# Cells


def test_dates_in_many_spellings(client: Client) -> None:
    spellings = ["2026-11-21", "2026/11/21", "2026年11月21日", "20261121", "21-Nov-26", 46347]
    rows = [[f"日期{place}有限公司", "热", spelling] for place, spelling in enumerate(spellings)]
    run = upload(client, sheet(rows, head=["公司名称", "热度", "热至"]))
    columns = {"column-0": "name", "column-1": "heat", "column-2": "heat_until"}
    client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": "create", **columns})
    run_ready_jobs()
    run.refresh_from_db()
    said = [fault.reasons for fault in run.faults.all()]
    if said:
        # The word of the dictionary is another one; the date is what this is about.
        assert all("热度" in reason for reasons in said for reason in reasons), said
    else:
        assert {f"{day}" for day in Customer.objects.values_list("heat_until", flat=True)} == {"2026-11-21"}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (13800138000.0, "13800138000"),
        ("1.3800138E+10", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("'13800138000", "13800138000"),
    ],
)
def test_telephones_as_sheets_have_them(cell: Any, number: str, client: Client) -> None:
    run = bring_in(client, upload(client, sheet([["电话有限公司", "王一", cell, "", "", "", ""]])))
    assert [fault.reasons for fault in run.faults.all()] == []
    assert Contact.objects.get().mobile == number


def test_a_telephone_that_lost_its_digits_is_a_fault(client: Client) -> None:
    run = bring_in(client, upload(client, sheet([["电话有限公司", "王一", "1.38E+10", "", "", "", ""]])))
    assert (run.created, run.faulty) == (0, 1)
    assert "last figures" in run.faults.get().reasons[0] or "后几位" in run.faults.get().reasons[0]


def test_formulas_count_by_their_results(client: Client) -> None:
    def draw(book: Any, page: Any) -> None:
        page.write_row("A1", ["公司名称", "备注"])
        page.write_formula("A2", '="公式"&"有限公司"', None, "公式有限公司")
        page.write_formula("B2", '=HYPERLINK("http://evil.example/","点我")', None, "点我")
        page.write("A3", "错误有限公司")
        page.write_formula("B3", "=1/0", None, "#DIV/0!")

    run = bring_in(client, upload(client, xlsx(draw)))
    assert Customer.objects.get(name="公式有限公司").remark == "点我"
    assert run.created + run.faulty == 2


def test_brackets_of_both_widths_are_one_company(client: Client, staff: Staff) -> None:
    entity_of(Customer).create(by=staff.ann, name="海客（深圳）科技有限公司")
    rows = [["海客(深圳)科技有限公司", "", "", "0755-23456789", "", "", ""]]
    run = bring_in(client, upload(client, sheet(rows)), rule="update")
    assert (run.created, run.updated) == (0, 1)
    assert Customer.objects.get().phone == "075523456789"


def test_hostile_cells_stay_text(client: Client) -> None:
    evil = [
        "<script>alert(1)</script>公司",
        "=cmd|' /C calc'!A0",
        "😀🏢 表情有限公司",
        "\u202eمرحبا شركة",
        "a\x07b 铃声公司",
    ]
    run = bring_in(client, upload(client, comma_file([["公司名称", "备注"], *([name, name] for name in evil)])))
    assert run.created == len(evil), [fault.reasons for fault in run.faults.all()]
    names = set(Customer.objects.values_list("name", flat=True))
    assert {evil[0], evil[1], evil[2]} <= names
    assert not [name for name in names if "\x07" in name]
    for path in ("/customers/", f"/imports/{run.pk}/"):
        assert b"<script>alert(1)" not in client.get(path).content
    content = client.post(
        "/customers/export", {"write": "1", "what": "all", "format": "csv", "column": ["name"]}
    ).content.decode("utf-8-sig")
    assert not [row for row in csv.reader(io.StringIO(content)) if row and row[0].startswith("=")]


def test_a_cell_of_a_megabyte(client: Client) -> None:
    big = "长" * 400_000
    rows = [["公司名称", "备注"], ["大格有限公司", big], [big, "x"], ["小格有限公司", "好"]]
    answer = client.post("/customers/import/", {"file": comma_file(rows)})
    if answer.status_code == 422:
        assert 'role="alert"' in answer.content.decode()
        return
    run = ImportRun.objects.get()
    preview = client.get(f"/imports/{run.pk}/")
    assert len(preview.content) < 500_000
    run = bring_in(client, run)
    assert (run.created, run.faulty) == (1, 2)
    assert Customer.objects.get().name == "小格有限公司"
    assert len(client.get(f"/imports/{run.pk}/").content) < 500_000
    assert client.get(f"/imports/{run.pk}/faults").status_code == 200


def test_rows_that_break_rules_come_back_and_the_others_come_in(client: Client) -> None:
    head = ["公司名称", "税号", "邮箱", "客户来源", "省市区", "信用额度"]
    bad = {
        "税号有限公司": ["123", "", "", "", ""],
        "邮箱有限公司": ["", "kein-at", "", "", ""],
        "来源有限公司": ["", "", "没有这个来源", "", ""],
        "地区有限公司": ["", "", "", "亚特兰蒂斯省", ""],
        "额度有限公司": ["", "", "", "", "很多"],
        "负数有限公司": ["", "", "", "", "-5"],
        "长" * 200: ["", "", "", "", ""],
    }
    rows = [
        ["好公司", "", "a@example.com", "", "广东省深圳市", "1.2万"],
        *([name, *cells] for name, cells in bad.items()),
    ]
    run = bring_in(client, upload(client, sheet(rows, head=head)))
    assert (run.created, run.faulty) == (1, len(bad)), [(f.row, f.reasons) for f in run.faults.all()]
    assert Customer.objects.get().credit_limit == 12_000
    assert [fault.row for fault in run.faults.all()] == list(range(3, 3 + len(bad)))
    assert all(fault.reasons for fault in run.faults.all())


# Taking it back


def snapshot() -> tuple[list[Any], list[Any]]:
    """All that stands in the two tables, without what counts changes."""
    found: list[list[Any]] = []
    for model in (Customer, Contact):
        names = [f.attname for f in model._meta.fields if f.attname not in ("version", "changed_at", "changed_by_id")]
        found.append(list(model.objects.live().order_by("pk").values_list(*names)))
    return found[0], found[1]


def test_undo_leaves_just_what_was_there(client: Client, staff: Staff) -> None:
    customer = entity_of(Customer)
    present = [
        customer.create(by=staff.ann, name="原有（深圳）有限公司", remark="原来的", phone="075523456789"),
        customer.create(by=staff.ann, name="别动有限公司"),
    ]
    entity_of(Contact).create(by=staff.ann, customer=present[0], name="原联系人", mobile="13800000009")
    before = snapshot()
    rows = [
        ["原有(深圳)有限公司", "新联系人", "13811112222", "020-87654321", "", "广东省广州市", "改了"],
        *([f"新来{number}有限公司", f"人{number}", f"1390000{number:04}", "", "", "", ""] for number in range(40)),
    ]
    run = bring_in(client, upload(client, sheet(rows)), rule="update")
    assert (run.created, run.updated, run.faulty) == (40, 1, 0)
    assert snapshot() != before
    assert client.post(f"/imports/{run.pk}/undo").status_code == 302
    run_ready_jobs()
    find.forget()
    assert snapshot() == before
    assert client.get("/api/v1/customers/?q=新来").json()["items"] == []
    assert client.post(f"/imports/{run.pk}/undo").status_code == 404


# Very many


# A minute of computing: once is enough, and the pace below is asked of both databases.
@pytest.mark.sqlite
@pytest.mark.slow
def test_a_hundred_thousand_rows(client: Client) -> None:
    """A thousand rows a second of computing time at least; each has its number, log and index."""
    count = 100_000
    rows = [["公司名称", "手机", "省市区", "备注"]]
    rows += [[f"批量{number:06}有限公司", f"139{number:08}", "广东省深圳市", "好"] for number in range(count)]
    run = upload(client, comma_file(rows))
    sent = {"column-0": "name", "column-1": "mobile", "column-2": "region", "column-3": "remark"}
    began = time.process_time()
    client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": "skip", **sent})
    run_ready_jobs()
    seconds = time.process_time() - began
    run.refresh_from_db()
    assert (run.created, run.faulty) == (count, 0)
    assert count / seconds >= 1_000, f"{count / seconds:.0f} rows a second"
    assert Change.objects.filter(batch=run.batch, action="create").count() == count
    assert client.get("/api/v1/customers/?q=批量099999&count=true").json()["count"] == 1


def test_the_pace_of_an_import(client: Client) -> None:
    rows = [["公司名称", "联系人", "手机", "省市区"]]
    rows += [[f"速度{number}有限公司", f"王{number}", f"139{number:08}", "广东省深圳市"] for number in range(1_500)]
    run = upload(client, comma_file(rows))
    began = time.process_time()
    run = bring_in(client, run)
    assert run.created == 1_500
    assert 1_500 / (time.process_time() - began) > 200


def test_the_page_before_an_import_reads_the_file_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(book: Any, page: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row("A1", ["公司名称", "最近跟进", "备注"])
        for line in range(1, 41):
            page.write_row(line, 0, [f"第{line}公司", "", line / 4])
        page.write_datetime(1, 1, date(2026, 3, 4), day)
        page.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        other = book.add_worksheet("另一张")
        other.write_row("A1", ["备注", "公司名称"])
        other.write_row("A2", ["好", "别的公司"])

    opened: list[str] = []
    real = work.open_sheet

    def counted(path: Any, *, filename: str) -> Any:
        opened.append(filename)
        return real(path, filename=filename)

    monkeypatch.setattr(work, "open_sheet", counted)
    run = upload(client, xlsx(draw))
    first = client.get(f"/imports/{run.pk}/")
    sent = {"assigned": "1", "column-0": "name", "column-2": "remark"}
    again = client.post(f"/imports/{run.pk}/", sent)
    assert len(opened) == 1
    assert [each["samples"] for each in first.context["columns"]][1] == ["2026-03-04"]
    assert "#DIV/0!" in again.content.decode()
    assert len(again.context["preview"]) == 30
    # Pressing start with another sheet chosen: the places of the columns were those of the sheet before.
    answer = client.post(f"/imports/{run.pk}/", {**sent, "start": "1", "sheet": "另一张"})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.context["columns"]] == ["remark", "name"]
    assert client.get(f"/imports/{run.pk}/").context["preview"][0]["cells"][1]["text"] == "别的公司"
    assert len(opened) == 2
    client.post(f"/imports/{run.pk}/", {"sheet": "Sheet1"})
    answer = client.post(f"/imports/{run.pk}/", {**sent, "start": "1"})
    assert answer.status_code == 302
    assert len(opened) == 3
    run.refresh_from_db()
    assert (run.rows_total, run.head) == (40, "")


def test_a_name_of_a_file_that_is_long(client: Client) -> None:
    name = f"{'客户名单' * 40}.csv"
    run = bring_in(client, upload(client, comma_file([["公司名称"], ["长名有限公司"]], name=name)))
    assert run.created == 1
