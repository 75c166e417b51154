"""The choice of an occasion: the triggers of all rooms, with the words of their pick-lists."""

from __future__ import annotations

from typing import Any

from django.db import models

from haike.handover.keeper.triggers import occasions
from haike.kernel.look import shows
from haike.kernel.look.choice import ChoiceLook


class Occasion(models.CharField[Any, Any]):
    """The key of an occasion; what there is to choose depends on the data dictionary."""


@shows(Occasion)
class OccasionLook(ChoiceLook):
    """In words; one whose word was taken from the dictionary shows its key."""

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {key: str(label) for key, label in occasions()}
