"""Checks of zipped workbooks before they are read: zip bombs, and sheets that would fill the memory.

The reader lays a sheet out as a full rectangle, so two cells in a file of some hundred bytes, far enough apart, ask for
gigabytes. Everything is therefore unpacked once, in pieces that are thrown away, and counted, and the cells of every
sheet are measured. On the way the cells are noted that the reader gives as empty though they are not: errors, and
formulas without a stored result.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from haike.sheets.cell import formula_error, uncalculated
from haike.sheets.limits import MOST_BYTES, Extent, damaged, protected, too_large
from haike.sheets.measure import OdsMeter, XlsxMeter, column_number, measure_exactly

MOST_PARTS = 5_000
# A real workbook packs 5 to 50 times, deflate at its best 1 032 times.
MOST_RATIO = 200
_SMALL = 32 * 1024 * 1024
_PIECE = 1024 * 1024
_LONGEST_TAG = 64 * 1024

_ROW = re.compile(rb'<row(?: r="([0-9]{1,7})"|[\s>/])')
_PREFIXED = re.compile(rb":(?:c|row)[\s>/]")
_FORMULA = rb"(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)"
_CELL = rb'<c r="([A-Z]{1,3})([0-9]{1,7})"'
_ERROR_CELL = re.compile(_CELL + rb'[^>]*\bt="e"[^>]*>' + _FORMULA + rb"?<v>([^<]{1,40})</v>")
_BARE_FORMULA = re.compile(_CELL + rb"[^>]*>" + _FORMULA + rb"(?:<v></v>|<v ?/>)?</c>")


@lru_cache(maxsize=64)
def _plain_cell(first_digit: int, digits: int) -> re.Pattern[bytes]:
    """Finds the column letters of cells as all usual programs write them, in rows up to about a number.

    The number is given by its first digit and its length. Where a cell is spelled otherwise or lies further down, the
    letters are empty.
    """
    row = b"[0-9]" if digits == 1 else b"[1-%d]?[0-9]{1,%d}" % (first_digit, digits - 1)
    return re.compile(rb'<c(?: r="([A-Z]{1,3})' + row + rb'"|[\s>/])')


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """The archive with its table of contents checked; nothing is unpacked yet."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise damaged() from error
    parts = archive.infolist()
    names = {part.filename.replace("\\", "/").casefold() for part in parts}
    if len(parts) > MOST_PARTS or len(names) < len(parts):
        raise damaged()
    if any(part.flag_bits & 1 for part in parts):
        raise protected()
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise damaged()
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise too_large()
    return archive


def unpack(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a part really unpacks to, in pieces, whatever the table of contents claims."""
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise damaged()
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    at = part.header_offset + 30 + name_length + extra_length
    end = at + part.compress_size
    unpacker = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while at < end:
        # Others read from the same file between two pieces.
        file.seek(at)
        packed = file.read(min(end - at, 64 * 1024))
        if not packed:
            raise damaged()
        at += len(packed)
        if unpacker is None:
            yield packed
            continue
        while packed and not unpacker.eof:
            try:
                piece = unpacker.decompress(packed, _PIECE)
            except zlib.error as error:
                raise damaged() from error
            if piece:
                yield piece
            packed = unpacker.unconsumed_tail
    if unpacker is not None and not unpacker.eof:
        raise damaged()


def measure_archive(file: BinaryIO, archive: zipfile.ZipFile, *, ods: bool = False) -> dict[str, Extent]:
    """Unpack everything once, and say how far each sheet reaches: by part of an XLSX workbook, by sheet of an ODS."""
    total = 0
    found: dict[str, Extent] = {}
    for part in archive.infolist():
        scan = _SheetScan()
        size = 0
        for piece in unpack(file, part):
            size += len(piece)
            total += len(piece)
            if size > part.file_size or total > MOST_BYTES:
                raise too_large()
            if size > _SMALL and size > MOST_RATIO * part.compress_size:
                raise too_large()
            scan.take(piece)
        scan.finish()
        if ods and part.filename == "content.xml":
            meter = OdsMeter()
            measure_exactly(unpack(file, part), meter)
            found.update(meter.sheets)
        elif scan.sheet and scan.plain and scan.extent.fits:
            found[part.filename] = scan.extent
        elif scan.sheet:
            # Sheets with formats down to the last row reach far only in cells that are empty.
            exact = XlsxMeter()
            measure_exactly(unpack(file, part), exact)
            found[part.filename] = exact.extent
    return found


class _SheetScan:
    """Measures a sheet by its usual spelling, fast; `plain` turns false where that spelling does not hold."""

    def __init__(self) -> None:
        self.extent = Extent()
        self.sheet = False
        self.plain = True
        self._rest = b""

    def take(self, piece: bytes) -> None:
        """Look at the next piece; a cell cut at its end waits for the next."""
        data = self._rest + piece
        cut = data.rfind(b"<c ")
        if cut < 0 or len(data) - cut > _LONGEST_TAG:
            cut = data.rfind(b"<")
        if cut < 0 or len(data) - cut > _LONGEST_TAG:
            # The text of a cell may be long, a tag may not.
            if cut >= 0 and b">" not in data[cut:]:
                raise damaged()
            cut = len(data)
        self._rest = data[cut:]
        self._look(data[:cut])

    def finish(self) -> None:
        """Look at what is left."""
        self._look(self._rest)
        self._rest = b""

    def _look(self, data: bytes) -> None:
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise damaged()
        if not self.sheet and b"sheetData" in data:
            self.sheet = True
            self.plain = b"<sheetData" in data
        if not self.sheet or not self.plain:
            return
        rows = _ROW.findall(data)
        if b"" in rows or _PREFIXED.search(data):
            self.plain = False
            return
        if rows:
            self.extent.rows = max(self.extent.rows, *map(int, rows))
        last = str(self.extent.rows)
        letters = set(_plain_cell(int(last[0]) or 1, len(last)).findall(data))
        if b"" in letters:
            self.plain = False
            return
        if letters:
            self.extent.columns = max(self.extent.columns, *(column_number(found) + 1 for found in letters))
        if b't="e"' in data:
            for cell in _ERROR_CELL.finditer(data):
                self.extent.note(*_position(cell), formula_error(cell[3].decode("utf-8", "replace")))
        if b"<f" in data:
            for cell in _BARE_FORMULA.finditer(data):
                self.extent.note(*_position(cell), uncalculated())


def _position(cell: re.Match[bytes]) -> tuple[int, int]:
    return int(cell[2]) - 1, column_number(cell[1])
