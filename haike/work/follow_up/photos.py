"""Photos of follow-ups: checked by content and drawn anew before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from haike.kernel.picture import checked_picture
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.work.follow_up.record import FollowUp, FollowUpPhoto

MOST_PHOTOS = 9
LARGEST = 20_000_000
"""Bytes of one upload: what a telephone's camera makes."""


def read_photos(files: Sequence[UploadedFile[Any]]) -> list[ContentFile[bytes]]:
    """The pictures in some uploads; raises Refused for what is no picture or too much."""
    refuse_too_many(len(files))
    shots = []
    for file in files:
        try:
            shots.append(checked_picture(file, most_bytes=LARGEST))
        except Refused as no:
            sentence = _("“%(name)s”: %(reason)s") % {"name": file.name, "reason": no.message}
            raise Refused(fields={"photos": sentence}) from no
    return shots


def refuse_too_many(count: int) -> None:
    """Refuse more photos than a follow-up takes."""
    if count > MOST_PHOTOS:
        raise Refused(fields={"photos": _("A follow-up takes %(most)s photos.") % {"most": MOST_PHOTOS}})


def keep_photos(follow_up: FollowUp, shots: Sequence[ContentFile[bytes]], *, by: Actor) -> None:
    """Store pictures with a follow-up."""
    for shot in shots:
        photo = FollowUpPhoto(follow_up=follow_up, by_id=by.pk)
        photo.file.save(str(shot.name), shot, save=False)
        photo.save()
