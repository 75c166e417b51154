"""Giving contents out to browsers and programs."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _

from haike.files.blob import Blob
from haike.files.preview.picture import picture
from haike.refused import Refused

# For what a browser shows by itself: nothing may be fetched, run or sent from it.
SHUT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
SANDBOX = f"sandbox; {SHUT}"


class Named(Protocol):
    """A content under a name."""

    name: Any
    blob: Any


def serve(named: Named, form: str = "file") -> Any:
    """The answer that carries a content: never run, never guessed at, never shown unless it was drawn anew by us."""
    blob = named.blob
    if blob is None:
        raise Http404
    if blob.virus:
        raise Refused(_("A virus was found in this file (%(virus)s); it is not given out.") % {"virus": blob.virus})
    if form.isdigit():
        file, media_type = picture(blob, int(form))
        answer = FileResponse(file, content_type=media_type)
    else:
        shown = form == "pdf" and blob.family == "pdf"
        kind = "application/pdf" if shown else "application/octet-stream"
        answer = FileResponse(_content(blob), as_attachment=not shown, filename=named.name, content_type=kind)
    # The viewer of PDF that browsers bring does not start in a sandbox; it has one of its own.
    answer["Content-Security-Policy"] = SHUT if form == "pdf" else SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _content(blob: Blob) -> Any:
    try:
        return blob.open()
    except FileNotFoundError as error:
        raise Refused(
            _("The content of this file is missing on the server. Tell your administrator; a backup may hold it.")
        ) from error
