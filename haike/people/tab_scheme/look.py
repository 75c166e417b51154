"""How the list of tabs shows itself; it is chosen on a page of its own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entities
from haike.kernel.look import Look, shows
from haike.kernel.policy import Actor
from haike.people.tab_scheme.record import TabList
from haike.refused import Refused
from haike.screens.tabs import tab_label, tabs_of


@shows(TabList)
class TabsLook(Look):
    """Keys of tabs, told by their names."""

    kind = "tabs"
    operators = {}

    def text(self, value: Any) -> str:
        names = {key: str(tab_label(tab)) for entity in entities() for key, tab in tabs_of(entity).items()}
        return str(_(", ")).join(names[key] for key in value or () if key in names)

    def parse(self, raw: Any, by: Actor) -> Any:
        raise Refused(_("Tabs are chosen on the page of the scheme."))

    def from_json(self, value: Any, by: Actor) -> Any:
        return self.parse(value, by)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def textual(self) -> bool:
        return False
