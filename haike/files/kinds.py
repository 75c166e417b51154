"""What a file is: told by its content, never by its name; and whether a name tells the truth about it."""

from __future__ import annotations

import codecs
import mmap
import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

import filetype
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEAD = 8192
_MOST_PARTS = 20_000
"""Entries of an archive that are still looked at."""


@dataclass(frozen=True)
class Family:
    """A kind of attachments: the word and the icon."""

    label: str | Promise
    icon: str


FAMILIES = {
    "picture": Family(_("picture"), icon="photo"),
    "pdf": Family("PDF", icon="file-type-pdf"),
    "document": Family(_("document"), icon="file-text"),
    "sheet": Family(_("spreadsheet"), icon="table"),
    "slides": Family(_("slides"), icon="presentation"),
    "text": Family(_("text"), icon="file-description"),
    "archive": Family(_("compressed files"), icon="file-zip"),
    "audio": Family(_("sound"), icon="music"),
    "video": Family(_("video"), icon="video"),
    "program": Family(_("program"), icon="app-window"),
    "link": Family(_("link"), icon="link"),
    "other": Family(_("other"), icon="file"),
}

_ENDINGS = {
    "picture": "jpg jpeg jpe jfif png gif webp bmp tif tiff heic heif avif ico psd jp2",
    "pdf": "pdf",
    "document": "doc docx docm dot dotx wps wpt odt rtf",
    "sheet": "xls xlsx xlsm xlsb xlt xltx et ett ods csv tsv",
    "slides": "ppt pptx pptm pps ppsx pot potx dps dpt odp",
    "text": "txt md log json xml html htm svg ics vcf eml yaml yml ini sql",
    "archive": "zip rar 7z gz tgz bz2 xz tar zst",
    "audio": "mp3 wav m4a amr ogg flac aac aiff mid",
    "video": "mp4 mov avi mkv wmv webm 3gp flv mpg mpeg m4v",
    "program": "exe com scr dll msi bat cmd ps1 vbs js jar apk class lnk elf sh macho deb rpm wasm",
}
_FAMILY_OF = {ending: family for family, endings in _ENDINGS.items() for ending in endings.split()}
_OFFICE = frozenset({"document", "sheet", "slides"})
# Systems hand out web pages, XML and plain text as .xls and .doc; new Office formats are archives.
_IN_OFFICE = _OFFICE | {"text", "archive", "other"}
_TRUE_TO_NAME = frozenset({"picture", "pdf"})
"""Families that are always known by their content: another content makes the name a lie."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("msi", bytes.fromhex("84100c0000000000c000000000000046")),
    ("doc", "WordDocument".encode("utf-16-le")),
    ("ppt", "PowerPoint Document".encode("utf-16-le")),
    ("xls", "Workbook".encode("utf-16-le")),
    ("xls", b"B\0o\0o\0k\0\0\0"),
    ("msg", "__substg1.0_".encode("utf-16-le")),
)
_PARTS = (
    ("docx", "word/document.xml"),
    ("xlsx", "xl/workbook.xml"),
    ("xlsb", "xl/workbook.bin"),
    ("pptx", "ppt/presentation.xml"),
    ("apk", "AndroidManifest.xml"),
    ("jar", "META-INF/MANIFEST.MF"),
)
_SIGNS = (
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "lnk"),
    (b"\xca\xfe\xba\xbe", "class"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"#!", "sh"),
)
_MARKUP = re.compile(rb"<(svg|html|script|body|table)[\s>:]|<!doctype (html)", re.IGNORECASE)


@dataclass(frozen=True)
class Nature:
    """What a content is: its usual ending ("" when unknown), its media type, and one of FAMILIES."""

    ending: str
    mime: str
    family: str

    @property
    def label(self) -> str:
        """In words."""
        word = str(FAMILIES[self.family].label)
        return f"{word} ({self.ending})" if self.ending and self.ending != self.family else word


UNKNOWN = Nature("", "application/octet-stream", "other")


def ending_of(name: str) -> str:
    """The ending of a name without its dot, in small letters."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def family_of(ending: str) -> str | None:
    """The family that an ending stands for."""
    return _FAMILY_OF.get(ending)


def fits(ending: str, nature: Nature) -> bool:
    """Whether a name with this ending may carry this content."""
    said = family_of(ending)
    if said is None or said == nature.family:
        return True
    if said in _OFFICE:
        return nature.family in _IN_OFFICE
    if said in _TRUE_TO_NAME or nature.family in _TRUE_TO_NAME or nature.family == "program":
        return False
    if said == "text":
        return nature.family == "other"
    return said != "archive" or nature.family in (*_OFFICE, "other")


def look_into(path: Path) -> Nature:
    """What this file is."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _nature(_zipped(path), "application/zip")
    if head.startswith(_OLE):
        return _nature(_compound(path), "application/x-ole-storage")
    found = filetype.guess(head)
    if found is not None:
        return _nature(str(found.extension), str(found.mime))
    for sign, ending in _SIGNS:
        if head.startswith(sign):
            return _nature(ending, "application/octet-stream")
    return _text(head) or UNKNOWN


def _nature(ending: str, mime: str) -> Nature:
    return Nature(ending, mime, family_of(ending) or "other")


def _zipped(path: Path) -> str:
    """Office documents, programs for telephones and Java are all archives; the names inside tell them apart."""
    try:
        if _entries(path) > _MOST_PARTS:
            return "zip"
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            first = archive.infolist()[0] if names else None
            if first is not None and first.filename == "mimetype" and first.file_size < 100:
                kind = archive.read(first).decode("ascii", "replace")
                for ending, word in (("odt", ".text"), ("ods", ".spreadsheet"), ("odp", ".presentation")):
                    if kind.startswith("application/vnd.oasis.opendocument") and kind.endswith(word):
                        return ending
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError, struct.error):
        return "zip"
    # Some writers part the folders by backslashes.
    names = {name.replace("\\", "/") for name in names}
    return next((ending for ending, part in _PARTS if part in names), "zip")


def _entries(path: Path) -> int:
    """How many entries an archive says it has, read without its table of contents."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return int(struct.unpack("<H", tail[at + 10 : at + 12])[0]) if at >= 0 and len(tail) >= at + 12 else 0


def _compound(path: Path) -> str:
    """The old formats of Office share one container; the names of their streams tell them apart."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return next((ending for ending, sign in _OLE_STREAMS if content.find(sign) >= 0), "")


def _text(head: bytes) -> Nature | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Nature("txt", "text/plain", "text")
    if b"\0" in head:
        return None
    if sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head) > len(head) // 100:
        return None
    markup = _MARKUP.search(head)
    if markup and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Nature("svg" if (markup[1] or b"").lower() == b"svg" else "html", "text/html", "text")
    return Nature("txt", "text/plain", "text")
