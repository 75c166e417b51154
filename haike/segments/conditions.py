"""Conditions as a field: the filter of a list, kept with a record.

    {"of": "customers.customer", "filter": {"all": [{"field": "level", "op": "one_of", "value": ["A"]}]}}

Whoever evaluates them does so with rights of his own: a field that he may not read makes them unreadable for him.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entity_named
from haike.kernel.escape import escape
from haike.kernel.filter import Group, Line, read_filter
from haike.kernel.look import Look, shows
from haike.kernel.look.base import NOTHING, Raw
from haike.kernel.policy import Actor, System
from haike.refused import Refused

READER = System("conditions")
NOBODY = Q(pk__in=[])


class Conditions(models.JSONField):
    """The filter of a list, with the kind of record it is about; empty without any, which reads as `unset`."""

    def __init__(self, verbose_name: Any = None, *, unset: Any = "", **options: Any) -> None:
        super().__init__(verbose_name, **{"default": dict, "blank": True, "editable": False, **options})
        self.unset = unset


def conditions_of(entity: Entity, group: Group) -> dict[str, Any]:
    """As they are kept."""
    return {"of": entity.label, "filter": group.to_data()} if group.parts else {}


def read_conditions(value: dict[str, Any], by: Actor) -> tuple[Entity, Group]:
    """What kept conditions say to somebody; Refused when he may not read a field that they name."""
    entity = entity_named(str(value.get("of", "")))
    if entity is None:
        raise Refused(_("Set the conditions first."))
    return entity, read_filter(entity, by, orjson.dumps(value["filter"]).decode())


def group_of(value: dict[str, Any], by: Actor = READER) -> Group:
    """The filter alone, an empty one where nothing is set; Refused as above."""
    return read_conditions(value, by)[1] if value else Group()


def matching(value: dict[str, Any], by: Actor) -> Q:
    """The records on which they hold, for somebody; who sees which of them is left to the policy.

    A personal field that he sees masked in some records says nothing about those, as in any list.
    """
    if not value:
        return NOBODY
    entity, group = read_conditions(value, by)
    found, veils = group.q(by), entity.policy.veils(by)
    if veils and any(line.look.personal for line in group.lines()):
        found &= ~Q(owner_id__in=veils)
    return found


def in_words(group: Group) -> str:
    """A filter as a sentence."""
    joint = f" {_('or') if group.any_of else _('and')} "
    parts = [part.say() if isinstance(part, Line) else f"({in_words(part)})" for part in group.parts]
    return joint.join(parts)


def says_me(group: Group) -> bool:
    """Whether a line depends on who looks."""
    return any("me" in (line.value if isinstance(line.value, list) else [line.value]) for line in group.lines())


@shows(Conditions)
class ConditionsLook(Look):
    """Conditions in words; they are set in a builder of their own."""

    kind = "conditions"
    wide = True
    operators = {}

    def text(self, value: Any) -> str:
        if not value:
            return str(self.field.unset)  # type: ignore[union-attr]
        try:
            return in_words(read_conditions(value, READER)[1])
        except Refused:
            return str(_("Conditions that cannot be read any more"))

    def cell(self, value: Any) -> str:
        text = self.text(value)
        return escape(text) if text else NOTHING

    def from_log(self, value: Any) -> str:
        return self.text(value)

    def raw(self, value: Any) -> Raw:
        return self.text(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}
