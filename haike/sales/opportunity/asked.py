"""Asked: the fields of an opportunity that a stage demands."""

from __future__ import annotations

from typing import Any

from django.db import models

from haike.kernel.entity import entity_named
from haike.kernel.escape import escape
from haike.kernel.look import ChoiceLook, PicksLook, shows

OPPORTUNITY = "sales.opportunity"
NEVER_ASKED = frozenset({"title", "customer", "stage", "owner"})
"""What an opportunity has anyway."""


class Asked(models.JSONField):
    """Names of fields of the opportunity, own fields among them."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"default": list, "blank": True, **options})


@shows(Asked)
class AskedLook(PicksLook):
    """Several fields, by the words that stand above them in the form."""

    field: Any

    def options(self, *, new: bool = False) -> dict[str, str]:
        entity = entity_named(OPPORTUNITY)
        looks = entity.looks if entity is not None else {}
        return {
            name: str(look.label)
            for name, look in looks.items()
            if look.editable and name not in NEVER_ASKED and look.kind != "yesno"
        }

    def colour(self, code: str) -> str:
        return ""

    def text(self, value: Any) -> str:
        known = self.options()
        return ", ".join(known.get(code, code) for code in value or [])

    def cell(self, value: Any) -> str:
        return escape(self.text(value))

    def code(self, text: str) -> str:
        return ChoiceLook.code(self, text)
