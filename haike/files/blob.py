"""Contents: each stored once in a company, under the hash of its bytes."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.files import rules, scanner
from haike.files.kinds import Nature, look_into
from haike.files.names import clean_name
from haike.refused import Refused

FOLDER = "files"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Blob(models.Model):
    """One content. `path` is its place in the storage "files"; `size` in bytes.

    Other tables point here; one that nothing points to is swept out at night, a day after it was last `used_at`.
    """

    digest = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=120)
    size = models.BigIntegerField()
    ending = models.CharField(max_length=10, blank=True)
    mime = models.CharField(max_length=100)
    family = models.CharField(max_length=10)
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)
    scanned = models.BooleanField(default=False)
    virus = models.CharField(max_length=80, blank=True)
    """Found by a later scan: the content is not given out any more."""

    class Meta:
        verbose_name = _("Stored file")

    def __str__(self) -> str:
        return self.digest

    @property
    def nature(self) -> Nature:
        """What it is."""
        return Nature(self.ending, self.mime, self.family)

    def open(self) -> File[bytes]:
        """The content, to be closed by the reader."""
        return cast("File[bytes]", store().open(self.path, "rb"))


@contextmanager
def on_disk(blob: Blob) -> Iterator[Path]:
    """The content as a file that programs can read, fetched first where the storage is elsewhere."""
    try:
        path = Path(store().path(blob.path))
    except NotImplementedError:
        with draft() as copy, blob.open() as content:
            shutil.copyfileobj(content, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path


def store() -> Any:
    """The storage of contents (STORAGES["files"])."""
    return storages["files"]


def keep(pieces: Iterable[bytes], name: str, *, size: int | None = None) -> Blob:
    """Check a content that comes in pieces and store it; raises Refused.

    It is refused as soon as it grows too large, and when it ends before the announced `size`.
    """
    name = clean_name(name)
    with draft() as file:
        digest, written = _write(pieces, file)
        if size is not None and written < size:
            raise Refused(_("The upload broke off before its end. Nothing was saved; try again."))
        if not written:
            raise Refused(_("“%(name)s” is empty.") % {"name": name})
        path = Path(file.name)
        nature = look_into(path)
        rules.check_kind(name, nature)
        scanned = scanner.scan(path, name, demanded=rules.UNSCANNED() == "refuse")
        facts = {"size": written, "ending": nature.ending, "mime": nature.mime, "family": nature.family}
        return _stored(file, digest, {**facts, "scanned": scanned})


@contextmanager
def draft() -> Iterator[BinaryIO]:
    """A file to write to that vanishes; a full disk becomes a sentence."""
    try:
        with NamedTemporaryFile(prefix="haike-upload-") as file:
            yield cast(BinaryIO, file)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refused(_("The server's disk is full, so nothing was saved. Tell your administrator.")) from error


def _write(pieces: Iterable[bytes], file: BinaryIO) -> tuple[str, int]:
    digest, size, most = hashlib.sha256(), 0, rules.largest()
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise rules.too_large()
        digest.update(piece)
        file.write(piece)
    file.flush()
    return digest.hexdigest(), size


def _stored(file: BinaryIO, digest: str, facts: dict[str, Any]) -> Blob:
    known = _known(digest, scanned=facts["scanned"])
    if known is not None:
        if not store().exists(known.path):
            # Lost from the disk, and now here again.
            store().save(known.path, File(file))
        return known
    # A name of its own for each row: sweeping an old one can never hit a new one with the same content.
    path = store().save(f"{FOLDER}/{digest[:2]}/{digest}-{token_hex(4)}", File(file))
    try:
        with transaction.atomic():
            return Blob.objects.create(digest=digest, path=path, **facts)
    except IntegrityError:
        # Somebody stored the same at the same moment.
        store().delete(path)
        return Blob.objects.get(digest=digest)
    except BaseException:
        store().delete(path)
        raise


def _known(digest: str, *, scanned: bool) -> Blob | None:
    with transaction.atomic():
        found = Blob.objects.select_for_update().filter(digest=digest).first()
        if found is not None:
            found.used_at = timezone.now()
            found.scanned, found.virus = found.scanned or scanned, "" if scanned else found.virus
            found.save(update_fields=["used_at", "scanned", "virus"])
        return found


def drop(blob: Blob) -> None:
    """Delete a content for good, with what was drawn from it."""
    blob.delete()
    for path in (blob.path, *(drawn(blob, longest) for longest in SIDES)):
        store().delete(path)


SIDES = (96, 1600)
"""Longest sides in pixels: beside a name, and in the preview."""


def drawn(blob: Blob, longest: int) -> str:
    """Where a picture drawn anew in this size lies."""
    return f"{blob.path}.{longest}"
