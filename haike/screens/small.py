"""Pictures of records as they are given out: as they are stored, or drawn small when first asked for in a size."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django.http import FileResponse, Http404, HttpRequest

from haike.digits import whole
from haike.kernel.picture import checked_picture
from haike.refused import Refused

SIZES = (96, 480)
"""Pixels of the longest side: for lists, and for pages."""
PNG = b"\x89PNG"


def small(value: Any, longest: int) -> Any:
    """A stored picture in one of the sizes, opened; raises Refused for one that cannot be drawn anew."""
    storage, name = value.storage, PurePosixPath(value.name)
    path = str(name.with_name(f"{name.stem}.{longest}{name.suffix}"))
    if not storage.exists(path):
        with value.open("rb") as original:
            storage.save(path, checked_picture(original, longest=longest, most_bytes=original.size))
    return storage.open(path, "rb")


def picture_answer(request: HttpRequest, value: Any) -> FileResponse:
    """The picture in the size that the address asks for; whoever calls has looked whether it may be read."""
    size = whole(request.GET.get("size"))
    try:
        if size not in SIZES:
            answer = FileResponse(value.open("rb"))
        else:
            file = small(value, size)
            # Drawn anew it may be of another kind than its name says.
            kind = "image/png" if file.read(4) == PNG else "image/jpeg"
            file.seek(0)
            answer = FileResponse(file, content_type=kind)
    except (FileNotFoundError, Refused):
        raise Http404 from None
    answer["Cache-Control"] = "private, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
