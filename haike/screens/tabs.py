"""The tabs of a record's page, and which of them a user sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Label, Panel, Related, entity_named
from haike.screens.kept import kept_for
from haike.screens.module import is_off, plugged

Tab = Panel | Related | None
LOG = "log"
"""The key of the change log, the last tab."""
PLACES = ("head", "main", "side")
"""Where panels stand that are no tabs."""

DAILY: dict[str, Sequence[str]] = {}
"""By kind of record (label): the tabs that are used every day; they stand first, whichever room brought them."""

CHOSEN: list[Callable[[Any, str], Set[str] | None]] = []
"""Rooms below narrow the tabs of a kind of record (label) for a user to these keys; None narrows nothing."""


def panels_of(entity: Entity, *places: str) -> list[Panel]:
    """The panels of an entity that stand in one of these places, without those of modules that are off."""
    return plugged((panel for panel in entity.panels if panel.place in places), lambda panel: panel.render)


def tabs_of(entity: Entity) -> dict[str, Tab]:
    """All tabs of an entity by key: those of every day, panels, related lists, panels behind them, the change log."""
    found: dict[str, Tab] = {panel.key: panel for panel in panels_of(entity, "tab")}
    for related in entity.tabs:
        target = entity_named(related.entity)
        if target is not None and not is_off(target.label):
            found[f"{target.slug}-{related.field}"] = related
    found |= {panel.key: panel for panel in panels_of(entity, "last")}
    daily = {key: found[key] for key in DAILY.get(entity.label, ()) if key in found}
    return {**daily, **found, LOG: None}


def tab_label(tab: Tab) -> Label:
    """The words on a tab."""
    if isinstance(tab, Related):
        target = entity_named(tab.entity)
        return tab.label or (target.label_plural if target is not None else "")
    return tab.label if tab is not None else _("Change log")


def shows_tab(user: Any, entity: Entity, key: str) -> bool:
    """Whether a user sees this tab on the pages of these records, and what else comes from it alone."""
    chosen = [keys for source in CHOSEN if (keys := source(user, entity.label)) is not None]
    return all(key in keys for keys in chosen)


def tabs_for(user: Any, entity: Entity) -> dict[str, Tab]:
    """The tabs that a user sees; a related list needs the right to see those records, too."""
    return kept_for(user, ("tabs", entity.label), lambda: _tabs_for(user, entity))


def _tabs_for(user: Any, entity: Entity) -> dict[str, Tab]:
    found = {}
    for key, tab in tabs_of(entity).items():
        target = entity_named(tab.entity) if isinstance(tab, Related) else None
        if shows_tab(user, entity, key) and (target is None or target.policy.may(user, "view")):
            found[key] = tab
    return found
