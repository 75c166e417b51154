"""How each kind of field looks on every surface."""

from django.db import models

from haike.kernel.look.base import Look, look_for, shows
from haike.kernel.look.choice import ChoiceLook, PickLook, PicksLook, RegionLook
from haike.kernel.look.number import MoneyLook, NumberLook, YesNoLook
from haike.kernel.look.picture import PictureLook
from haike.kernel.look.reference import ManyLook, PersonLook, ReferenceLook, person_or_reference
from haike.kernel.look.text import EmailLook, LongTextLook, PhoneLook, TextLook, UrlLook
from haike.kernel.look.time import DateLook, MomentLook

shows(models.ForeignKey)(person_or_reference)  # type: ignore[arg-type]

__all__ = [
    "ChoiceLook",
    "DateLook",
    "EmailLook",
    "LongTextLook",
    "Look",
    "ManyLook",
    "MomentLook",
    "MoneyLook",
    "NumberLook",
    "PersonLook",
    "PhoneLook",
    "PickLook",
    "PicksLook",
    "PictureLook",
    "ReferenceLook",
    "RegionLook",
    "TextLook",
    "UrlLook",
    "YesNoLook",
    "look_for",
    "shows",
]
