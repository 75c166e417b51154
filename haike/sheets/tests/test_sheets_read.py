"""Reading spreadsheets of every kind that users upload."""

# ruff: noqa: DTZ001 - spreadsheets hold the time of the wall clock, without a zone.

import codecs
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from haike.refused import Refused
from haike.sheets.cell import Cell, CellError, cell_text
from haike.sheets.read import open_sheet
from haike.sheets.tests.sheet_files import write_ods, write_xlsx, xls_bytes

GRID = [["名称", "电话"], ["海客科技（深圳）", "13800138000"], ["大山, 贸易", "0755-23456789"]]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def read(path: Path, sheet: str | None = None, *, filename: str = "") -> list[list[Cell]]:
    with open_sheet(path, filename=filename or path.name) as file:
        return list(file.rows(sheet))


def shown(rows: list[list[Cell]]) -> list[list[Any]]:
    """Rows with errors by what they show."""
    return [[cell.shown if isinstance(cell, CellError) else cell for cell in row] for row in rows]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "客户.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, day = book.add_worksheet("客户"), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(1, 1, ["名称", "电话", "日期", "时间", "公式", "错误", "是"])
    sheet.write_row(2, 1, ["海客科技（深圳）", 13800138000])
    sheet.write_datetime(2, 3, datetime(2026, 11, 21), day)
    sheet.write_datetime(2, 4, datetime(2026, 11, 21, 13, 5, 59), moment)
    sheet.write_formula(2, 5, "=1+1", None, 2)
    sheet.write_formula(2, 6, "=NA()", None, "#N/A")
    sheet.write_boolean(2, 7, True)
    sheet.write_row(3, 1, ["比例", 0.1 + 0.2])
    sheet.write_datetime(3, 4, time(9, 5), book.add_format({"num_format": "hh:mm"}))
    sheet.write_formula(3, 5, '=A1&"x"', None, "文字")
    sheet.write_string(3, 6, "#REF!")
    book.add_worksheet("空")
    hidden = book.add_worksheet("选项")
    hidden.write(0, 0, "x")
    hidden.hide()
    book.add_chartsheet("图")
    book.close()
    return path


@pytest.mark.feature("P17")
def test_values_of_a_workbook(workbook: Path) -> None:
    rows = read(workbook)

    assert shown(rows) == [
        [""] * 8,
        ["", "名称", "电话", "日期", "时间", "公式", "错误", "是"],
        ["", "海客科技（深圳）", 13800138000, date(2026, 11, 21), datetime(2026, 11, 21, 13, 5, 59), 2, "#N/A", True],
        ["", "比例", 0.3, "", time(9, 5), "文字", "#REF!", ""],
    ]
    assert isinstance(rows[2][2], int)
    assert cell_text(rows[2][2]) == "13800138000"
    with pytest.raises(Refused, match="#N/A"):
        cell_text(rows[2][6])


def test_hidden_sheets_and_charts_are_left_out(workbook: Path) -> None:
    with open_sheet(workbook, filename="客户.xlsx") as file:
        assert (file.kind, file.sheets) == ("xlsx", ["客户", "空"])
        assert list(file.rows("空")) == []
        assert len(list(file.rows())) == len(list(file.rows("客户"))) == 4
        with pytest.raises(Refused, match="no sheet named “图”"):
            file.rows("图")


@pytest.mark.feature("P17")
def test_the_content_tells_the_kind_not_the_name(workbook: Path, tmp_path: Path) -> None:
    xls = tmp_path / "really.xlsx"
    xls.write_bytes(xls_bytes())
    misnamed = workbook.rename(tmp_path / "really.xls")

    with open_sheet(xls, filename="really.xlsx") as file:
        assert file.kind == "xls"
    with open_sheet(misnamed, filename="really.xls") as file:
        assert file.kind == "xlsx"


EXPECTED_XLS: list[list[Any]] = [
    ["客户名单", "", "", "", ""],
    ["名称", "电话", "成立日期", "金额", "说明"],
    ["海客科技", 13800138000, date(2026, 11, 21), 1200.5, "海客科技（深圳）"],
    ["大山贸易", "0755-23456789", datetime(2026, 11, 21, 13, 5), "#DIV/0!", "#N/A"],
]


@pytest.mark.feature("P17")
def test_a_real_xls(tmp_path: Path) -> None:
    path = tmp_path / "旧.xls"
    path.write_bytes(xls_bytes())

    with open_sheet(path, filename="旧.xls") as file:
        assert file.sheets == ["客户", "空"]
        assert shown(list(file.rows())) == EXPECTED_XLS
        assert list(file.rows("空")) == []
        assert file.merged() == [(0, 0, 0, 4)]


def test_an_ods_with_repeated_cells_and_errors(tmp_path: Path) -> None:
    path = write_ods(
        tmp_path / "a.ods",
        '<table:table table:name="客户"><table:table-row><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="2"><text:p>名称</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row><table:table-cell office:value-type="float" office:value="13800138000"/>'
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row></table:table>',
    )

    assert [row[:2] for row in shown(read(path))][:2] == [["名称", "名称"], [13800138000, "#N/A"]]


@pytest.mark.feature("P17")
@pytest.mark.parametrize(
    ("name", "encoding", "mark"),
    [
        ("utf8", "utf-8", b""),
        ("bom", "utf-8", codecs.BOM_UTF8),
        ("gbk", "gbk", b""),
        ("gb18030", "gb18030", b""),
        ("utf16", "utf-16", b""),
        ("utf16le", "utf-16-le", b""),
        ("utf16be", "utf-16-be", b""),
    ],
)
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_delimited_text_in_all_encodings(tmp_path: Path, name: str, encoding: str, mark: bytes, separator: str) -> None:
    text = "\r\n".join(
        separator.join(f'"{cell}"' if separator in cell or "," in cell else cell for cell in row) for row in GRID
    )
    path = tmp_path / f"{name}.csv"
    path.write_bytes(mark + (text + "\r\n").encode(encoding))

    assert read(path) == GRID
    with open_sheet(path, filename="名单.xls") as file:
        assert (file.kind, file.sheets) == ("csv", ["名单"])


def test_text_of_one_column(tmp_path: Path) -> None:
    path = tmp_path / "phones.txt"
    path.write_text("13800138000\n13900139000\n", encoding="utf-8")

    assert read(path) == [["13800138000"], ["13900139000"]]


def test_the_separator_line_of_excel_keeps_the_numbers_of_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\na;b,c\n1;2\n", encoding="utf-8")

    assert read(path) == [[], ["a", "b,c"], ["1", "2"]]


def test_marks_against_formulas_are_taken_off_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\"'=1+1\",'+86,'-,'王,=\"0013\",#N/A\n", encoding="utf-8")

    assert shown(read(path)) == [["=1+1", "+86", "-", "'王", "0013", "#N/A"]]


def test_line_breaks_within_quotes_stay_in_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('名称,备注\n海客,"一\n二"\n', encoding="utf-8")

    assert read(path) == [["名称", "备注"], ["海客", "一\n二"]]


@pytest.mark.feature("P17")
def test_single_broken_characters_spoil_only_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名称,电话\n海客".encode("gbk") + b"\xff" + ",138\n大山,139\n".encode("gbk"))

    rows = read(path)

    assert isinstance(rows[1][0], CellError)
    assert "lost" in str(rows[1][0].why)
    assert rows[2] == ["大山", "139"]


@pytest.mark.feature("P17")
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_web_page_named_xls(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "导出.xls"
    page = (
        f'<html><head><meta charset="{encoding}"><style>td {{}}</style></head><body><table border=1>'
        '<tr><th colspan="3">客户名单</th></tr><tr><td rowspan="2">名称</td><td colspan="2">联系人</td></tr>'
        "<tr><td>姓名</td><td>电话</td></tr>"
        "<tr><td>海客&amp;科技<br>深圳</td><td> 王&nbsp;小明 </td><td>013800138000</td></tr>"
        "<tr><td>大山<td>李四<td></tr></table></body></html>"
    )
    path.write_bytes(page.encode(encoding))

    with open_sheet(path, filename=path.name) as file:
        assert file.kind == "html"
        assert list(file.rows()) == [
            ["客户名单", "", ""],
            ["名称", "联系人", ""],
            ["", "姓名", "电话"],
            ["海客&科技\n深圳", "王 小明", "013800138000"],
            ["大山", "李四", ""],
        ]


@pytest.mark.feature("P17")
def test_an_xml_spreadsheet_named_xls(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="客户"><Table>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">名单</Data></Cell></Row>'
        '<Row ss:Index="3"><Cell><Data ss:Type="String">海客</Data></Cell>'
        '<Cell ss:Index="3"><Data ss:Type="Number">13800138000</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2026-11-21T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row></Table></Worksheet></Workbook>',
        encoding="utf-8",
    )

    with open_sheet(path, filename=path.name) as file:
        assert (file.kind, file.sheets) == ("xml", ["客户"])
        assert shown(list(file.rows())) == [
            ["名单", ""],
            [],
            ["海客", "", 13800138000, datetime(2026, 11, 21), "#N/A"],
        ]


def test_formulas_without_a_stored_result_are_told(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        '<row r="1"><c r="A1"><f>1+1</f><v></v></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1"><f>"x"</f></c></row>',
    )

    rows = read(path)

    assert [isinstance(cell, CellError) for cell in rows[0][:3]] == [True, False, True]
    assert "no stored result" in str(rows[0][0].why)  # type: ignore[union-attr]


def test_a_sheet_with_unusual_spelling_is_read_all_the_same(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        sheet='<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>海客</x:t></x:is></x:c><x:c t="e"><x:v>#REF!</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>",
    )

    assert shown(read(path)) == [["海客", "#REF!"]]


@pytest.mark.feature("P17")
def test_a_megabyte_in_one_cell_is_an_error_of_that_cell(tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_text(f"名称,备注\n海客,{'长' * 350_000}\n大山,好\n", encoding="utf-8")
    book = write_xlsx(
        tmp_path / "a.xlsx",
        '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 1_000_000 + "</t></is></c>"
        '<c r="B1" t="inlineStr"><is><t>ok</t></is></c></row>',
    )

    rows, cells = read(text), read(book)[0]

    assert isinstance(rows[1][1], CellError)
    assert "350000 characters" in str(rows[1][1].why)
    assert rows[2] == ["大山", "好"]
    assert isinstance(cells[0], CellError)
    assert cells[1] == "ok"
