"""Uploads as they come over the line: read in pieces, refused while they grow, never held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.files import rules
from haike.files.blob import Blob, keep
from haike.files.names import clean_name
from haike.refused import Refused

PIECE = 256 * 1024
AT_ONCE = 2
"""Uploads that one process takes at the same time: a slow line must not keep the pages waiting for a thread."""

_places = BoundedSemaphore(AT_ONCE)


class Busy(Refused):
    """Too many uploads come in just now; worth trying again in a moment."""


@contextmanager
def place() -> Iterator[None]:
    """One of the few places for uploads; raises Busy when all are taken."""
    if not _places.acquire(timeout=1):
        raise Busy(_("Many files are being uploaded just now. Try again in a moment."))
    try:
        yield
    finally:
        _places.release()


def announced(request: HttpRequest) -> int | None:
    """How many bytes the caller says he sends."""
    return whole(request.META.get("CONTENT_LENGTH"))


def keep_body(request: HttpRequest, name: str) -> tuple[Blob, str]:
    """Store a request's body as a file of this name; gives the content and the cleaned name."""
    size = announced(request)
    if not size:
        # Without a length the server hands no body on.
        raise Refused(_("“%(name)s” is empty.") % {"name": clean_name(name)})
    if size > rules.largest():
        raise rules.too_large()
    with place():
        return keep(_pieces(request), name, size=size), clean_name(name)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    try:
        while piece := request.read(PIECE):
            yield piece
    except UnreadablePostError as error:
        raise Refused(_("The upload broke off before its end. Nothing was saved; try again.")) from error


class _Limit(FileUploadHandler):
    """Stops a form's upload when one of its files grows too large."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._left = rules.largest()

    def new_file(self, *args: Any, **facts: Any) -> None:
        super().new_file(*args, **facts)
        self._left = rules.largest()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._left -= len(raw_data)
        if self._left < 0:
            raise rules.too_large()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def guard_form(request: HttpRequest) -> None:
    """Set the limits of a form with files; before anybody reads it."""
    request.upload_handlers = [_Limit(request), TemporaryFileUploadHandler(request)]


def keep_form(request: HttpRequest) -> Iterator[tuple[Blob, str]]:
    """Store the files of a form, one after the other. Its last field "complete" tells that nothing broke off."""
    files = request.FILES.getlist("files")
    if "complete" not in request.POST:
        raise Refused(_("The upload broke off before its end. Nothing was saved; try again."))
    if not files:
        raise Refused(_("Choose a file first."))
    for file in files:
        yield keep(file.chunks(), str(file.name), size=file.size), clean_name(str(file.name))
