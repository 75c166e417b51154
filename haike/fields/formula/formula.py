"""A formula ready to be worked out for a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.fields.formula.functions import CHINESE, FUNCTIONS, NONE, NUMBER, ON_DAYS, TEXT, bounded
from haike.fields.formula.syntax import Call, Constant, Field, Node, fields_in, read_formula
from haike.refused import Refused


class Formula:
    """A formula over fields of these types; Refused tells what is wrong with it."""

    def __init__(self, text: str, types: Mapping[str, str]) -> None:
        self.types = types
        self.tree = self._checked_names(read_formula(text))
        self.fields = frozenset(fields_in(self.tree))
        found = self._type(self.tree)
        self.result = TEXT if found == NONE else found

    def work_out(self, value_of: Callable[[str], Any]) -> Any:
        """The value for a record; None for none. Raises NoValue where there cannot be one."""
        found = self._value(self.tree, value_of)
        return bounded(found) if isinstance(found, Decimal) else found

    def _checked_names(self, node: Node) -> Node:
        if isinstance(node, Field) and node.name not in self.types:
            raise Refused(_("There is no field “%(name)s” that a formula can read.") % {"name": node.name})
        if not isinstance(node, Call):
            return node
        name = CHINESE.get(node.name, node.name)
        if name not in FUNCTIONS:
            near = get_close_matches(name, [*FUNCTIONS, *CHINESE], 1)
            said = _("There is no function “%(name)s”.") % {"name": node.name}
            meant = _("Did you mean “%(near)s”?") % {"near": near[0]} if near else ""
            raise Refused(f"{said} {meant}".strip())
        return Call(name, tuple(self._checked_names(arg) for arg in node.args))

    def _type(self, node: Node) -> str:
        if isinstance(node, Constant):
            return NONE if node.value is None else TEXT if isinstance(node.value, str) else NUMBER
        if isinstance(node, Field):
            return self.types[node.name]
        given = [self._type(arg) for arg in node.args]
        on_days = ON_DAYS.get(node.name, {}).get(tuple(given))  # type: ignore[arg-type]
        return on_days or FUNCTIONS[node.name].type_of(said_name(node.name), given)

    def _value(self, node: Node, value_of: Callable[[str], Any]) -> Any:
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Field):
            return value_of(node.name)
        function = FUNCTIONS[node.name]
        if function.lazy:
            return function.work(*(partial(self._value, arg, value_of) for arg in node.args))
        values = [self._value(arg, value_of) for arg in node.args]
        if not function.empty and any(value is None for value in values):
            # A comparison with empty does not hold; any other work on empty has no result.
            return False if function.gives == "flag" else None
        if node.name == "-" and isinstance(values[1], date):
            return Decimal((values[0] - values[1]).days)
        return function.work(*values)


def divides_by_zero(node: Node) -> bool:
    """Whether a formula has a zero written below a stroke, so that no record gets a value from there."""
    if not isinstance(node, Call):
        return False
    return (node.name == "/" and node.args[1] == Constant(Decimal(0))) or any(map(divides_by_zero, node.args))


def said_name(name: str) -> str:
    """A function as formulas are written in the reader's language."""
    chinese = next((word for word, function in CHINESE.items() if function == name), name)
    return chinese if (get_language() or "").startswith("zh") else name.upper()


def find_circle(reads: Mapping[str, frozenset[str]]) -> list[str]:
    """A way of fields that leads back to its beginning, each reading the next; empty when there is none."""
    done: set[str] = set()
    for start in reads:
        way: list[str] = []
        if found := _walk(start, reads, way, done):
            return found
    return []


def _walk(name: str, reads: Mapping[str, frozenset[str]], way: list[str], done: set[str]) -> list[str]:
    if name in way:
        return [*way[way.index(name) :], name]
    if name in done or name not in reads:
        return []
    way.append(name)
    for other in sorted(reads[name]):
        if found := _walk(other, reads, way, done):
            return found
    way.pop()
    done.add(name)
    return []


def in_order(reads: Mapping[str, frozenset[str]]) -> list[str]:
    """The formulas so that each stands after those that it reads; there must be no circle."""
    found: list[str] = []

    def add(name: str) -> None:
        if name in found or name not in reads:
            return
        for other in sorted(reads[name]):
            add(other)
        found.append(name)

    for name in reads:
        add(name)
    return found
