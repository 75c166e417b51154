"""Fields of which several fixed values can be chosen: regions, and reasons to spare a record."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.division import divisions, find_division
from haike.kernel.escape import escape
from haike.kernel.look import PicksLook, shows
from haike.kernel.look.base import NOTHING
from haike.kernel.look.choice import ChoiceLook
from haike.pools.pooling import poolings
from haike.refused import Refused


class Regions(models.JSONField):
    """Codes of provinces and cities."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"default": list, "blank": True, **options})


class Conditions(models.JSONField):
    """Keys of conditions that entities declare."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"default": list, "blank": True, **options})


class SeveralLook(PicksLook):
    """Several of a fixed choice."""

    def text(self, value: Any) -> str:
        options = self.options()
        return ", ".join(options.get(code, code) for code in value or [])

    def cell(self, value: Any) -> str:
        return escape(self.text(value)) if value else NOTHING

    def code(self, text: str) -> str:
        return ChoiceLook.code(self, text)


@shows(Regions)
class RegionsLook(SeveralLook):
    """Provinces and cities."""

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {code: division.name for code, division in divisions().items() if division.level <= 2}

    def code(self, text: str) -> str:
        code = find_division(text)
        if not code or divisions()[code].level > 2:
            raise Refused(_("“%(text)s” is no province or city that we know.") % {"text": text[:40]})
        return code


@shows(Conditions)
class ConditionsLook(SeveralLook):
    """Reasons to spare a record."""

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {key: str(each.label) for pooling in poolings().values() for key, each in pooling.conditions.items()}
