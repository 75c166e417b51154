"""Where files lie on disk: each is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.core.files.storage import FileSystemStorage

PART = ".part"
"""The ending of what is not yet written to its end; nothing reads such files, and the nightly sweep takes them out."""


class WholeFiles(FileSystemStorage):
    """Django's files on disk, but written beside and moved to their place when every byte has reached the disk.

    A killed process or a full disk leaves no half file under a name that counts.
    """

    def _save(self, name: str, content: Any) -> str:
        full = Path(self.path(name))
        full.parent.mkdir(parents=True, exist_ok=True)
        part = full.with_name(f"{full.name}.{token_hex(4)}{PART}")
        try:
            with part.open("xb") as out:
                for piece in content.chunks():
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            part.replace(full)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return name
