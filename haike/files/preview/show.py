"""Which preview an attachment gets, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.files.blob import Blob, on_disk
from haike.files.give import Named
from haike.files.kinds import ending_of
from haike.files.preview.document import document_of
from haike.files.preview.picture import can_draw
from haike.files.preview.table import sheet_of
from haike.files.preview.text import text_of
from haike.refused import Refused

LARGEST_TEXT = 20 * 1024 * 1024
TABLES = frozenset({"xlsx", "xlsb", "xls", "ods"})
DOCUMENTS = frozenset({"docx", "pptx"})


@dataclass(frozen=True)
class Preview:
    """`kind` is picture, pdf, table, document, text or none; `why` says why there is nothing to see."""

    kind: str
    content: Any = None
    url: str = ""
    more: bool = False
    why: Any = ""


def preview_of(named: Named, address: Callable[[str], str], *, sheet: str = "") -> Preview:
    """What can be shown of a file, whose forms are read at `address`; never an error."""
    blob = named.blob
    if blob is None or blob.virus:
        return Preview("none", why=_("There is no preview of this file."))
    if blob.family == "pdf":
        return Preview("pdf", url=address("pdf"))
    if can_draw(blob):
        return Preview("picture", url=address("1600"))
    try:
        with on_disk(blob) as path:
            return _read(blob, named.name, path, sheet)
    except Refused as no:
        return Preview("none", why=no)
    except FileNotFoundError:
        return Preview("none", why=_("The content of this file is missing on the server."))


def _read(blob: Blob, name: str, path: Any, sheet: str) -> Preview:
    if blob.ending in TABLES or (blob.family == "text" and ending_of(name) in ("csv", "tsv", "xls", "et")):
        found = sheet_of(path, filename=name, name=sheet)
        return Preview("table", found, more=found.more)
    if blob.ending in DOCUMENTS:
        document = document_of(path)
        return Preview("document", document.blocks, more=document.more)
    if blob.family == "text" and blob.size <= LARGEST_TEXT:
        text, more = text_of(path)
        return Preview("text", text, more=more)
    return Preview("none", why=_("There is no preview of this kind of file; download it to open it."))
