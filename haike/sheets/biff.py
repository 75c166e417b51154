"""Checks of XLS workbooks (BIFF in an OLE file) before they are read: password, size, and cells that hold errors."""

import struct
from collections.abc import Iterator

from haike.sheets.cell import formula_error
from haike.sheets.limits import Extent, damaged, protected

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

_BOF, _EOF, _BOUNDSHEET, _FILEPASS = 0x0809, 0x000A, 0x0085, 0x002F
_FORMULA, _BOOLEAN_OR_ERROR, _SEVERAL_NUMBERS = 0x0006, 0x0205, 0x00BD
# Number, label, RK number, rich text, label of the shared table.
_SINGLE_CELLS = frozenset({0x0203, 0x0204, 0x027E, 0x00D6, 0x00FD, _FORMULA, _BOOLEAN_OR_ERROR})


class OleFile:
    """The directory of an OLE file, and its streams."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(SIGNATURE):
            raise damaged()
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise damaged() from error

    def _open(self) -> None:
        shift, small_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise damaged()
        self._size, self._small_size = 1 << shift, 1 << small_shift
        directory, _signature, self._cutoff, small_first, _small_count, more_first, more_count = struct.unpack_from(
            "<IIIIIII", self._data, 48
        )
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        while more_first not in (_FREE, _END) and more_count:
            *further, more_first = struct.unpack(f"<{self._size // 4}I", self._sector(more_first))
            sectors += further
            more_count -= 1
        self._fat: list[int] = []
        for sector in sectors:
            if sector < _END:
                self._fat += struct.unpack(f"<{self._size // 4}I", self._sector(sector))
        entries = self._chain(directory, self._fat)
        self.streams: dict[str, tuple[int, int]] = {}
        root = (_END, 0)
        for at in range(0, len(entries), 128):
            entry = entries[at : at + 128]
            length, kind = struct.unpack_from("<HB", entry, 64)
            start, size = struct.unpack_from("<II", entry, 116)
            if kind == 5:
                root = (start, size)
            elif kind == 2 and 2 <= length <= 64:
                self.streams.setdefault(entry[: length - 2].decode("utf-16-le"), (start, size))
        self._small = self._chain(root[0], self._fat)
        table = self._chain(small_first, self._fat)
        self._small_fat = list(struct.unpack(f"<{len(table) // 4}I", table))

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        sector = self._data[at : at + self._size]
        if not sector:
            raise damaged()
        # The last sector of some files is cut short.
        return sector.ljust(self._size, b"\0")

    def _chain(self, first: int, table: list[int]) -> bytes:
        parts = []
        while first < _END - 3:
            parts.append(self._sector(first))
            if len(parts) > len(table):
                raise damaged()
            first = table[first]
        return b"".join(parts)

    def read(self, name: str) -> bytes:
        """The contents of a stream."""
        first, size = self.streams[name]
        try:
            if size >= self._cutoff:
                return self._chain(first, self._fat)[:size]
            parts = []
            while first < _END - 3:
                parts.append(self._small[first * self._small_size : (first + 1) * self._small_size])
                if len(parts) > len(self._small_fat):
                    raise damaged()
                first = self._small_fat[first]
            return b"".join(parts)[:size]
        except IndexError as error:
            raise damaged() from error


def workbook_stream(ole: OleFile) -> str:
    """The name of the stream that holds the workbook; empty when the file is something else."""
    return next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in ole.streams), "")


def measure_workbook(stream: bytes) -> list[Extent]:
    """How far each sheet reaches, in the order of the workbook's table of sheets."""
    positions = []
    try:
        for kind, at, _length in _records(stream, 0):
            if kind == _FILEPASS:
                raise protected()
            if kind == _BOUNDSHEET:
                positions.append(struct.unpack_from("<I", stream, at)[0])
        return [_measure_sheet(stream, position) for position in positions]
    except struct.error as error:
        raise damaged() from error


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, position and length of the records of one part of the workbook; charts inside it are passed over."""
    depth = 0
    unpack = struct.Struct("<HH").unpack_from
    end = len(stream) - 4
    while at <= end:
        kind, length = unpack(stream, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, at + 4, length
        at += 4 + length


def _measure_sheet(stream: bytes, position: int) -> Extent:
    extent = Extent()
    unpack = struct.Struct("<HH").unpack_from
    for kind, at, length in _records(stream, position):
        if kind in _SINGLE_CELLS:
            row, column = unpack(stream, at)
            extent.reach(row, column)
            if kind == _BOOLEAN_OR_ERROR and stream[at + 7 : at + 8] == b"\x01":
                extent.note(row, column, formula_error(_ERRORS.get(stream[at + 6], "#N/A")))
            elif kind == _FORMULA and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
                extent.note(row, column, formula_error(_ERRORS.get(stream[at + 8], "#N/A")))
        elif kind == _SEVERAL_NUMBERS and length >= 6:
            row, _first = unpack(stream, at)
            extent.reach(row, struct.unpack_from("<H", stream, at + length - 2)[0])
    return extent
