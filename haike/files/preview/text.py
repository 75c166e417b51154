"""The beginning of a text, whatever its encoding."""

from __future__ import annotations

import codecs
from pathlib import Path

from haike.sheets.delimited import find_encoding, read_text

MOST = 100_000
"""Characters that are shown."""


def text_of(path: Path) -> tuple[str, bool]:
    """The beginning of the text, and whether more follows."""
    found = ""
    for piece in read_text(path, find_encoding(path)):
        found += piece
        if len(found) > MOST:
            return _tidy(found[:MOST]), True
    return _tidy(found), False


def _tidy(text: str) -> str:
    return text.removeprefix(codecs.BOM_UTF8.decode()).replace("\r\n", "\n").replace("\r", "\n")
