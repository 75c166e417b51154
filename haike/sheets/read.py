"""Reading spreadsheets that users upload: any usual kind, known by content and not by name, checked before reading."""

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self

import python_calamine
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused
from haike.sheets import archive, biff, markup
from haike.sheets.cell import ERROR_TEXTS, FORMULA_START, LONGEST_TEXT, Cell, formula_error, too_long
from haike.sheets.delimited import DelimitedText, find_encoding, read_text
from haike.sheets.limits import MOST_BYTES, MOST_CELLS, Extent, damaged, protected, too_large
from haike.sheets.measure import measure_exactly

Kind = Literal["xlsx", "xls", "ods", "csv", "html", "xml"]

Merge = tuple[int, int, int, int]
"""First row, first column, last row and last column of merged cells, from 0."""

MOST_SHEETS = 200
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
# How texts begin that may be errors or carry the mark against formulas.
_SUSPECT = frozenset("#E'")
_HALF_A_SECOND = timedelta(microseconds=500_000)
_LARGEST_MARKUP = 100 * 1024 * 1024
_OTHER_KINDS = (
    (b"%PDF", _("PDF document")),
    (b"\x89PNG", _("picture")),
    (b"\xff\xd8\xff", _("picture")),
    (b"GIF8", _("picture")),
    (b"Rar!", _("packed archive")),
    (b"7z\xbc\xaf", _("packed archive")),
    (b"\x1f\x8b", _("packed archive")),
    (b"{\\rtf", _("text document")),
    (b"MIME-Version:", _("web archive")),
    (b"SQLite format 3", _("database")),
)


class SheetFile:
    """An opened spreadsheet: the names of its sheets, and their rows. Use it with `with`, or close it."""

    def __init__(self, kind: Kind, sheets: list[str]) -> None:
        self.kind = kind
        self.sheets = sheets

    def rows(self, sheet: str | None = None) -> Iterator[list[Cell]]:
        """All rows of a sheet, by default the first, from line 1 on, also empty ones: the n-th row is line n."""
        name = self.sheets[0] if sheet is None else sheet
        if name not in self.sheets:
            raise Refused(_("The file has no sheet named “%(name)s”.") % {"name": name})
        return self._rows(name)

    def _rows(self, name: str) -> Iterator[list[Cell]]:
        raise NotImplementedError

    def merged(self, sheet: str | None = None) -> list[Merge] | None:
        """The merged cells of a sheet; None where the kind of file does not tell."""
        return None

    def close(self) -> None:
        """Let go of the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Workbook(SheetFile):
    """XLSX, XLS and ODS, read by calamine."""

    def __init__(
        self, kind: Kind, book: python_calamine.CalamineWorkbook, extents: dict[str, Extent], file: BinaryIO
    ) -> None:
        self._book = book
        self._extents = extents
        self._file = file
        self._opened: tuple[str, python_calamine.CalamineSheet] | None = None
        work = [sheet for sheet in book.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet]
        shown = [sheet for sheet in work if sheet.visible == python_calamine.SheetVisibleEnum.Visible]
        super().__init__(kind, [sheet.name for sheet in shown or work])

    def _sheet(self, name: str) -> python_calamine.CalamineSheet:
        if self._opened is None or self._opened[0] != name:
            with _reader():
                self._opened = (name, self._book.get_sheet_by_name(name))
        return self._opened[1]

    def _rows(self, name: str) -> Iterator[list[Cell]]:
        sheet = self._sheet(name)
        read = Extent(sheet.total_height, sheet.total_width)
        read.check()
        start = sheet.start
        # The reader leaves out empty columns on the left, not empty rows on top.
        return _plain_rows(sheet, [""] * (start[1] if start else 0), self._extents.get(name) or Extent())

    def merged(self, sheet: str | None = None) -> list[Merge] | None:
        name = self.sheets[0] if sheet is None else sheet
        ranges = self._sheet(name).merged_cell_ranges
        return None if ranges is None else [(*first, *last) for first, last in ranges]

    def close(self) -> None:
        self._opened = None
        self._book.close()
        self._file.close()


def _plain_rows(sheet: python_calamine.CalamineSheet, left: list[Cell], extent: Extent) -> Iterator[list[Cell]]:
    noted: dict[int, dict[int, Cell]] = {}
    for (line, column), error in extent.noted.items():
        noted.setdefault(line, {})[column] = error
    number = -1
    for number, raw in enumerate(sheet.iter_rows()):
        row: list[Cell] = [
            value
            if isinstance(value, str) and (not value or (value[0] not in _SUSPECT and len(value) <= LONGEST_TEXT))
            else _plain(value)
            for value in raw
        ]
        if left:
            row = left + row
        if number in noted:
            _put(row, noted[number])
        yield row
    for line in range(number + 1, max(noted, default=-1) + 1):
        row = []
        _put(row, noted.get(line, {}))
        yield row


def _put(row: list[Cell], errors: dict[int, Cell]) -> None:
    """Set what the reader took for empty."""
    for column, error in errors.items():
        row += [""] * (column + 1 - len(row))
        if row[column] == "":
            row[column] = error


def _plain(value: Cell) -> Cell:
    """A value of the reader as a cell."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return too_long(value)
        if value in ERROR_TEXTS:
            return formula_error(value)
        # A file for Excel, opened and saved as a workbook, keeps the mark against formulas; see `write`.
        return value[1:] if value[:1] == "'" and FORMULA_START.match(value, 1) else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    # Fractions of a day do not hit the second exactly.
    if isinstance(value, datetime) and value.microsecond:
        return (value + _HALF_A_SECOND).replace(microsecond=0)
    if isinstance(value, time) and value.microsecond:
        return (datetime.combine(date.min, value) + _HALF_A_SECOND).replace(microsecond=0).time()
    return value


class _Tables(SheetFile):
    """HTML and XML Spreadsheet 2003, read whole."""

    def __init__(self, kind: Kind, tables: list[markup.Table]) -> None:
        self._tables: dict[str, list[list[Cell]]] = {}
        for name, rows in tables:
            unique, number = name, 2
            while unique in self._tables:
                unique, number = f"{name} {number}", number + 1
            self._tables[unique] = rows
        super().__init__(kind, list(self._tables))

    def _rows(self, name: str) -> Iterator[list[Cell]]:
        for row in self._tables[name]:
            yield [_plain(value) for value in row]


class _Delimited(SheetFile):
    """Text with separated values."""

    def __init__(self, path: Path, name: str) -> None:
        self._text = DelimitedText(path)
        self.encoding = self._text.encoding
        super().__init__("csv", [name])

    def _rows(self, name: str) -> Iterator[list[Cell]]:
        return self._text.rows()


def open_sheet(path: Path | str, *, filename: str) -> SheetFile:
    """Open an uploaded spreadsheet; `filename` is the name that the user knows it by.

    Refused for what is no spreadsheet, needs a password, is damaged or too large.
    """
    path = Path(path)
    if path.stat().st_size == 0:
        raise Refused(_("The file “%(name)s” is empty.") % {"name": filename})
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        return _open_zip(path, filename)
    if head.startswith(biff.SIGNATURE):
        return _open_ole(path, filename)
    for signature, label in _OTHER_KINDS:
        if head.startswith(signature):
            raise _no_spreadsheet(filename, label)
    if head.startswith(_OLD_EXCEL):
        raise Refused(_("The file “%(name)s” comes from a very old Excel. Save it as .xlsx.") % {"name": filename})
    return _open_text(path, filename, head)


def _no_spreadsheet(filename: str, label: object = None) -> Refused:
    if label:
        return Refused(
            _("“%(name)s” is no spreadsheet but a %(kind)s. Choose an XLSX, XLS or CSV file.")
            % {"name": filename, "kind": label}
        )
    return Refused(_("“%(name)s” is no spreadsheet. Choose an XLSX, XLS or CSV file.") % {"name": filename})


@contextmanager
def _reader() -> Iterator[None]:
    """Say as a refusal what the reader says of a file that it cannot read."""
    try:
        yield
    except python_calamine.PasswordError as error:
        raise protected() from error
    # It uses ValueError and OSError for what it has no name of its own for.
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise damaged() from error
    except BaseException as error:
        # A slip of its Rust code over a broken file; the class derives from BaseException and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise damaged() from error
        raise


def _load(file: BinaryIO) -> python_calamine.CalamineWorkbook:
    file.seek(0)
    with _reader():
        book = python_calamine.load_workbook(file)
    if len(book.sheet_names) > MOST_SHEETS:
        raise damaged()
    return book


def _open_zip(path: Path, filename: str) -> SheetFile:
    file = path.open("rb")
    try:
        packed = archive.open_archive(file)
        names = set(packed.namelist())
        kind = _zip_kind(file, packed, names, filename)
        measured = archive.measure_archive(file, packed, ods=kind == "ods")
        # All sheets, also those that nobody asks for: which part holds which sheet is for the file to say.
        for extent in measured.values():
            extent.check()
        if kind == "ods":
            _check_together(list(measured.values()))
        extents = measured if kind == "ods" else _by_sheet(file, packed, measured)
        return _some_sheets(_Workbook(kind, _load(file), extents, file), filename)
    except BaseException:
        file.close()
        raise


def _zip_kind(file: BinaryIO, packed: zipfile.ZipFile, names: set[str], filename: str) -> Literal["xlsx", "ods"]:
    if "xl/workbook.bin" in names:
        raise Refused(_("“%(name)s” is a binary workbook (XLSB). Save it as .xlsx.") % {"name": filename})
    if any(name.casefold() == "xl/workbook.xml" for name in names):
        return "xlsx"
    if "mimetype" in names and packed.getinfo("mimetype").compress_size < 200:
        if b"opendocument.spreadsheet" in b"".join(archive.unpack(file, packed.getinfo("mimetype"))):
            return "ods"
        raise _no_spreadsheet(filename, _("text document"))
    if any(name.startswith("word/") for name in names):
        raise _no_spreadsheet(filename, _("Word document"))
    if any(name.startswith("ppt/") for name in names):
        raise _no_spreadsheet(filename, _("presentation"))
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        raise Refused(_("“%(name)s” comes from Numbers. Export it as Excel there.") % {"name": filename})
    raise _no_spreadsheet(filename, _("packed archive"))


class _Relations:
    """The names of the sheets of an XLSX workbook, and the parts they lie in."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and len(self.sheets) <= MOST_SHEETS:
            reference = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets[attributes.get("name", "")] = reference
        elif name == "Relationship" and "worksheet" in attributes.get("Type", ""):
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def end(self, name: str) -> None:
        """Nothing to do at the end of an element."""

    def text(self, data: str) -> None:
        """Text says nothing here."""


def _by_sheet(file: BinaryIO, packed: zipfile.ZipFile, measured: dict[str, Extent]) -> dict[str, Extent]:
    """The extents by name of sheet."""
    relations = _Relations()
    by_name = {part.filename.casefold(): part for part in packed.infolist()}
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part in by_name:
            measure_exactly(archive.unpack(file, by_name[part]), relations)
    found = {name.casefold(): extent for name, extent in measured.items()}
    result = {}
    for name, reference in relations.sheets.items():
        target = relations.targets.get(reference, "")
        full = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").casefold()
        result[name] = found.get(full, Extent())
    return result


def _check_together(extents: list[Extent]) -> None:
    """Refuse a workbook whose sheets are all laid out at once and together are too large."""
    if sum(extent.rows * extent.columns for extent in extents) > 2 * MOST_CELLS:
        raise Refused(_("The sheets of the file are too large together. Upload the one that is needed."))


def _open_ole(path: Path, filename: str) -> SheetFile:
    if path.stat().st_size > MOST_BYTES:
        raise too_large()
    data = path.read_bytes()
    ole = biff.OleFile(data)
    if "EncryptedPackage" in ole.streams:
        raise protected()
    name = biff.workbook_stream(ole)
    if not name:
        raise _no_spreadsheet(filename, _("Word document") if "WordDocument" in ole.streams else None)
    extents = biff.measure_workbook(ole.read(name))
    for extent in extents:
        extent.check()
    _check_together(extents)
    file = BytesIO(data)
    book = _load(file)
    return _some_sheets(_Workbook("xls", book, dict(zip(book.sheet_names, extents, strict=False)), file), filename)


def _some_sheets(found: SheetFile, filename: str) -> SheetFile:
    if not found.sheets:
        raise Refused(_("There is no sheet with cells in “%(name)s”.") % {"name": filename})
    return found


def _open_text(path: Path, filename: str, head: bytes) -> SheetFile:
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and head.count(0) < len(head) // 4:
        raise _no_spreadsheet(filename)
    encoding = find_encoding(path)
    start = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    controls = sum(char < " " and char not in "\t\r\n\f" for char in start)
    if controls > len(start) // 100 + 1 or start.count("\ufffd") > len(start) // 10 + 3:
        raise _no_spreadsheet(filename)
    opening = start[:2000].casefold()
    if opening.startswith("<"):
        if path.stat().st_size > _LARGEST_MARKUP:
            raise too_large()
        if "urn:schemas-microsoft-com:office:spreadsheet" in opening and "<html" not in opening:
            return _some_sheets(_Tables("xml", markup.read_xml(read_text(path, encoding))), filename)
        tables = markup.read_html(read_text(path, encoding))
        if not tables:
            raise _no_spreadsheet(filename, _("web page"))
        return _Tables("html", tables)
    return _Delimited(path, Path(filename).stem or "CSV")
