"""The table of a role's rights: every entity with every action, and how far each reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Label, entities
from haike.kernel.policy import ACTIONS
from haike.people.grants import FIELD_RIGHTS, HOUSE, NONE, REACHES, RoleFacts
from haike.screens.module import by_use, entities_on

REACH_LABELS: dict[str, Label] = {
    NONE: _("–"),
    "own": _("own"),
    "subordinates": _("own and staff's"),
    "department": _("department"),
    "below": _("department and below"),
    "all": _("all"),
}
FIELD_LABELS: dict[str, Label] = {
    "edit": _("may fill in"),
    "read": _("may only read"),
    "masked": _("sees a mask"),
    "hidden": _("does not see it"),
}
EVERYTHING = "*"


@dataclass(frozen=True)
class Cell:
    """One right: the name of its input and how far it reaches."""

    name: str
    action: str
    label: Label
    reach: str


@dataclass(frozen=True)
class Row:
    """One entity, or all that have no row of their own."""

    entity: str
    label: Label
    cells: list[Cell]
    general: bool = False


def facts_of(role: Any) -> RoleFacts:
    """A role as it decides."""
    return RoleFacts(role.key or "", role.rights, role.field_rights, frozenset(role.grants), role.reveals)


def rows_of(role: Any) -> list[Row]:
    """The table as shown: first what holds for every entity of business, then the entities one by one."""
    facts = facts_of(role)
    general = role.rights.get(EVERYTHING, {})
    rows = [Row(EVERYTHING, _("All that is not said below"), _cells(EVERYTHING, lambda a: general.get(a, NONE)), True)]
    # What the house is made of comes last; the daily work is what a role is about.
    ordered = sorted(entities_on(), key=lambda each: (each.label.partition(".")[0] in HOUSE, by_use(each)))
    rows += [
        Row(each.label, each.label_plural, _cells(each.label, partial(facts.reach, each.label))) for each in ordered
    ]
    return rows


def _cells(entity: str, reach: Callable[[str], str]) -> list[Cell]:
    return [Cell(f"{entity}:{action}", action, label, reach(action)) for action, label in ACTIONS.items()]


def read_rights(data: Mapping[str, str], before: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The rights as the table was sent.

    An entity is written down only where it differs from what holds for its room or for all, so that an entity of a
    later release follows the general row. What the table does not show (rooms that are not here yet) stays.
    """
    shown = {EVERYTHING, *(entity.label for entity in entities())}
    rights = {key: dict(row) for key, row in before.items() if key not in shown}
    general = {action: reach for action in ACTIONS if (reach := _sent(data, EVERYTHING, action)) and reach != NONE}
    if general:
        rights[EVERYTHING] = general
    for entity in entities():
        without = RoleFacts("", {key: row for key, row in rights.items() if key != entity.label}, {}, frozenset())
        row = {}
        for action in ACTIONS:
            reach = _sent(data, entity.label, action) or before.get(entity.label, {}).get(action, "")
            if reach and reach != without.reach(entity.label, action):
                row[action] = reach
        if row:
            rights[entity.label] = row
    return rights


def _sent(data: Mapping[str, str], entity: str, action: str) -> str:
    reach = data.get(f"{entity}:row") or data.get(f"{entity}:{action}", "")
    return reach if reach in REACH_LABELS else ""


def fields_shown(entity: Entity) -> dict[str, Label]:
    """The fields of an entity about which a role can say something."""
    return {name: look.label for name, look in entity.looks.items() if name != entity.title}


def read_field_rights(
    data: Mapping[str, str], entity: Entity, before: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """The rights on the fields of one entity as sent; those of other entities stay."""
    found = {key: dict(row) for key, row in before.items() if key != entity.label}
    row: dict[str, str] = {
        name: right
        for name in fields_shown(entity)
        if (right := data.get(name, "edit")) in FIELD_RIGHTS and right != "edit"
    }
    if row:
        found[entity.label] = row
    return found


def business_entities() -> list[Entity]:
    """The entities outside the running of the house."""
    return sorted((each for each in entities_on() if each.label.partition(".")[0] not in HOUSE), key=by_use)


assert set(REACH_LABELS) == {NONE, *REACHES}
