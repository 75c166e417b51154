"""The watermark: name and day faintly over every page, so that a photograph of it tells whose it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option
from haike.people.alarm.options import GROUP

WATERMARK = option(
    "site.watermark",
    False,
    _("Name and date as a watermark over every page"),
    group=GROUP,
    help=_("Faint on screen and on paper; whoever photographs a page shows who he is."),
)


def watermark(request: HttpRequest, user: Any) -> str:
    """The text to be repeated over the page; empty where there is none. Who sees as a colleague is named himself."""
    if user is None or not WATERMARK():
        return ""
    real = getattr(request, "real_user", user)
    return f"{real.name} {real.username} {timezone.localdate():%Y-%m-%d}"
