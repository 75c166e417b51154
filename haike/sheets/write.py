"""Writing spreadsheets of any length with little memory: XLSX and CSV.

The XLSX is put together here and not by XlsxWriter, which takes three times as long for the same rows and, in the mode
that needs little memory, copies a text that begins with <r> and ends with </r> into the file as markup.
"""

import csv
import io
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Literal, Self

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused
from haike.sheets import ooxml
from haike.sheets.cell import FORMULA_START, LONGEST_TEXT, CellError
from haike.sheets.ooxml import Kind

MOST_LINES = 1_048_576
"""What a sheet of Excel can hold, the heading included."""

_NARROWEST, _WIDEST = 8, 50
_MEASURED = 200
"""How many rows decide the width of a column."""
_BATCH = 500
# Deflate at its default takes twice as long for a tenth less.
_LEVEL = 3
_LONGEST_INLINE_LIST = 250
_SHORT = 60

# The first day that spreadsheets count right, see `values`.
_FIRST_DATE = date(1900, 3, 1)
_SERIAL_START = date(1899, 12, 30)
_SERIAL_START_ORDINAL = _SERIAL_START.toordinal()
_MOST_FIGURES = 10**15
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

Value = str | int | float | Decimal | bool | date | datetime | time | timedelta | CellError | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column to be written: its heading, what it holds, and for templates the values one may choose from."""

    title: str
    kind: Kind = "text"
    width: float | None = None
    required: bool = False
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Properties:
    """What a workbook says about itself beside its sheets; `created` is aware."""

    title: str
    creator: str
    created: datetime


def neutralise(text: str) -> str:
    """Text that no spreadsheet program takes for a formula: '=1+1 for =1+1."""
    return f"'{text}" if text and FORMULA_START.match(text) else text


def shown_width(text: str) -> int:
    """How many Latin letters a text is wide; Chinese characters count two."""
    line = text.split("\n", 1)[0][: _WIDEST + 1]
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in line)


def _moment(value: datetime) -> datetime:
    """A moment on the wall clock of the current time zone."""
    return timezone.make_naive(value) if timezone.is_aware(value) else value


def _text(text: str) -> str:
    """A cell of text behind its place."""
    return _short_text(text) if len(text) <= _SHORT else _any_text(text)


def _any_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    # The mark of Excel itself for a text that begins like a formula: it is kept when the cell is edited.
    style = ooxml.QUOTED_STYLE if FORMULA_START.match(text) else ooxml.STYLES["text"]
    text = ooxml.escape(text)
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() or "\n" in text else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


_short_text = lru_cache(maxsize=4_000)(_any_text)


class Sheet:
    """One sheet that is being written, row by row."""

    def row(self, values: Sequence[Value]) -> None:
        """Write the next row: a value for each column, None for an empty cell; missing ones at the end stay empty."""
        raise NotImplementedError


class _XlsxSheet(Sheet):
    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        self.name = name
        self.columns = columns
        self.hidden = False
        self._letters = [f'<c r="{ooxml.column_letters(index)}' for index in range(len(columns))]
        self._styles = [ooxml.STYLES[column.kind] for column in columns]
        # A number in a column of text is shown as a number.
        self._number_styles = [0 if column.kind == "text" else ooxml.STYLES[column.kind] for column in columns]
        self._widths = [_NARROWEST] * len(columns)
        self._line = 0
        self._batch: list[str] = []
        # Closed by `discard`; the file has no name and goes with the process.
        self._rows: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._headings()

    def _headings(self) -> None:
        """The first row."""
        cells = []
        self._line = 1
        for letter, column in zip(self._letters, self.columns, strict=True):
            style = ooxml.REQUIRED_STYLE if column.required else ooxml.HEADING_STYLE
            cells.append(f'{letter}1" s="{style}" t="inlineStr"><is><t>{ooxml.escape(column.title)}</t></is></c>')
        self._measure([column.title + "  " for column in self.columns])
        self._batch.append(f'<row r="1" ht="20" customHeight="1">{"".join(cells)}</row>')

    def _measure(self, values: Iterable[Value]) -> None:
        for place, value in enumerate(values):
            if value is None:
                continue
            text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
            self._widths[place] = max(self._widths[place], shown_width(text))

    def row(self, values: Sequence[Value]) -> None:
        if len(values) > len(self.columns):
            raise ValueError(f"{len(values)} values for {len(self.columns)} columns")
        line = self._line = self._line + 1
        if line > MOST_LINES:
            said = _("A sheet holds at most %(most)s rows; choose CSV or fewer rows.")
            raise Refused(said % {"most": MOST_LINES - 1})
        if line <= _MEASURED:
            self._measure(values)
        cells = [f'<row r="{line}">']
        for letter, style, value in zip(self._letters, self._number_styles, values, strict=False):
            if value.__class__ is str:
                if value:
                    # Words, owners and regions come again in every row; long texts are not worth their room.
                    text = _short_text(value) if len(value) <= _SHORT else _any_text(value)
                    cells.append(f"{letter}{line}{text}")
            elif value.__class__ is int:
                if -_MOST_FIGURES < value < _MOST_FIGURES:
                    cells.append(f'{letter}{line}" s="{style}"><v>{value}</v></c>')
                else:
                    cells.append(f"{letter}{line}{_text(str(value))}")
            elif value is not None:
                cells.append(self._other(f"{letter}{line}", style, value))
        cells.append("</row>")
        self._batch.append("".join(cells))
        if len(self._batch) >= _BATCH:
            self._flush()

    def _other(self, start: str, style: int, value: Value) -> str:
        """A cell that is neither plain text nor a plain whole number."""
        if value is True or value is False:
            return f'{start}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, Decimal):
            if not value.is_finite():
                return ""
            text = str(value)
            if len(text) > 15 and len(value.as_tuple().digits) > 15 and value != Decimal(f"{value:.15g}"):
                # A spreadsheet would round it.
                return start + _text(f"{value:f}")
            if style == 0 and text[-3:-2] == ".":
                style = ooxml.STYLES["money"]
            return f'{start}" s="{style}"><v>{text}</v></c>'
        if isinstance(value, float):
            return f'{start}" s="{style}"><v>{value!r}</v></c>' if abs(value) < 1e300 else ""
        if isinstance(value, datetime):
            value = _moment(value)
            if value.date() < _FIRST_DATE:
                return start + _text(f"{value:%Y-%m-%d %H:%M}")
            seconds = value.hour * 3600 + value.minute * 60 + value.second
            serial = value.toordinal() - _SERIAL_START_ORDINAL + seconds / 86_400
            return f'{start}" s="{ooxml.STYLES["datetime"]}"><v>{serial:.10g}</v></c>'
        if isinstance(value, date):
            if value < _FIRST_DATE:
                return start + _text(value.isoformat())
            return f'{start}" s="{ooxml.STYLES["date"]}"><v>{value.toordinal() - _SERIAL_START_ORDINAL}</v></c>'
        if isinstance(value, time):
            seconds = value.hour * 3600 + value.minute * 60 + value.second
            return f'{start}" s="{ooxml.STYLES["time"]}"><v>{seconds / 86_400:.10g}</v></c>'
        return start + _text(str(value)) if str(value) else ""

    def _flush(self) -> None:
        self._rows.write("".join(self._batch).encode())
        self._batch.clear()

    def save(self, part: IO[bytes], validations: Sequence[tuple[str, str]]) -> None:
        """Write the sheet into its part of the archive."""
        self._flush()
        widths = [
            (column.width or min(width + 2, _WIDEST), style)
            for column, width, style in zip(self.columns, self._widths, self._styles, strict=True)
        ]
        part.write(ooxml.sheet_start(widths).encode())
        self._rows.seek(0)
        while piece := self._rows.read(1024 * 1024):
            part.write(piece)
        last = ooxml.column_letters(len(self.columns) - 1)
        part.write(ooxml.sheet_end(f"A1:{last}{self._line}", validations).encode())

    def discard(self) -> None:
        """Let go of the rows."""
        self._rows.close()


class _CsvSheet(Sheet):
    def __init__(self, file: IO[str], columns: Sequence[Column]) -> None:
        self._width = len(columns)
        self._writer = csv.writer(file)
        self._writer.writerow([neutralise(column.title) for column in columns])

    def row(self, values: Sequence[Value]) -> None:
        if len(values) > self._width:
            raise ValueError(f"{len(values)} values for {self._width} columns")
        fields = [neutralise(value) if isinstance(value, str) else _field(value) for value in values]
        self._writer.writerow(fields)


def _field(value: Value) -> str:
    """A value that is no text as it stands in CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else ""
    if isinstance(value, float):
        return "" if value != value else f"{value:.15g}"
    if isinstance(value, datetime):
        value = _moment(value)
        return f"{value:%Y-%m-%d %H:%M:%S}" if value.second else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    return neutralise(str(value)) if isinstance(value, CellError) else str(value)


class SheetWriter:
    """Writes a spreadsheet to a path or an open binary file; use it with `with`.

    An XLSX may have several sheets, which may be written by turns; a CSV has one.

        with SheetWriter(path) as writer:
            writer.add_sheet("客户", [Column("名称"), Column("金额", "money")])
            writer.write_row(["海客科技", Decimal("1200.00")])
    """

    def __init__(
        self,
        target: Path | str | BinaryIO,
        *,
        format: Literal["xlsx", "csv"] = "xlsx",
        properties: Properties | None = None,
    ) -> None:
        if format not in ("xlsx", "csv"):
            raise ValueError(f"no format {format!r}, only xlsx and csv")
        self.format = format
        self._properties = properties
        self._path = Path(target) if isinstance(target, str | Path) else None
        self._file: BinaryIO = self._path.open("wb") if self._path else target  # type: ignore[assignment]
        self._sheets: list[_XlsxSheet] = []
        self._text: io.TextIOWrapper | None = None
        self._newest: Sheet | None = None

    def add_sheet(self, name: str, columns: Sequence[Column | str]) -> Sheet:
        """Begin a sheet with its headings; a heading alone is a column of any values."""
        if not columns:
            raise ValueError("a sheet needs a column")
        whole = [Column(column, "number") if isinstance(column, str) else column for column in columns]
        if self.format == "csv":
            if self._text is not None:
                raise Refused(_("A CSV file holds one sheet only; choose XLSX."))
            self._text = io.TextIOWrapper(self._file, encoding="utf-8-sig", errors="replace", newline="")
            self._newest = _CsvSheet(self._text, whole)
        else:
            sheet = self._newest = _XlsxSheet(self._free_name(name), whole)
            self._sheets.append(sheet)
        return self._newest

    def write_row(self, values: Sequence[Value]) -> None:
        """Write the next row of the sheet that was begun last."""
        if self._newest is None:
            raise ValueError("there is no sheet yet")
        self._newest.row(values)

    def _free_name(self, name: str) -> str:
        """The name as Excel allows it: at most 31 characters, without []:*?/\\, not twice."""
        clean = _FORBIDDEN_IN_NAME.sub(" ", name).strip(" '")[:31] or "Sheet"
        taken = {sheet.name.casefold() for sheet in self._sheets}
        free, number = clean, 2
        while free.casefold() in taken:
            tail = f" {number}"
            free, number = clean[: 31 - len(tail)] + tail, number + 1
        return free

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        """Ranges with a list of choices by sheet; long lists stand in a hidden sheet of their own."""
        found: dict[str, list[tuple[str, str]]] = {}
        lists: list[Sequence[str]] = []
        name = self._free_name("lists")
        for sheet in self._sheets:
            for index, column in enumerate(sheet.columns):
                if not column.choices:
                    continue
                joined = ",".join(column.choices)
                plain = joined.count(",") == len(column.choices) - 1 and '"' not in joined
                if plain and len(joined) <= _LONGEST_INLINE_LIST:
                    formula = f'"{joined}"'
                else:
                    letter = ooxml.column_letters(len(lists))
                    formula = f"'{name}'!${letter}$2:${letter}${len(column.choices) + 1}"
                    lists.append(column.choices)
                letters = ooxml.column_letters(index)
                found.setdefault(sheet.name, []).append((f"{letters}2:{letters}{MOST_LINES}", formula))
        if lists:
            extra = _XlsxSheet(name, [Column(str(number)) for number in range(1, len(lists) + 1)])
            extra.hidden = True
            for row in zip_longest(*lists):
                extra.row(row)
            self._sheets.append(extra)
        return found

    def close(self) -> None:
        """Finish the file."""
        try:
            if self.format == "csv":
                if self._text is not None:
                    self._text.flush()
                    self._text.detach()
                    self._text = None
            else:
                self._save()
        finally:
            self._release()

    def _save(self) -> None:
        if not self._sheets:
            raise ValueError("a workbook needs a sheet")
        chosen = self._choices()
        count = len(self._sheets)
        with zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            told = self._properties
            archive.writestr("[Content_Types].xml", ooxml.content_types(count, core=told is not None))
            archive.writestr("_rels/.rels", ooxml.relations(core=told is not None))
            if told is not None:
                core = ooxml.core_properties(told.title, told.creator, told.created)
                archive.writestr("docProps/core.xml", core)
            archive.writestr("xl/workbook.xml", ooxml.workbook([(sheet.name, sheet.hidden) for sheet in self._sheets]))
            archive.writestr("xl/_rels/workbook.xml.rels", ooxml.workbook_relations(count))
            archive.writestr("xl/styles.xml", ooxml.STYLE_SHEET)
            for number, sheet in enumerate(self._sheets, start=1):
                with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                    sheet.save(part, chosen.get(sheet.name, []))

    def _release(self) -> None:
        for sheet in self._sheets:
            sheet.discard()
        if self._text is not None:
            self._text.detach()
            self._text = None
        if self._path:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        self._release()
        if self._path:
            # Half a file would look like a whole one.
            self._path.unlink(missing_ok=True)
