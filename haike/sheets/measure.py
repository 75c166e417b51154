"""Exact measuring of the sheets of a workbook by an XML parser, for files that are written in an unusual way."""

import re
from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

from haike.sheets.cell import formula_error, uncalculated
from haike.sheets.limits import Extent, damaged

_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


def column_number(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


class Enough(Exception):
    """What was measured so far is too large already."""


class Meter(Protocol):
    """Looks at the elements of one part of a workbook; names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A piece of text."""


def measure_exactly(pieces: Iterable[bytes], meter: Meter) -> None:
    """Parse a part and show its elements to a meter."""
    parser = expat.ParserCreate()

    def no_doctype(*_parts: object) -> None:
        raise damaged()

    def start(name: str, attributes: dict[str, str]) -> None:
        meter.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        meter.end(name.rpartition(":")[2])

    parser.StartDoctypeDeclHandler = no_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = meter.text
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except Enough:
        return
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged() from error


class XlsxMeter:
    """How far a sheet of an XLSX workbook reaches; cells that have only a format do not count."""

    def __init__(self) -> None:
        self.extent = Extent()
        self._row = self._column = -1
        self._error = self._formula = self._valued = False
        self._shown = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = -1
        elif name == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            if found:
                self._row, self._column = int(found[2]) - 1, column_number(found[1].encode())
            else:
                self._column += 1
            self._error = attributes.get("t") == "e"
            self._formula = self._valued = False
            self._shown = ""
        elif name == "f":
            self._formula = True
        elif name in ("v", "is"):
            self._shown = ""
            self.extent.reach(self._row, self._column)
            if not self.extent.fits:
                raise Enough

    def end(self, name: str) -> None:
        if name != "c":
            return
        if self._error:
            self.extent.note(self._row, self._column, formula_error(self._shown.strip()))
        elif self._formula and not self._valued:
            self.extent.note(self._row, self._column, uncalculated())

    def text(self, data: str) -> None:
        self._valued = True
        if self._error:
            self._shown = (self._shown + data)[:40]


class OdsMeter:
    """How far each sheet of an ODS workbook reaches, with its repeated rows and cells."""

    def __init__(self) -> None:
        self.sheets: dict[str, Extent] = {}
        self._extent = Extent()
        self._next_row = self._next_column = 0
        self._error = False
        self._shown = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self._extent = self.sheets.setdefault(attributes.get("table:name", ""), Extent())
            self._next_row = 0
        elif name == "table-row":
            self._next_row += _repeats(attributes, "table:number-rows-repeated")
            self._next_column = 0
        elif name in ("table-cell", "covered-table-cell"):
            self._next_column += _repeats(attributes, "table:number-columns-repeated")
            self._error = attributes.get("calcext:value-type") == "error"
            self._shown = ""
            if any(key.endswith((":value-type", ":formula")) for key in attributes):
                self._reach()
        elif name == "p":
            self._reach()

    def end(self, name: str) -> None:
        if name == "table-cell" and self._error and self._next_column:
            self._extent.note(self._next_row - 1, self._next_column - 1, formula_error(self._shown.strip()))
            self._error = False

    def text(self, data: str) -> None:
        if self._error:
            self._shown = (self._shown + data)[:40]

    def _reach(self) -> None:
        if self._next_column:
            self._extent.reach(self._next_row - 1, self._next_column - 1)
            if not self._extent.fits:
                raise Enough


def _repeats(attributes: dict[str, str], key: str) -> int:
    count = attributes.get(key, "1")
    return int(count) if count.isdecimal() and len(count) < 9 else 1
