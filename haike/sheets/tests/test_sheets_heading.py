"""Finding the headings of a table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.refused import Refused
from haike.sheets.cell import Cell
from haike.sheets.heading import Record, Table, find_heading
from haike.sheets.read import Merge, open_sheet

FIRST: list[Cell] = ["海客", "张三", 13800138000, 5]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def found(rows: list[list[Cell]], merged: list[Merge] | None = None) -> tuple[int, int, list[str]]:
    heading = find_heading(rows, merged)
    return heading.row_index, heading.rows, [f"{column.letter}:{column.title}" for column in heading.columns]


@pytest.mark.feature("P17")
def test_one_row_at_the_top() -> None:
    assert found([["客户", "联系人", "电话", "金额"], FIRST]) == (0, 1, ["A:客户", "B:联系人", "C:电话", "D:金额"])


@pytest.mark.feature("P17")
def test_a_merged_title_and_remarks_above() -> None:
    rows: list[list[Cell]] = [
        ["客户名单（2026年）", "", "", ""],
        ["制表人：王小明", "", "日期：2026-11-21", ""],
        ["", "", "", ""],
        ["客户", "联系人", "电话", "金额（单位：元）"],
        FIRST,
    ]

    assert found(rows) == (3, 1, ["A:客户", "B:联系人", "C:电话", "D:金额（单位：元）"])


@pytest.mark.feature("P17")
@pytest.mark.parametrize("merged", [None, [(0, 1, 0, 2), (0, 0, 1, 0), (0, 3, 1, 3)]])
def test_two_rows_of_headings(merged: list[Merge] | None) -> None:
    rows: list[list[Cell]] = [["客户", "联系人", "", "金额"], ["", "姓名", "电话", ""], FIRST]
    heading = find_heading(rows, merged)

    assert found(rows, merged) == (0, 2, ["A:客户", "B:联系人 姓名", "C:联系人 电话", "D:金额"])
    assert heading.first_record == 2
    assert (heading.columns[1].group, heading.columns[1].name) == ("联系人", "姓名")


def test_two_rows_below_a_title_with_groups_over_everything() -> None:
    rows: list[list[Cell]] = [
        ["名单", "", "", ""],
        ["基本信息", "", "联系人", ""],
        ["名称", "行业", "姓名", "电话"],
        ["海客", "软件", "张三", 13800138000],
    ]

    assert found(rows) == (1, 2, ["A:基本信息 名称", "B:基本信息 行业", "C:联系人 姓名", "D:联系人 电话"])


def test_the_same_group_twice_is_numbered() -> None:
    rows: list[list[Cell]] = [["客户", "联系", "", "联系", ""], ["", "手机", "邮箱", "手机", "邮箱"]]

    assert found(rows)[2] == ["A:客户", "B:联系 手机", "C:联系 邮箱", "D:联系 手机 2", "E:联系 邮箱 2"]


def test_a_record_below_a_gap_is_no_second_heading() -> None:
    rows: list[list[Cell]] = [["姓名", "", "城市"], ["王小明", "重要", "深圳"], ["李四", "普通", "上海"]]
    expected = (0, 1, ["A:姓名", "B:Column B", "C:城市"])

    assert found(rows) == expected
    assert found([["姓名", "", "城市"], ["王", "x", "深圳"], ["李", 1, "上海"]], []) == expected


@pytest.mark.feature("P17")
def test_repeated_headings_and_blank_columns() -> None:
    rows: list[list[Cell]] = [["客户", "电话", " ", "电话", "电话"], ["海客", 1, "", 2, 3]]

    assert found(rows)[2] == ["A:客户", "B:电话", "D:电话 2", "E:电话 3"]
    assert found([["电话 2", "电话", "电话"], [1, 2, 3]])[2] == ["A:电话 2", "B:电话", "C:电话 3"]


@pytest.mark.feature("L3")
def test_bare_numbers_without_heading() -> None:
    assert found([["13800138000"], ["13900139000"]]) == (0, 0, ["A:Column A"])
    assert found([[], ["海客", 13800138000], ["大山", 13900139000]]) == (1, 0, ["A:Column A", "B:Column B"])
    assert found([["手机"], ["13900139000"]]) == (0, 1, ["A:手机"])


def test_headings_are_cleaned() -> None:
    assert found([["\ufeff客户\n名称 ", "1月"], ["海客", 5]])[2] == ["A:客户 名称", "B:1月"]


@pytest.mark.feature("P17")
@pytest.mark.parametrize("rows", [[], [[]], [["", " "], ["\u3000"]]])
def test_an_empty_sheet_is_refused(rows: list[list[Cell]]) -> None:
    with pytest.raises(Refused, match="empty"):
        find_heading(rows)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["", "客户", "电话", 5, "138", "a@b.c"]), max_size=6), max_size=8))
def test_any_rows_give_unique_titles(rows: list[list[Cell]]) -> None:
    if not any(cell != "" for row in rows for cell in row):
        return
    heading = find_heading(rows)
    titles = [column.title for column in heading.columns]

    assert len(set(titles)) == len(titles) > 0
    assert all(titles)
    assert 0 <= heading.row_index <= heading.first_record <= len(rows)


@pytest.mark.feature("P17")
def test_the_records_of_a_workbook_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("客户")
    sheet.merge_range("B1:E1", "客户名单")
    sheet.merge_range("B2:B3", "名称")
    sheet.merge_range("C2:D2", "联系人")
    sheet.write_row("C3", ["姓名", "电话"])
    sheet.merge_range("E2:E3", "金额")
    sheet.write_row("B4", ["海客", "张三", 13800138000, 1.5])
    sheet.write_row("B6", ["大山", "李四", "0755-23456789"])
    book.close()

    with open_sheet(path, filename="a.xlsx") as file:
        table = Table(file)

        assert [column.title for column in table.columns] == ["名称", "联系人 姓名", "联系人 电话", "金额"]
        assert list(table.records()) == [
            Record(4, ["海客", "张三", 13800138000, 1.5]),
            Record(6, ["大山", "李四", "0755-23456789", ""]),
        ]
        assert len(list(table.records())) == 2
