"""Pictures that stand within a frozen paper itself, so that it asks for nothing that may change or needs a session."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from PIL import Image

WIDEST = 900
"""Pixels; what is larger is made smaller."""
LARGE = 150_000
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def picture_in_place(file: Any) -> str:
    """A stored picture as a data address; empty where there is none, or what is stored is no picture."""
    if not file or not file.storage.exists(str(file.name)):
        return ""
    with file.storage.open(str(file.name), "rb") as opened:
        content = opened.read()
    try:
        with Image.open(BytesIO(content)) as image:
            kind = KINDS.get(image.format or "")
            if kind is None or len(content) > LARGE:
                image.thumbnail((WIDEST, WIDEST))
                made = BytesIO()
                image.convert("RGBA").save(made, "PNG")
                kind, content = KINDS["PNG"], made.getvalue()
    except (OSError, ValueError):
        return ""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
