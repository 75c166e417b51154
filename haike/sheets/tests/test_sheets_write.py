"""Writing spreadsheets."""

# ruff: noqa: DTZ001 - spreadsheets hold the time of the wall clock, without a zone.

import io
import time as clock
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.refused import Refused
from haike.sheets import write
from haike.sheets.cell import Cell, formula_error
from haike.sheets.read import open_sheet
from haike.sheets.write import Column, SheetWriter, neutralise, shown_width

DANGEROUS = ["=1+1", "+86 138", "-", "@SUM(A1)", "\t=1", "\r=1", "＝1＋1", " =1"]
COLUMNS = [Column("名称"), Column("金额", "money"), Column("日期", "date"), Column("时间", "datetime")]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def rows_of(path: Path, sheet: str | None = None) -> list[list[Cell]]:
    with open_sheet(path, filename=path.name) as file:
        return list(file.rows(sheet))


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.feature("P18")
def test_values_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        writer.add_sheet("客户", COLUMNS)
        writer.write_row(
            ["海客科技（深圳）", Decimal("1234.56"), date(2026, 11, 21), datetime(2026, 11, 21, 13, 5, 59)]
        )
        writer.write_row([None, 5, "", datetime(2026, 11, 21, 5, 5, tzinfo=UTC)])
        writer.write_row(["短"])
        writer.write_row([True, 0.5, time(9, 5), formula_error("#N/A")])

    rows = rows_of(path)

    assert rows[0] == ["名称", "金额", "日期", "时间"]
    assert rows[1] == ["海客科技（深圳）", 1234.56, date(2026, 11, 21), datetime(2026, 11, 21, 13, 5, 59)]
    # The wall clock of the company: Shanghai.
    assert rows[2] == ["", 5, "", datetime(2026, 11, 21, 13, 5)]
    assert rows[3][0] == "短"
    assert rows[4][:3] == [True, 0.5, time(9, 5)]


@pytest.mark.feature("P18")
def test_two_sheets_written_by_turns(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        customers, contacts = writer.add_sheet("客户", ["名称"]), writer.add_sheet("联系人", ["姓名", "客户"])
        customers.row(["海客"])
        contacts.row(["王小明", "海客"])
        customers.row(["大山"])

    assert rows_of(path, "客户") == [["名称"], ["海客"], ["大山"]]
    assert rows_of(path, "联系人") == [["姓名", "客户"], ["王小明", "海客"]]


def test_names_of_sheets_as_excel_allows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        for name in ("客户[1]:*?/\\", "长" * 40, "长" * 40, "", "<&'\">"):
            writer.add_sheet(name, ["a"])

    with open_sheet(path, filename="a.xlsx") as file:
        assert file.sheets == ["客户 1", "长" * 31, "长" * 29 + " 2", "Sheet", "<&'\">"]


@pytest.mark.feature("P18")
def test_formulas_in_data_are_neutralised_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        writer.add_sheet("a", ["=1+1", "金额"])
        for text in DANGEROUS:
            writer.write_row([text, -5])

    sheet = parts_of(path)["xl/worksheets/sheet1.xml"]

    # Strings, not formulas, with the format that keeps them so when the cell is edited; numbers stay numbers.
    assert "<f" not in sheet
    assert sheet.count('s="4" t="inlineStr"') == len(DANGEROUS)
    assert [row[0] for row in rows_of(path)[1:]] == [text.replace("\r", "") for text in DANGEROUS]
    assert {row[1] for row in rows_of(path)[1:]} == {-5}


@pytest.mark.feature("P18")
def test_formulas_in_data_are_neutralised_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with SheetWriter(path, format="csv") as writer:
        writer.add_sheet("a", ["名称", "金额", "说明"])
        for text in DANGEROUS:
            writer.write_row([text, Decimal("-5.00"), "a-b=c"])

    lines = path.read_bytes()

    assert lines.startswith(b"\xef\xbb\xbf")
    assert b"\r\n'=1+1,-5.00,a-b=c\r\n" in lines
    assert [row[0] for row in rows_of(path)[1:]] == DANGEROUS


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_no_neutralised_text_begins_like_a_formula(text: str) -> None:
    safe = neutralise(text)

    assert safe.lstrip()[:1] not in set("=+-@＝＋－＠") or safe == ""
    assert safe[:1] not in {"\t", "\r", "\n"}


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_any_text_survives_a_workbook_and_csv(texts: list[str]) -> None:
    book, plain = io.BytesIO(), io.BytesIO()
    for target, kind in ((book, "xlsx"), (plain, "csv")):
        with SheetWriter(target, format=kind) as writer:  # type: ignore[arg-type]
            writer.add_sheet("a", ["x"] * len(texts))
            writer.write_row(texts)

    with zipfile.ZipFile(book) as archive:
        assert archive.testzip() is None
    assert plain.getvalue().decode("utf-8-sig").count("\n") >= 2


def test_markup_and_escapes_in_data_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    texts = ["<r>x</r>", "a&b<c>\"d'", "_x0041_", " aussen ", "eins\nzwei", "x\x00\x08\ud800y"]
    with SheetWriter(path) as writer:
        writer.add_sheet("<b>", ["<i>&"] * len(texts))
        writer.write_row(texts)

    assert rows_of(path)[1] == [*texts[:5], "xy"]


def test_what_a_spreadsheet_would_round_or_cannot_hold_is_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        writer.add_sheet("a", ["a", "b", "c", "d", "e"])
        writer.write_row(
            [440301199001011234, Decimal("12345678901234567.89"), date(1890, 1, 1), float("nan"), "长" * 40_000]
        )

    row = rows_of(path)[1]

    assert row[:4] == ["440301199001011234", "12345678901234567.89", "1890-01-01", ""]
    assert row[4] == "长" * 32_766 + "…"


@pytest.mark.feature("P17")
def test_a_template_offers_its_choices(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        writer.add_sheet(
            "客户",
            [
                Column("名称", required=True),
                Column("级别", choices=["高", "低"]),
                Column("地区", choices=[f"区,{n}" for n in range(90)]),
            ],
        )

    parts = parts_of(path)

    assert (
        '<dataValidation type="list" allowBlank="1" sqref="B2:B1048576"><formula1>"高,低"'
        in parts["xl/worksheets/sheet1.xml"]
    )
    assert "'lists'!$A$2:$A$91" in parts["xl/worksheets/sheet1.xml"]
    assert rows_of(path) == [["名称", "级别", "地区"]]
    with open_sheet(path, filename="a.xlsx") as file:
        assert file.sheets == ["客户"]


def test_columns_are_as_wide_as_their_chinese() -> None:
    assert shown_width("海客CRM") == 7
    assert shown_width("海客\n很长的第二行") == 4


def test_the_head_is_frozen_and_filtered(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with SheetWriter(path) as writer:
        writer.add_sheet("a", COLUMNS)
        writer.write_row(["深圳市海客科技有限公司"])

    sheet = parts_of(path)["xl/worksheets/sheet1.xml"]

    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:D2"/>' in sheet
    assert '<col min="1" max="1" width="24"' in sheet


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(ValueError, match="no format"):
        SheetWriter(path, format="pdf")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="one sheet only"), SheetWriter(path, format="csv") as writer:
        writer.add_sheet("a", ["a"])
        writer.add_sheet("b", ["b"])
    with pytest.raises(ValueError, match="2 values for 1"), SheetWriter(path) as writer:
        writer.add_sheet("a", ["a"])
        writer.write_row([1, 2])


def test_half_a_file_does_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(RuntimeError), SheetWriter(path) as writer:
        writer.add_sheet("a", ["a"])
        raise RuntimeError

    assert not path.exists()


def test_more_rows_than_excel_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "MOST_LINES", 3)
    with pytest.raises(Refused, match="at most 2 rows"), SheetWriter(tmp_path / "a.xlsx") as writer:
        writer.add_sheet("a", ["a"])
        for number in range(3):
            writer.write_row([number])


@pytest.mark.slow
@pytest.mark.feature("P17", "P18")
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_hundred_thousand_rows_written_and_read(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / f"a.{kind}"
    moment = datetime(2026, 11, 21, 13, 5)
    row = ["深圳市海客科技有限公司", 7, "13800138000", Decimal("1234.56"), date(2026, 11, 21), moment, None, "", "备注"]
    row += ["南山区", "zhang@example.com", 1.5, "王小明", "高", "-"]

    start = clock.process_time()
    with SheetWriter(path, format=kind) as writer:
        writer.add_sheet("客户", [str(number) for number in range(15)])
        for _number in range(100_000):
            writer.write_row(row)

    # Two and a half seconds when measured, to read two; machines differ.
    assert clock.process_time() - start < 10
    start = clock.process_time()
    with open_sheet(path, filename=path.name) as file:
        assert sum(1 for _row in file.rows()) == 100_001
    assert clock.process_time() - start < 10
