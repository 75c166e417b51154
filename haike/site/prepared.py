"""Is everything prepared for a start? A stamp answers without loading Django, so that a second start is quick.

The stamp covers what preparing depends on: migrations, static files and the version. With PostgreSQL the database may
have been changed from elsewhere, so there it is always looked at.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from haike import __version__
from haike.site.catalogues import PACKAGE

STAMP = "prepared.json"
SAMPLE_ACCOUNTS = "sample-accounts.json"


def state() -> str:
    """One number for all files that preparing reads."""
    total = hashlib.sha256(f"{__version__} {os.environ.get('HAIKE_DEBUG', '')}".encode())
    for path in files():
        seen = path.stat()
        total.update(f"{path} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return total.hexdigest()


def files() -> Iterator[Path]:
    for folder in ("migrations", "static"):
        for parent in sorted(PACKAGE.rglob(folder)):
            yield from (path for path in sorted(parent.rglob("*")) if path.is_file() and path.suffix != ".pyc")


def up_to_date(data: Path, *, sample: bool) -> bool:
    stamp = data / STAMP
    if os.environ.get("HAIKE_DATABASE_URL") or not stamp.exists() or not (data / "haike.db").exists():
        return False
    written = json.loads(stamp.read_text())
    return bool(written["state"] == state() and (written["sample"] or not sample))


def write(data: Path, *, sample: bool) -> None:
    (data / STAMP).write_text(json.dumps({"state": state(), "sample": sample}))
