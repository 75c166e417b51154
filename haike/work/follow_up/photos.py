"""Photos of follow-ups: checked by content, turned upright, made smaller and written anew without their metadata."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from haike.kernel.policy import Actor
from haike.kernel.refused import Refused
from haike.work.follow_up.record import FollowUp, FollowUpPhoto

MOST_PHOTOS = 9
LARGEST = 20 * 1024 * 1024
MOST_PIXELS = 80_000_000
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


@dataclass(frozen=True)
class Shot:
    """An image of our own making, not yet stored."""

    data: bytes
    width: int
    height: int


def read_photos(files: Sequence[UploadedFile[Any]]) -> list[Shot]:
    """The images in some uploads; raises Refused for what is no image or too much."""
    refuse_too_many(len(files))
    return [_read(file) for file in files]


def refuse_too_many(count: int) -> None:
    """Refuse more photos than a follow-up takes."""
    if count > MOST_PHOTOS:
        raise Refused(fields={"photos": _("A follow-up takes %(most)s photos.") % {"most": MOST_PHOTOS}})


def _read(file: UploadedFile[Any]) -> Shot:
    if (file.size or 0) > LARGEST:
        message = _("“%(name)s” is larger than %(size)s MB.")
        raise Refused(fields={"photos": message % {"name": file.name, "size": LARGEST // 1024 // 1024}})
    refusal = Refused(fields={"photos": _("“%(name)s” is no picture that can be read.") % {"name": file.name}})
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise refusal
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise refusal from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=82, optimize=True)
    return Shot(written.getvalue(), upright.width, upright.height)


def keep_shots(follow_up: FollowUp, shots: Sequence[Shot], *, by: Actor) -> None:
    """Store images with a follow-up."""
    for shot in shots:
        photo = FollowUpPhoto(follow_up=follow_up, width=shot.width, height=shot.height, by_id=by.pk)
        photo.file.save(f"{uuid.uuid4().hex}.jpg", ContentFile(shot.data), save=False)
        photo.save()
