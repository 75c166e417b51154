"""The first rows of a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from haike.sheets.cell import Cell, CellError, cell_text
from haike.sheets.read import open_sheet

ROWS, COLUMNS, LONGEST = 200, 40, 300


@dataclass(frozen=True)
class Sheet:
    """What is shown of one sheet."""

    names: list[str]
    name: str
    rows: list[list[str]]
    more: bool


def sheet_of(path: Path, *, filename: str, name: str = "") -> Sheet:
    """The beginning of one sheet of a workbook; raises Refused for what is damaged, locked or a bomb."""
    with open_sheet(path, filename=filename) as book:
        chosen = name if name in book.sheets else book.sheets[0]
        found = [list(row) for row in islice(book.rows(chosen), ROWS + 1)]
        width = min(max((len(row) for row in found), default=0), COLUMNS)
        rows = [[_shown(row[place]) if place < len(row) else "" for place in range(width)] for row in found[:ROWS]]
        more = len(found) > ROWS or any(len(row) > COLUMNS for row in found)
        return Sheet(list(book.sheets), chosen, rows, more)


def _shown(value: Cell) -> str:
    text = str(value) if isinstance(value, CellError) else cell_text(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
