"""The columns of the scores: a number with a sign, so that the two are told apart wherever they stand."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.html import format_html

from haike.kernel.icon import icon
from haike.kernel.look import NumberLook, shows
from haike.kernel.look.base import NOTHING

HIGH, LOW = 60, 30
"""From and below so many points a score is shown as good, or as poor."""


class Score(models.PositiveSmallIntegerField[Any, Any]):
    """Points from 0 to 100, None without rules; nobody types them."""

    def __init__(self, verbose_name: Any = None, *, sign: str = "gauge", **options: Any) -> None:
        self.sign = sign
        super().__init__(verbose_name, **{"null": True, "blank": True, "editable": False, **options})


@shows(Score)
class ScoreLook(NumberLook):
    """The sign and the number, coloured by how high it is."""

    field: Any

    def cell(self, value: Any) -> str:
        if value is None:
            return NOTHING
        colour = "good" if value >= HIGH else "faint" if value < LOW else ""
        return format_html(
            '<span class="score-cell {}" title="{}">{}{}</span>', colour, self.label, icon(self.field.sign), value
        )
