"""Checking uploaded pictures by content, never by name."""

from __future__ import annotations

import io
import warnings
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from haike.refused import Refused

MOST_BYTES, MOST_PIXELS, LONGEST_SIDE = 5_000_000, 50_000_000, 2000
KINDS = ("JPEG", "PNG", "WEBP", "GIF")


def checked_picture(upload: Any, *, longest: int = LONGEST_SIDE, most_bytes: int = MOST_BYTES) -> ContentFile[bytes]:
    """The picture drawn anew, turned upright and not larger than needed; what else the file held is gone.

    Drawing anew drops positions, comments and anything hidden behind the image. Raises Refused.
    """
    if upload.size > most_bytes:
        raise Refused(_("The picture is larger than %(most)s MB.") % {"most": most_bytes // 1_000_000})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(upload, formats=KINDS)
            if image.width * image.height > MOST_PIXELS:
                raise Refused(_("The picture has too many pixels."))
            image = ImageOps.exif_transpose(image)
            image.thumbnail((longest, longest))
            flat = "A" not in image.getbands() and image.mode != "P"
            image = image.convert("RGB" if flat else "RGBA")
            drawn = io.BytesIO()
            image.save(drawn, "JPEG" if flat else "PNG", quality=85, optimize=True)
    except Refused:
        raise
    except Exception as error:
        # A broken or hostile file can make the decoders raise nearly anything.
        raise Refused(_("This is not a picture that can be read (JPG, PNG, WebP, GIF).")) from error
    return ContentFile(drawn.getvalue(), name=f"{uuid4().hex}.{'jpg' if flat else 'png'}")
