"""Every file that leaves the house has a number: in its name, its properties, its last sheet, the log."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.exchange.exported import Export, number_in
from haike.exchange.tests.test_export import export, make, rows_of
from haike.exchange.tests.test_import import bring_in, upload
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sheets.read import open_sheet

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("P18"), pytest.mark.feature("X8")]


def test_the_workbook_says_whose_it_is(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    make(staff.boss, "深圳公司")
    make(staff.boss, "广州公司")
    answer = export(browse(staff.boss), "?q=深圳")
    taken = Export.objects.get()
    assert (taken.by, taken.rows, taken.entity, taken.format) == (staff.boss, 1, "customers.customer", "xlsx")
    assert taken.number in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        core = book.read("docProps/core.xml").decode()
    assert f"<dc:title>{taken.number}</dc:title><dc:creator>白石 (boss)</dc:creator>" in core
    assert f">{taken.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</dcterms:created>" in core
    path = tmp_path / "a.xlsx"
    path.write_bytes(answer.content)
    with open_sheet(path, filename="a.xlsx") as book:
        assert book.sheets == ["客户", "导出说明"]
    told = dict(row[:2] for row in rows_of(answer.content, tmp_path, sheet="导出说明"))
    assert told["导出编号"] == taken.number
    assert told["导出人"] == "白石 (boss)"
    assert told["行数"] == 1
    assert "客户名称" in told["列"]
    assert "深圳" in told["筛选"]
    assert len(rows_of(answer.content, tmp_path)) == 2


def test_an_import_reads_the_first_sheet_of_it(staff: Staff, browse: Browse) -> None:
    made = make(staff.boss, "深圳市海客科技有限公司", phone="075523456789")
    client = browse(staff.boss)
    content = export(client).content
    entity_of(Customer).remove(made, by=staff.boss)
    bring_in(client, upload(client, SimpleUploadedFile("again.xlsx", content)))
    assert [each.name for each in Customer.objects.live()] == ["深圳市海客科技有限公司"]


def test_csv_and_a_job_and_cards_have_numbers_too(staff: Staff, browse: Browse) -> None:
    customer = make(staff.boss, "公司")
    entity_of(Contact).create(by=staff.boss, customer=customer, name="王小明", mobile="13800138000")
    client = browse(staff.boss)
    answer = export(client, format="csv")
    number = Export.objects.get().number
    assert number in answer["Content-Disposition"]
    assert number in str(Change.objects.get(action="export").diff)
    assert number not in answer.content.decode("utf-8-sig")
    cards = client.get(f"/contacts/vcards?customer={customer.pk}")
    last = Export.objects.order_by("-id")[0]
    assert (last.format, last.rows) == ("vcf", 1)
    assert last.number in cards["Content-Disposition"]
    assert Export.objects.count() == 2


def test_the_number_of_a_job_is_given_once(staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    make(staff.boss, "公司")
    make(staff.boss, "公司二")
    monkeypatch.setattr("haike.exchange.pages_export.AT_ONCE", 2)
    answer = export(browse(staff.boss))
    assert answer["Location"].startswith("/jobs/")
    [job] = run_ready_jobs()
    taken = Export.objects.get()
    assert (taken.by, taken.rows) == (staff.boss, 2)
    assert taken.number in job.file


def test_the_log_is_looked_up_by_the_number(staff: Staff, browse: Browse) -> None:
    make(staff.boss, "深圳公司")
    client = browse(staff.boss)
    export(client, "?q=深圳")
    export(client, format="csv", column=["name"])
    first, second = Export.objects.order_by("id")
    page = client.get("/settings/exports/").content.decode()
    for word in (first.number, second.number, "白石", "深圳", "客户名称", "CSV", "127.0.0.1"):
        assert word in page
    for typed in (first.number, first.number.lower(), str(first.pk), f"客户-20261122-{first.number}.xlsx"):
        found = client.get("/settings/exports/", {"q": typed}).content.decode()
        assert first.number in found
        assert second.number not in found
    assert first.number not in client.get("/settings/exports/?q=EX999999").content.decode()
    assert "/settings/exports/" in client.get("/settings/").content.decode()
    for who in (staff.ann, staff.ben, staff.cat):
        assert browse(who).get("/settings/exports/").status_code == 404


def test_a_log_taken_out_is_numbered(staff: Staff, browse: Browse) -> None:
    answer = browse(staff.boss).get("/settings/operations/?format=xlsx&action=create")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    taken = Export.objects.get()
    assert (taken.entity, taken.by) == ("people.operations", staff.boss)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert taken.number in book.read("docProps/core.xml").decode()


@pytest.mark.parametrize(
    ("text", "key"),
    [("EX000012", 12), ("ex12", 12), ("12", 12), ("表-EX000012.csv", 12), ("2026客户", None), ("", None)],
)
def test_numbers_in_texts(text: str, key: int | None) -> None:
    assert number_in(text) == key
