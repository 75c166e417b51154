"""The choices of a pool, of its records and of the way of dealing them out in forms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.look.base import Raw, one
from haike.kernel.look.choice import ChoiceLook
from haike.kernel.policy import Actor
from haike.pools.deal_out import HAND, HOWS
from haike.pools.seas import seas


class PoolChoiceLook(ChoiceLook):
    """A pool of one kind of record, none for where each record belongs; the value is its key."""

    def __init__(self, entity: str) -> None:
        super().__init__("pool", _("Into which pool"))
        self.entity_label, self.required = entity, False
        self.help = _("Empty: where each record belongs by its region or department.")

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {str(pool.pk): pool.name for pool in seas().of_entity(self.entity_label)}

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        return int(self.code(text)) if text else None


class HowLook(ChoiceLook):
    """The way in which records are dealt out."""

    def __init__(self) -> None:
        super().__init__("how", _("How"))
        self.required = True

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {key: str(label) for key, label in HOWS.items()}

    def empty_value(self) -> Any:
        return HAND
