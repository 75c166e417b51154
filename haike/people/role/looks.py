"""How tables of rights and lists of grants show themselves in logs and lists; they are edited on pages of their own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.look import Look, shows
from haike.kernel.policy import Actor
from haike.people.role.fields import GrantList, RightsTable
from haike.people.switches import EVERY_GRANT, grants_known
from haike.refused import Refused


@shows(RightsTable)
class RightsLook(Look):
    """A table {entity: {action: reach}}, told as its number of entries."""

    kind = "rights"
    operators = {}

    def text(self, value: Any) -> str:
        count = sum(len(row) for row in (value or {}).values())
        return str(_("%(count)s entries") % {"count": count}) if count else ""

    def parse(self, raw: Any, by: Actor) -> Any:
        raise Refused(_("Rights are edited on the page of the role."))

    def from_json(self, value: Any, by: Actor) -> Any:
        return self.parse(value, by)

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}

    def textual(self) -> bool:
        return False


@shows(GrantList)
class GrantsLook(RightsLook):
    """A list of grants, told by their words."""

    def text(self, value: Any) -> str:
        if EVERY_GRANT in (value or ()):
            return str(_("All"))
        known = grants_known()
        return ", ".join(str(known.get(grant, grant)) for grant in value or ())

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}
