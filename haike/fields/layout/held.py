"""The layouts of a company as each process holds them: forms and pages ask here and cost no query."""

from __future__ import annotations

from typing import Any

from haike.fields.layout.plan import Plan, Shipped, shipped_keys
from haike.fields.layout.record import Layout
from haike.fields.own_field.additions import Shape, shape_of
from haike.kernel.entity import Entity, Section
from haike.kernel.versioned import Versioned, bump
from haike.screens.layout import Laid
from haike.screens.module import modules_off
from haike.screens.tabs import PLACES, panels_of, tabs_of

VERSION = "layouts"


class Shelf:
    """All layouts of a company, worked out one by one as they are asked for."""

    def __init__(self) -> None:
        rows = [each for each in Layout.objects.all() if each.plan]
        self.plans: dict[tuple[str, str], dict[str, Any]] = {(each.entity, each.line): each.plan for each in rows}
        self.by_line = {each.entity for each in rows if each.line}
        self._laid: dict[tuple[str, str], tuple[Shape, Any, Laid]] = {}

    def laid(self, entity: Entity, line: str) -> Laid | None:
        """The layout for a business line; None as long as nobody has made one."""
        if (entity.label, line) not in self.plans:
            line = ""
        data = self.plans.get((entity.label, line))
        if data is None and entity.label not in self.by_line:
            return None
        shape, off = shape_of(entity), modules_off()
        held = self._laid.get((entity.label, line))
        # Another shape is one with other own fields.
        if held is None or held[0] is not shape or held[1] is not off:
            held = self._laid[entity.label, line] = (shape, off, self._build(entity, data))
        return held[2]

    def _build(self, entity: Entity, data: dict[str, Any] | None) -> Laid:
        shipped = shipped_of(entity)
        plan = Plan.of(data).settle(shipped) if data else Plan.shipped(shipped)
        return laid_of(entity, plan, by_line=entity.label in self.by_line)


def laid_of(entity: Entity, plan: Plan, *, by_line: bool = False) -> Laid:
    """A settled plan as forms and pages follow it."""
    shipped = shipped_of(entity)
    return Laid(
        sections=[Section(shipped.label(part), part.fields, part.folded) for part in plan.parts],
        unused=frozenset(plan.unused),
        required=frozenset(plan.required),
        tabs=tuple(plan.tabs),
        tabs_off=frozenset(plan.tabs_off),
        panels=tuple(plan.panels),
        panels_off=frozenset(plan.panels_off),
        by_line=by_line,
    )


_shelf: Versioned[Shelf] = Versioned(VERSION, Shelf)


def layouts_changed() -> None:
    """Tell every process that a layout has changed."""
    bump(VERSION)


def laid_by(entity: Entity, line: str) -> Laid | None:
    """The company's layout of an entity for a business line; None as long as nobody has made one."""
    return _shelf().laid(entity, line)


def shipped_of(entity: Entity) -> Shipped:
    """What the entity and the company's own fields give by themselves."""
    shape = shape_of(entity)
    sections = [
        Section(each.label, [name for name in each.fields if name in shape.looks], each.folded)
        for each in shape.sections
    ]
    needed = frozenset(
        name
        for name, look in shape.looks.items()
        if look.required and look.editable and (name not in shape.own or shape.own[name].own.fact("default") is None)
    )
    panels = {panel.key: place for place in PLACES for panel in panels_of(entity, place)}
    return Shipped(shipped_keys(sections), list(tabs_of(entity)), panels, needed)
