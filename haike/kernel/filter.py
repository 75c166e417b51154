"""Filters as data: lines of field, operator and value in groups of all or any.

    {"all": [{"field": "level", "op": "one_of", "value": ["A"]}, {"any": […]}]}

The same text stands in the address of a list, in a saved view and in the API. A filter never touches a field that its
user may not read plainly: the answer would give the hidden value away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.refused import Refused

if TYPE_CHECKING:
    from haike.kernel.entity import Entity

MOST_LINES, MOST_DEPTH = 40, 4


@dataclass(frozen=True)
class Line:
    """One comparison."""

    look: Look
    op: str
    value: str | list[str]

    def say(self) -> str:
        """In words, for a chip."""
        return self.look.say(self.op, self.value)


@dataclass(frozen=True)
class Group:
    """Several lines or groups, joined by and (`any_of` false) or by or."""

    parts: tuple[Line | Group, ...] = ()
    any_of: bool = False

    def q(self, user: Actor) -> Q:
        """The condition."""
        found = Q()
        for part in self.parts:
            one = part.q(user) if isinstance(part, Group) else part.look.condition(part.op, part.value, user)
            found = (found | one) if self.any_of else (found & one)
        return found

    def lines(self) -> Iterator[Line]:
        """All lines in it."""
        for part in self.parts:
            yield from part.lines() if isinstance(part, Group) else [part]

    def to_data(self) -> dict[str, Any]:
        """Back to plain data."""
        parts = [
            part.to_data() if isinstance(part, Group) else {"field": part.look.path, "op": part.op, "value": part.value}
            for part in self.parts
        ]
        return {"any" if self.any_of else "all": parts}

    def text(self) -> str:
        """Back to the text of an address; empty for no filter."""
        return orjson.dumps(self.to_data()).decode() if self.parts else ""

    def without(self, index: int) -> Group:
        """The same without its part number `index`."""
        return Group(self.parts[:index] + self.parts[index + 1 :], self.any_of)


def read_filter(entity: Entity, user: Actor, text: str) -> Group:
    """Parse and check a filter; Refused tells what is wrong with it."""
    if not text:
        return Group()
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(_("This filter cannot be read.")) from error
    counter = [0]
    return _group(entity, user, data, 0, counter)


def filterable(entity: Entity, user: Actor) -> dict[str, Look]:
    """The fields on which the user may filter and sort."""
    looks = entity.looks.items()
    return {name: look.for_reader(user) for name, look in looks if entity.right(user, name) in ("edit", "read")}


def _group(entity: Entity, user: Actor, data: Any, depth: int, counter: list[int]) -> Group:
    if not isinstance(data, dict) or len(data) != 1 or depth > MOST_DEPTH:
        raise Refused(_("This filter cannot be read."))
    (kind, parts) = next(iter(data.items()))
    if kind not in ("all", "any") or not isinstance(parts, list):
        raise Refused(_("This filter cannot be read."))
    found: list[Line | Group] = []
    for part in parts:
        counter[0] += 1
        if counter[0] > MOST_LINES:
            raise Refused(_("A filter has at most %(most)s lines.") % {"most": MOST_LINES})
        if isinstance(part, dict) and "field" in part:
            found.append(_line(entity, user, part))
        else:
            found.append(_group(entity, user, part, depth + 1, counter))
    return Group(tuple(found), kind == "any")


def _line(entity: Entity, user: Actor, data: dict[str, Any]) -> Line:
    name, op, value = str(data.get("field")), str(data.get("op")), data.get("value", "")
    look = filterable(entity, user).get(name)
    if look is None:
        raise Refused(_("There is no field “%(name)s” to filter by.") % {"name": name[:60]})
    if op not in look.operators:
        raise Refused(_("“%(label)s” cannot be compared that way.") % {"label": look.label})
    if isinstance(value, list):
        value = [str(item)[:200] for item in value[:500]]
    else:
        value = "" if value is None else str(value)[:200]
    line = Line(look, op, value)
    look.condition(op, value, user)  # says now, not at the query, what is wrong with the value
    return line
