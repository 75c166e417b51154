"""The text of documents and slides (DOCX, PPTX): headings, paragraphs, tables; no pictures, no layout.

The parts are unpacked piece by piece and read by a parser that takes no document types, so that neither an archive that
swells nor an entity that multiplies comes further than the limits here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZipFile

from haike.sheets.archive import open_archive, unpack
from haike.sheets.limits import damaged, too_large

MOST_BYTES = 40_000_000
"""Of one part, unpacked."""
MOST_TEXT, MOST_TAGS, MOST_SLIDES = 200_000, 300_000, 200
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")


@dataclass
class Block:
    """A heading or a paragraph, or with `rows` a table."""

    text: str = ""
    heading: bool = False
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Document:
    """The blocks in order, and whether the document goes on."""

    blocks: list[Block] = field(default_factory=list)
    more: bool = False


class _Enough(Exception):
    """The preview is full."""


class _Reader:
    """Collects blocks from WordprocessingML and DrawingML; both name a paragraph `p` and a run of text `t`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.size = self.tags = 0
        self._text: list[str] = []
        self._in_text = False
        self._heading = False
        self._tables = 0
        self._skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.tags += 1
        if self.tags > MOST_TAGS:
            raise _Enough
        # A fallback says once more what stands before it, for old programs.
        if self._skipped or name == "Fallback":
            self._skipped += 1
        elif name == "t":
            self._in_text = True
        elif name in ("tab", "br", "cr"):
            self._text.append("\t" if name == "tab" else "\n")
        elif name == "pStyle":
            style = next((value for key, value in attributes.items() if key.endswith("val")), "").lower()
            self._heading = style.startswith(("heading", "title")) or style in ("1", "2", "3")
        elif name == "ph":
            self._heading = attributes.get("type") in ("title", "ctrTitle")
        elif name == "tbl":
            self._tables += 1
            if self._tables == 1:
                self._flush()
                self.document.blocks.append(Block())
        elif name == "tr" and self._tables == 1:
            self.document.blocks[-1].rows.append([])

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if self._skipped:
            self._skipped -= 1
        elif name == "t":
            self._in_text = False
        elif name == "p":
            if self._tables:
                self._text.append("\n")
            else:
                self._flush()
        elif name == "tc" and self._tables == 1:
            rows = self.document.blocks[-1].rows
            if rows:
                rows[-1].append(self._taken())
        elif name == "tbl":
            self._tables -= 1
        elif name == "sp":
            self._heading = False

    def data(self, text: str) -> None:
        if self._in_text and not self._skipped:
            self._text.append(text)
            self.size += len(text)
            if self.size > MOST_TEXT:
                self._flush()
                raise _Enough

    def _taken(self) -> str:
        text, self._text = "".join(self._text).strip(), []
        return text

    def _flush(self) -> None:
        if text := self._taken():
            self.document.blocks.append(Block(text, self._heading))
        if not self._tables:
            self._heading = False


def document_of(path: Path) -> Document:
    """The text of a document or of slides; raises Refused for what is damaged, locked or too large."""
    found = Document()
    reader = _Reader(found)
    with path.open("rb") as file:
        archive = open_archive(file)
        slides = {int(m[1]): name for name in archive.namelist() if (m := _SLIDE.fullmatch(name))}
        parts = [name for __, name in sorted(slides.items())[:MOST_SLIDES]] or ["word/document.xml"]
        try:
            for number, name in enumerate(parts, start=1):
                if slides:
                    found.blocks.append(Block(str(number), heading=True))
                _read(_unpacked(file, archive, name), reader)
        except _Enough:
            found.more = True
    found.more = found.more or len(slides) > MOST_SLIDES
    return found


def _unpacked(file: BinaryIO, archive: ZipFile, name: str) -> Iterator[bytes]:
    size = 0
    try:
        part = archive.getinfo(name)
    except KeyError as error:
        raise damaged() from error
    for piece in unpack(file, part):
        size += len(piece)
        if size > MOST_BYTES:
            raise too_large()
        yield piece


def _read(pieces: Iterator[bytes], reader: _Reader) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data

    def no_doctype(*_parts: object) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = no_doctype
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged() from error
