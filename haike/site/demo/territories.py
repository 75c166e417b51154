"""Territories of the sample company: one for the greatest customers, then the sales departments by region."""

from __future__ import annotations

from typing import Any

from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.people.models import User
from haike.pools.models import Territory

SAMPLER = System("sample")
SOUTH = ["440000", "450000", "460000", "350000"]
EAST = ["310000", "320000", "330000", "340000", "370000", "360000"]
DRAWN: tuple[tuple[str, tuple[str, str, list[str]], tuple[str, ...]], ...] = (
    ("大客户", ("level", "one_of", ["vip"]), ("dan", "rose")),
    ("华东", ("region", "in", EAST), ("cat", "sam", "vera")),
    ("华南", ("region", "in", SOUTH), ("ann", "leo", "nina", "ivan", "joy")),
)


def write_territories(users: dict[str, int]) -> list[int]:
    """Draw them for those of their sellers who are there; returns their keys."""
    found = []
    for position, (name, (field, how, value), sellers) in enumerate(DRAWN, 1):
        chosen = list(User._base_manager.filter(pk__in=[users[each] for each in sellers if each in users]))
        if chosen:
            values: dict[str, Any] = {"name": name, "entity": entity_of(Customer).label, "position": position}
            made: Territory = entity_of(Territory).create(by=SAMPLER, sellers=chosen, **values)
            entity_of(Territory).change(made, by=SAMPLER, conditions=_conditions(field, how, value))
            found.append(made.pk)
    return found


def _conditions(field: str, how: str, value: list[str]) -> dict[str, Any]:
    label = entity_of(Customer).label
    if how == "in":
        lines = [{"field": field, "op": how, "value": each} for each in value]
        return {"of": label, "filter": {"any": lines}}
    return {"of": label, "filter": {"all": [{"field": field, "op": how, "value": value}]}}
