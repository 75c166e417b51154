"""The lines of a grid, and the text that a spreadsheet puts on the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 200


@dataclass
class GridRow:
    """One line: what was typed, what stood there before, what is wrong, what is to be said of it.

    `key` is the record that the line changes, None for a new one; `was` holds its texts as they were shown.
    """

    texts: dict[str, str]
    key: int | None = None
    was: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    title: str = ""
    """The record that the line changes, in words."""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed into a new line."""
        return self.key is None and not any(self.texts.values())

    @property
    def faulty(self) -> bool:
        """Whether something has to be corrected."""
        return bool(self.errors or self.message)

    def changed(self) -> dict[str, str]:
        """What was typed: all of a new line, else what is not as it was."""
        if self.key is None:
            return dict(self.texts)
        return {name: text for name, text in self.texts.items() if text != self.was.get(name, "")}


def clipboard(text: str) -> list[list[str]]:
    """Lines of cells copied from a spreadsheet: between tabs, quoted where a cell has several lines."""
    # Not the csv module: a quotation mark inside a cell that is not quoted is an ordinary character in Excel's text.
    rows: list[list[str]] = [[]]
    at, end = 0, len(text)
    while at <= end:
        if text[at : at + 1] == '"' and (close := _closing(text, at)) > 0:
            rows[-1].append(text[at + 1 : close].replace('""', '"').replace("\n", " "))
            at = close + 1
        else:
            stops = [place for place in (text.find("\t", at), text.find("\n", at)) if place >= 0]
            stop = min(stops, default=end)
            rows[-1].append(text[at:stop].rstrip("\r"))
            at = stop
        if text[at : at + 1] == "\r":
            at += 1
        if text[at : at + 1] == "\n":
            rows.append([])
        at += 1
    found = [[" ".join(cell.split()) for cell in row] for row in rows]
    return [row for row in found if any(row)]


def _closing(text: str, start: int) -> int:
    at = start + 1
    while (at := text.find('"', at)) >= 0:
        if text[at + 1 : at + 2] == '"':
            at += 2
            continue
        return at if text[at + 1 : at + 2] in ("", "\t", "\n", "\r") else -1
    return -1


def by_columns(lines: Sequence[Sequence[str]], columns: Sequence[str | None]) -> list[dict[str, str]]:
    """The cells of lines by the names of their columns; None for a column that has no place in the grid."""
    return [{name: cell for name, cell in zip(columns, line, strict=False) if name} for line in lines]


def cell_text(look: Any, record: Any) -> str:
    """A field of a record as it is typed into a cell, so that it can be read again."""
    value = look.to_sheet(look.get(record))
    if value is None:
        return ""
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}"
    return " ".join(str(value).split())
