"""A sheet that somebody has just sent, read without being kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused
from haike.sheets.read import open_sheet


@contextmanager
def sent_sheet(upload: Any, *, most: int) -> Iterator[Any]:
    """The first sheet of an upload of at most so many bytes; Refused for what is larger or no spreadsheet."""
    if upload.size > most:
        raise Refused(_("The file is larger than %(most)s MB.") % {"most": most // 1_000_000})
    with NamedTemporaryFile() as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
        kept.flush()
        with open_sheet(Path(kept.name), filename=Path(upload.name).name) as book:
            yield book
