"""Tables in HTML pages and in XML Spreadsheet 2003, which many systems hand out under the name .xls."""

import re
from collections.abc import Iterable
from datetime import datetime
from html.parser import HTMLParser
from xml.parsers import expat

from haike.sheets.cell import Cell, formula_error
from haike.sheets.limits import Extent, damaged

Table = tuple[str, list[list[Cell]]]
"""The name of a sheet and its rows."""

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MOST_SPAN = 500


class _HtmlTables(HTMLParser):
    """Collects the rows of all outermost tables; a cell that spans several stands in the first of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self._extent = Extent()
        self._depth = 0
        self._text: list[str] | None = None
        self._span = (1, 1)
        self._row: list[Cell] | None = None
        self._blocked: dict[int, int] = {}
        self._ignored = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._ignored += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
                self._extent, self._blocked = Extent(), {}
        elif self._depth != 1:
            if tag == "br" and self._text is not None:
                self._text.append("\n")
        elif tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            if self._row is None:
                self._row = []
            self._end_cell()
            given = dict(attrs)
            self._span = (_span(given.get("colspan")), _span(given.get("rowspan")))
            self._text = []
        elif tag in ("br", "p", "div") and self._text:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._ignored = max(0, self._ignored - 1)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
            self._depth -= 1
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and tag == "tr":
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._ignored:
            self._text.append(_BLANKS.sub(" ", data))

    def close(self) -> None:
        super().close()
        self._end_row()

    def _fill_blocked(self, row: list[Cell]) -> None:
        """Leave places empty that a cell of an earlier row reaches into."""
        while self._blocked.get(len(row), 0):
            self._blocked[len(row)] -= 1
            row.append("")

    def _end_cell(self) -> None:
        if self._text is None or self._row is None:
            return
        row = self._row
        self._fill_blocked(row)
        columns, rows = self._span
        text = "".join(self._text).replace("\u00a0", " ")
        value = "\n".join(line.strip() for line in text.split("\n")).strip()
        for place in range(columns):
            if rows > 1:
                self._blocked[len(row)] = rows - 1
            row.append("" if place else value)
        self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is None:
            return
        self._fill_blocked(self._row)
        if self.tables:
            rows = self.tables[-1]
            rows.append(self._row)
            self._extent.reach(len(rows) - 1, max(0, len(self._row) - 1))
            self._extent.check()
        self._row = None


def _span(text: str | None) -> int:
    return min(int(text), _MOST_SPAN) if text and text.isdecimal() and len(text) < 6 and int(text) else 1


def read_html(pieces: Iterable[str]) -> list[Table]:
    """The tables of an HTML page, named by their order."""
    parser = _HtmlTables()
    for piece in pieces:
        parser.feed(piece)
    parser.close()
    filled = [rows for rows in parser.tables if rows]
    return [(f"Table {number}" if len(filled) > 1 else "Table", rows) for number, rows in enumerate(filled, start=1)]


class _XmlSpreadsheet:
    """Collects the worksheets of XML Spreadsheet 2003."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self._rows: list[list[Cell]] = []
        self._row: list[Cell] = []
        self._extent = Extent()
        self._kind = ""
        self._text: list[str] | None = None
        self._across = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "Worksheet":
            self._rows = []
            self._extent = Extent()
            self.tables.append((given.get("Name", ""), self._rows))
        elif name == "Row":
            self._row = []
            place = _place(given.get("Index"), len(self._rows))
            self._extent.reach(place, 0)
            self._extent.check()
            self._rows += [[] for _gap in range(place - len(self._rows))]
            self._rows.append(self._row)
        elif name == "Cell":
            place = _place(given.get("Index"), len(self._row))
            self._extent.reach(len(self._rows) - 1, place)
            self._extent.check()
            self._row += [""] * (place - len(self._row))
            self._row.append("")
            self._across = min(int(given["MergeAcross"]), _MOST_SPAN) if given.get("MergeAcross", "").isdecimal() else 0
        elif name == "Data":
            self._kind = given.get("Type", "String")
            self._text = []

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "Data" and self._text is not None and self._row:
            self._row[-1] = _xml_value(self._kind, "".join(self._text))
            self._text = None
        elif name == "Cell":
            self._row += [""] * self._across

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def _place(index: str | None, following: int) -> int:
    """Where a row or cell stands: at its index counted from 1, or behind the one before."""
    if index and index.isdecimal() and len(index) < 9:
        return max(int(index) - 1, following)
    return following


def _xml_value(kind: str, text: str) -> Cell:
    if kind == "Error":
        return formula_error(text)
    if kind == "Boolean":
        return text.strip() == "1"
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return text


def read_xml(pieces: Iterable[str]) -> list[Table]:
    """The worksheets of a file in XML Spreadsheet 2003."""
    sheets = _XmlSpreadsheet()
    # The text is decoded already, whatever the file says of its encoding.
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = sheets.start
    parser.EndElementHandler = sheets.end
    parser.CharacterDataHandler = sheets.text

    def no_doctype(*_parts: object) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = no_doctype
    try:
        for piece in pieces:
            parser.Parse(piece.encode("utf-8", "replace"), False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged() from error
    return [table for table in sheets.tables if table[1]] or sheets.tables
