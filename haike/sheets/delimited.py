"""Text files with separated values: which encoding, which separator, and the rows."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from haike.sheets.cell import FORMULA_START, LONGEST_TEXT, Cell, too_long, unreadable
from haike.sheets.limits import HEADROOM, MOST_BYTES, MOST_ROWS, Extent, too_large

_SEPARATORS = ",\t;|，"
_SAMPLE = 64 * 1024
_PIECE = 1024 * 1024
_HINT = re.compile(r"^sep=(.)\r?$")
_AS_TEXT = re.compile(r'="([^"]*)"')

# A field may be as long as the file: what is too long becomes an error of that cell, not of the whole file.
csv.field_size_limit(MOST_BYTES)


def find_encoding(path: Path) -> str:
    """The encoding of a text file: UTF-16 or UTF-8 by their marks, UTF-8 where all of it is valid, else GB18030."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.count(0) > len(head) // 8:
            return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            # GB18030 holds all of GBK and GB2312. Single broken characters show up in their cells.
            return "gb18030"
    return "utf-8"


def read_text(path: Path, encoding: str) -> Iterator[str]:
    """The text in pieces; what cannot be decoded becomes U+FFFD."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while piece := file.read(_PIECE):
            yield piece


def find_separator(sample: str) -> str:
    """The sign that parts the fields: the one by which most lines fall into the same number of fields."""
    lines = sample.splitlines()
    if lines and (hint := _HINT.match(lines[0])):
        return hint[1]
    # The last line of a sample may be cut.
    lines = [line for line in (lines[:-1] if len(lines) > 1 else lines) if line.strip()][:200]
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if not wide:
            continue
        count, width = max(wide)
        share = count / sum(widths.values())
        score = share * (1 + min(width, 20) / 20)
        if score > most:
            best, most = separator, score
    return best


class DelimitedText:
    """The rows of a text file with separated values."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MOST_BYTES:
            raise too_large()
        self._path = path
        self.encoding = find_encoding(path)
        sample = next(read_text(path, self.encoding), "")[:_SAMPLE].replace("\r\n", "\n").replace("\r", "\n")
        self.separator = find_separator(sample)
        self._hinted = bool(_HINT.match(sample.split("\n", 1)[0]))
        self._check_rows()

    def _check_rows(self) -> None:
        """Refuse too many rows before the first is given out; lines within quotation marks do not count."""
        ends = 0
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE):
                ends += max(piece.count(b"\n"), piece.count(b"\r"))
        if ends > MOST_ROWS + HEADROOM:
            extent = Extent()
            extent.rows = sum(1 for _row in self._raw_rows())
            extent.check()

    def _raw_rows(self) -> Iterator[list[str]]:
        with self._path.open(encoding=self.encoding, errors="replace", newline="") as file:
            yield from csv.reader(file, delimiter=self.separator)

    def rows(self) -> Iterator[list[Cell]]:
        """All rows; a first line "sep=;" comes as an empty row, so that the numbers of the rows stay right."""
        extent = Extent()
        for number, row in enumerate(self._raw_rows()):
            if len(row) > extent.columns:
                extent.reach(number, len(row) - 1)
                extent.check()
            if number == 0 and self._hinted:
                yield []
            else:
                yield [_value(field) for field in row]


def _value(text: str) -> Cell:
    if not text:
        return ""
    if len(text) > LONGEST_TEXT:
        return too_long(text)
    if "\ufffd" in text:
        return unreadable(text)
    first = text[0]
    if first == "'" and FORMULA_START.match(text, 1):
        # The mark that keeps spreadsheets from reading a formula; see `write`.
        return text[1:]
    if first == "=" and (found := _AS_TEXT.fullmatch(text)):
        # ="0013", the way to keep noughts in a file for Excel.
        return found[1]
    return text
