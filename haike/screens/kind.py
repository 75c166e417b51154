"""Of which kind of records something is: a choice without those whose module is switched off."""

from __future__ import annotations

from haike.kernel.look import Look
from haike.kernel.look.choice import ChoiceLook
from haike.screens.module import is_off


class KindLook(ChoiceLook):
    """Nothing new is made for records whose module is switched off; what is there keeps its word."""

    def options(self, *, new: bool = False) -> dict[str, str]:
        found = super().options(new=new)
        return {label: name for label, name in found.items() if not (new and is_off(label))}


def with_kind(looks: dict[str, Look]) -> dict[str, Look]:
    """The fields of an entity with `entity` among them, chosen by a KindLook."""
    plain = looks["entity"]
    return {**looks, "entity": KindLook("entity", plain.label, field=plain.field)}
