"""Pictures drawn anew in the size wanted; the original is never shown by the browser."""

from __future__ import annotations

from typing import Any

from haike.files.blob import Blob, drawn, store
from haike.kernel.picture import checked_picture

DRAWN = frozenset({"jpg", "png", "gif", "webp"})
LARGEST = 60_000_000
"""Bytes of a picture that is still drawn."""


def can_draw(blob: Blob) -> bool:
    """Whether a picture of this kind can be shown."""
    return blob.ending in DRAWN and blob.size <= LARGEST and not blob.virus


def picture(blob: Blob, longest: int) -> tuple[Any, str]:
    """The picture in a size and its media type, drawn when first asked for; Refused for one that cannot be drawn."""
    path = drawn(blob, longest)
    if not store().exists(path):
        with blob.open() as original:
            store().save(path, checked_picture(original, longest=longest, most_bytes=LARGEST))
    file = store().open(path, "rb")
    kind = "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"
    file.seek(0)
    return file, kind
