"""How tables of rights and lists of grants show themselves in logs and lists; they are edited on pages of their own."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.kernel.look import Look, TextLook, shows
from haike.kernel.look.text import LongTextLook
from haike.kernel.policy import Actor
from haike.kernel.versioned import Versioned
from haike.people.role.fields import GrantList, RightsTable
from haike.people.shipped_roles import DESCRIPTIONS_EN, SHIPPED_ROLES
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
        # A grant whose room is not here says nothing yet.
        return str(_(", ")).join(str(known[grant]) for grant in value or () if grant in known)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


def _english() -> bool:
    return not (get_language() or "").startswith("zh")


def _read_names() -> dict[str, str]:
    rows = apps.get_model("people", "Role")._base_manager.exclude(name_en="")
    return dict(rows.values_list("name", "name_en"))


_names: Versioned[dict[str, str]] = Versioned("people", _read_names)
_SAID = {role.description: DESCRIPTIONS_EN[role.key] for role in SHIPPED_ROLES}


class RoleNameLook(TextLook):
    """The name of a role; readers of English are shown its English one, search and log know the name itself."""

    def cell(self, value: Any) -> str:
        return super().cell(_names().get(value, value) if value and _english() else value)


class RoleDescriptionLook(LongTextLook):
    """What a role is for; as shipped it is shown in the language of the reader."""

    def cell(self, value: Any) -> str:
        return super().cell(_SAID.get(value, value) if value and _english() else value)
