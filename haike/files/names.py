"""Names of files as users send them: cleaned, shortened, never used as a path."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

LONGEST = 255
# Control characters, and the marks that turn the direction of what follows ("exe.fdp" shown as "pdf.exe").
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")


def clean_name(raw: str) -> str:
    """The last part of a path, without unseen signs, at most 255 characters with its ending kept."""
    name = _UNSEEN.sub("", unicodedata.normalize("NFC", raw)).replace("\\", "/").rsplit("/", 1)[-1]
    # A half surrogate comes from a broken name and cannot be stored.
    name = name.encode("utf-8", "replace").decode("utf-8").strip(" .") or _("unnamed")
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        tail = f".{ending}" if dot and stem and len(ending) <= 20 else ""
        name = name[: LONGEST - len(tail)].rstrip(" .") + tail
    return name
