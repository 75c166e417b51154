"""The trees beside a list; a line sets its filter in place of an earlier one on the same field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote_plus

import orjson
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from haike.kernel.entity import Entity, SideGroup, SideNode
from haike.kernel.escape import escape
from haike.kernel.filter import Group, Line

CURRENT = ' class="active" aria-current="true"'
HERE = "\0"
"""Stands in a kept tree for the address of the list; nothing in a page holds it."""

Address = Callable[..., str]


def side_html(entity: Entity, groups: Iterable[SideGroup], chosen: Group, url: Address) -> SafeString:
    """The trees as links; `url(f=…)` is the address of the list with another filter."""
    if chosen.parts:
        return mark_safe("".join(_tree(entity, group, chosen, url) for group in groups))
    here = url(f=None)
    before = escape(f"{here}{'&' if '?' in here else '?'}f=")
    return mark_safe(
        "".join(
            _link(here, group.label, 0) + _plain_tree(group, get_language()).replace(HERE, before) for group in groups
        )
    )


@lru_cache(maxsize=50)
def _plain_tree(group: SideGroup, language: str | None) -> str:
    """The tree of a list without filter, kept because it has hundreds of lines in a large company."""
    return "".join(
        _link(f"{HERE}{quote_plus(_filter(node.field, node.op, node.value))}", node.label, node.depth + 1)
        for node in group.nodes
    )


def _filter(field: str, op: str, value: str | tuple[str, ...]) -> str:
    line = {"field": field, "op": op, "value": list(value) if isinstance(value, tuple) else value}
    return orjson.dumps({"all": [line]}).decode()


def _tree(entity: Entity, group: SideGroup, chosen: Group, url: Address) -> str:
    fields = {node.field for node in group.nodes}
    without = Group(tuple(p for p in chosen.parts if not (isinstance(p, Line) and p.look.path in fields)))
    lines = (_line(entity, node, chosen, url) for node in group.nodes)
    return _link(url(f=without.text()), group.label, 0) + "".join(lines)


def _line(entity: Entity, node: SideNode, chosen: Group, url: Address) -> str:
    value = list(node.value) if isinstance(node.value, tuple) else node.value
    line = Line(entity.looks[node.field], node.op, value)
    parts = [p for p in chosen.parts if not (isinstance(p, Line) and p.look.path == node.field)]
    active = line in chosen.parts
    address = url(f=Group((*parts, *(() if active else (line,)))).text())
    return _link(address, node.label, node.depth + 1, active=active)


def _link(url: str, label: object, depth: int, *, active: bool = False) -> str:
    return (
        f'<a href="{escape(url)}"{CURRENT if active else ""} '
        f'style="padding-left: calc(8px + 14px * {depth})">{escape(label)}</a>'
    )
