"""Bringing sheets in: the good rows come in, the bad ones come back with reasons, one click undoes it all."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.exchange.run import ImportRun
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sheets.read import open_sheet

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("P17")

HEADS = ["公司名称", "联系人", "手机", "公司电话", "客户来源", "省市区", "备注"]


def sheet(
    rows: list[list[Any]], name: str = "客户.xlsx", head: list[Any] | None = None, above: int = 0
) -> SimpleUploadedFile:
    """An uploaded XLSX with a heading and rows."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet()
    for line in range(above):
        page.write(line, 0, "2026 年客户名单")
    for line, row in enumerate([head or HEADS, *rows], start=above):
        page.write_row(line, 0, row)
    book.close()
    return SimpleUploadedFile(name, stream.getvalue())


def upload(client: Client, file: SimpleUploadedFile) -> ImportRun:
    answer = client.post("/customers/import/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("id")


def bring_in(client: Client, run: ImportRun, **more: str) -> ImportRun:
    """Start with the columns as guessed, and let the job run."""
    page = client.get(f"/imports/{run.pk}/")
    columns = {f"column-{each['index']}": each["field"] for each in page.context["columns"]}
    answer = client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", **columns, **more})
    assert answer.status_code == 302, answer.content.decode()
    run_ready_jobs()
    run.refresh_from_db()
    return run


def test_good_rows_come_in_and_bad_rows_come_back(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet([
        ["深圳市海客科技有限公司", "王小明", 13800138000.0, "0755-23456789", "", "广东省深圳市", "好客户"],
        ["广州白云贸易有限公司", "李丽", "１３９００１３９０００", "", "", "", ""],
        ["坏电话有限公司", "张三", "abc", "", "", "", ""],
        ["", "没有名字", "13700137000", "", "", "", ""],
    ]))  # fmt: skip
    run = bring_in(client, run)
    assert (run.state, run.created, run.faulty) == ("done", 2, 2)
    customer = Customer.objects.get(name="深圳市海客科技有限公司")
    assert customer.owner == staff.ann
    assert customer.phone == "075523456789"
    assert customer.region == "440300"
    assert customer.number
    contact = Contact.objects.get(customer=customer)
    assert (contact.name, contact.mobile) == ("王小明", "13800138000")
    assert customer.main_contact == contact
    assert Contact.objects.get(name="李丽").mobile == "13900139000"
    assert Change.objects.filter(entity="customers.customer", record_id=customer.pk, action="create").count() == 1
    faults = client.get(f"/imports/{run.pk}/faults")
    path = Path(run.file.path).with_suffix(".faults")
    path.write_bytes(faults.content)
    rows = list(open_sheet(path, filename="faults.xlsx").rows())
    assert len(rows) == 3
    assert "abc" in rows[1]


def test_what_came_in_is_found_by_pinyin_and_phone(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    bring_in(client, upload(client, sheet([["深圳市海客科技有限公司", "王小明", "13800138000", "", "", "", ""]])))
    for words in ("hkkj", "海客", "8000", "王小明", "haike"):
        assert "深圳市海客科技有限公司" in client.get(f"/customers/?q={words}").content.decode(), words


def test_undo_takes_back_exactly_what_came_in(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    kept = entity_of(Customer).create(by=staff.ann, name="本来就有的公司")
    run = bring_in(
        client,
        upload(client, sheet([["甲公司", "王一", "13800138001", "", "", "", ""], ["乙公司", "", "", "", "", "", ""]])),
    )
    changed = Customer.objects.get(name="乙公司")
    entity_of(Customer).change(changed, by=staff.ann, remark="后来改过")
    would = client.get(f"/imports/{run.pk}/undo").context["would"]
    dialog = client.get(f"/imports/{run.pk}/undo", headers={"HX-Request": "true"}).content.decode()
    assert dialog.lstrip().startswith("<form"), "a dialog shows no frame"
    assert (would.removed, would.conflicts) == (2, 1)
    client.post(f"/imports/{run.pk}/undo")
    run.refresh_from_db()
    assert run.state == "undone"
    assert set(Customer.objects.live().values_list("name", flat=True)) == {"本来就有的公司", "乙公司"}
    assert not Contact.objects.live().exists()
    kept.refresh_from_db()
    assert kept.deleted_at is None


@pytest.mark.parametrize(
    ("rule", "created", "updated", "skipped"), [("skip", 1, 0, 1), ("update", 1, 1, 0), ("create", 2, 0, 0)]
)
def test_the_rule_for_those_who_are_there_already(
    rule: str, created: int, updated: int, skipped: int, staff: Staff, browse: Browse
) -> None:
    client = browse(staff.ann)
    present = entity_of(Customer).create(by=staff.ann, name="深圳市海客科技有限公司")
    run = upload(
        client,
        sheet([["深圳海客科技有限公司", "", "", "0755-23456789", "", "", ""], ["新公司", "", "", "", "", "", ""]]),
    )
    run = bring_in(client, run, rule=rule)
    assert (run.created, run.updated, run.skipped) == (created, updated, skipped)
    present.refresh_from_db()
    assert present.phone == ("075523456789" if rule == "update" else "")
    if rule == "update":
        client.post(f"/imports/{run.pk}/undo")
        present.refresh_from_db()
        assert (present.phone, present.name) == ("", "深圳市海客科技有限公司")


def test_somebody_elses_customer_is_not_updated(staff: Staff, browse: Browse) -> None:
    present = entity_of(Customer).create(by=staff.cat, name="深圳市海客科技有限公司")
    client = browse(staff.ann)
    run = bring_in(
        client, upload(client, sheet([["深圳市海客科技有限公司", "", "", "0755-23456789", "", "", ""]])), rule="update"
    )
    assert (run.updated, run.faulty) == (0, 1)
    present.refresh_from_db()
    assert present.phone == ""


def test_headings_are_remembered(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet([["甲公司", "x"]], head=["名头", "古怪的列"]))
    columns = {"column-0": "name", "column-1": "remark"}
    client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": "skip", **columns})
    again = upload(client, sheet([["乙公司", "y"]], head=["名头", "古怪的列"]))
    page = client.get(f"/imports/{again.pk}/")
    assert [each["field"] for each in page.context["columns"]] == ["name", "remark"]


def test_title_rows_above_the_heading_are_passed_over(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = bring_in(client, upload(client, sheet([["甲公司", "", "", "", "", "", ""]], above=2)))
    assert run.created == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"MZ\x90\x00 this is a program"),
        ("a.pdf", b"%PDF-1.4 nothing"),
        ("a.xlsx", b"PK\x03\x04 broken archive"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_sentence(name: str, content: bytes, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    answer = client.post("/customers/import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_gbk_csv(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    text = "公司名称,联系人,手机\n深圳市海客科技有限公司,王小明,13800138000\n"
    run = bring_in(client, upload(client, SimpleUploadedFile("客户.csv", text.encode("gb18030"))))
    assert run.created == 1
    assert Customer.objects.filter(name="深圳市海客科技有限公司").exists()


def test_without_the_right_there_is_no_import(staff: Staff, browse: Browse) -> None:
    run = upload(browse(staff.ann), sheet([["甲公司", "", "", "", "", "", ""]]))
    assert browse(staff.cat).get(f"/imports/{run.pk}/").status_code == 404
    assert browse(staff.cat).post(f"/imports/{run.pk}/undo").status_code == 404


def test_a_required_column_must_be_assigned(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet([["甲公司", "x"]], head=["古怪", "备注"]))
    answer = client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "column-1": "remark"})
    assert answer.status_code == 422
    assert not Customer.objects.exists()


def test_a_worker_that_takes_over_goes_on_where_the_other_stopped(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet([[f"公司{n}", "", "", "", "", "", ""] for n in range(30)]))
    columns = {"column-0": "name"}
    client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": "create", **columns})
    ImportRun.objects.filter(pk=run.pk).update(rows_done=20)
    run_ready_jobs()
    assert Customer.objects.count() == 10


def test_undoing_talks_sets_the_customers_dates_back(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    customer = entity_of(Customer).create(by=staff.ann, name="甲公司")
    file = sheet([["甲公司", "谈了价格", "2026-01-05 10:00"]], head=["客户", "内容", "时间"])
    client.post("/follow-ups/import/", {"file": file})
    run = bring_in(client, ImportRun.objects.latest("id"))
    customer.refresh_from_db()
    assert run.created == 1, [fault.reasons for fault in run.faults.all()]
    assert customer.last_contact_at is not None
    client.post(f"/imports/{run.pk}/undo")
    customer.refresh_from_db()
    assert customer.last_contact_at is None


def test_the_log_says_import_of_what_an_import_wrote_and_of_nothing_else(staff: Staff, browse: Browse) -> None:
    bring_in(browse(staff.ann), upload(browse(staff.ann), sheet([["甲公司", "", "", "", "", "", ""]])))
    entity_of(Customer).create(by=staff.ann, name="乙公司")
    origins = Change.objects.filter(entity="customers.customer").order_by("id").values_list("origin", flat=True)
    assert list(origins) == ["import 客户.xlsx", ""]
    assert "导入 客户.xlsx" in browse(staff.boss).get("/settings/operations/").content.decode()
