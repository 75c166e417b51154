"""Which entities have a grid, and what is particular about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from haike.kernel.entity import Entity, entity_named
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.screens.form import demanded_names

Looks = Callable[[Actor], dict[str, Look]]
Make = Callable[..., Any]


@dataclass(frozen=True)
class Grid:
    """The grid of an entity: `columns` are fields in the order in which rows are pasted.

    With `edits` records that are there already are changed in it too, and all lines are saved together or none. Else
    good lines are saved and the others stay. `looks(user)` and `make(by=…, values=…)` are for an entity whose line
    makes more than one record.
    """

    entity: str
    title: str | Promise
    columns: Sequence[str]
    edits: bool = False
    looks: Looks | None = None
    make: Make | None = None
    help: str | Promise = ""

    def of(self) -> Entity:
        """Its entity."""
        found = entity_named(self.entity)
        if not isinstance(found, Entity):
            raise LookupError(self.entity)
        return found

    def looks_for(self, user: Actor) -> Mapping[str, Look]:
        """The columns that a user may fill in, with those that the company demands."""
        if self.looks is not None:
            return self.looks(user)
        entity = self.of()
        able = entity.editable_by(user)
        names = dict.fromkeys([*self.columns, *demanded_names(entity)])
        return {name: able[name] for name in names if name in able and not able[name].by_file}


GRIDS: dict[str, Grid] = {}


def declare_grid(grid: Grid) -> Grid:
    """Give an entity a grid at /slug/grid."""
    GRIDS[grid.entity] = grid
    return grid
