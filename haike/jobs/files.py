"""Files that jobs make for the user who asked: exports, lists of faulty rows, archives.

They lie in the media folder under `jobs/`, each in a folder of its own whose name cannot be guessed; in hosted mode
the default storage keeps companies apart, and equal job numbers of two companies never meet.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from secrets import token_hex

from django.core.files.storage import default_storage

FOLDER = "jobs"


def new_path(job_id: int, name: str) -> str:
    """The stored path of a new file, its folder made. The name is what the user will see."""
    safe = Path(name.replace("\\", "/")).name
    if not safe or safe in (".", ".."):
        raise ValueError(f"Not a file name: {name!r}")
    folder = f"{FOLDER}/{job_id}-{token_hex(8)}"
    Path(default_storage.path(folder)).mkdir(parents=True)
    return f"{folder}/{safe}"


def full_path(stored: str) -> Path:
    """Where a stored path lies on disk."""
    return Path(default_storage.path(stored))


def remove(stored: str) -> None:
    """Delete a file together with its folder."""
    if stored.startswith(f"{FOLDER}/"):
        shutil.rmtree(full_path(stored).parent, ignore_errors=True)
