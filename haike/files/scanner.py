"""The virus scanner ClamAV, asked over a socket by its INSTREAM command, where one is connected."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

PIECE = 64 * 1024
PATIENCE = 60.0
"""Seconds for one answer."""


class Unavailable(Exception):
    """The scanner did not say whether a file is clean."""


def connected() -> bool:
    """Whether files are scanned at all."""
    return bool(settings.HAIKE_CLAMAV)


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(PATIENCE)
        found.connect(parts.path)
        return found
    return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), timeout=PATIENCE)


def virus_in(path: Path) -> str:
    """The name of the virus in a file, "" when it is clean. Raises Unavailable."""
    try:
        with _connect(settings.HAIKE_CLAMAV) as line:
            line.sendall(b"zINSTREAM\0")
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            said = _answer(line)
    except OSError as error:
        raise Unavailable(str(error)) from error
    if said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    if said.endswith(": OK"):
        return ""
    raise Unavailable(said)


def _answer(line: socket.socket) -> str:
    said = b""
    while len(said) < 1000 and not said.endswith(b"\0"):
        piece = line.recv(1000)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def scan(path: Path, name: str, *, demanded: bool) -> bool:
    """Whether the file was scanned and found clean; raises Refused for a virus.

    With `demanded` it is also refused when the scanner does not answer.
    """
    if not connected():
        return False
    try:
        virus = virus_in(path)
    except Unavailable as silent:
        if demanded:
            raise Refused(
                _("The virus scanner does not answer, so nothing was saved. Try again or tell your administrator.")
            ) from silent
        return False
    if virus:
        raise Refused(
            _("“%(name)s” carries a virus (%(virus)s). It was not saved.") % {"name": name, "virus": virus[:80]}
        )
    return True
