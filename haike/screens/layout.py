"""How form and record page are laid out: as declared, or as the company has arranged them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Panel, Section
from haike.kernel.look import Look


@dataclass(frozen=True)
class Laid:
    """A layout: never more than rights allow, for these are asked besides."""

    sections: list[Section]
    unused: frozenset[str] = frozenset()
    """The fields that neither form nor page shows."""
    required: frozenset[str] = frozenset()
    """The fields that forms demand although the entity does not."""
    tabs: tuple[str, ...] = ()
    """The tabs of the record page in their order; others come behind them."""
    tabs_off: frozenset[str] = frozenset()
    panels: tuple[str, ...] = ()
    """The panels of the record page in their order, all places in one; others come behind them."""
    panels_off: frozenset[str] = frozenset()
    by_line: bool = False
    """Whether business lines have layouts of their own, so that a form changes with its line."""

    def looks(self, looks: Mapping[str, Look], request: HttpRequest) -> dict[str, Look]:
        """Those that a form shows; an unused one only where the request fills it in, so that nothing is lost."""
        given = {*request.POST, *request.GET}
        return {name: self.demanded(look) for name, look in looks.items() if name not in self.unused or name in given}

    def demanded(self, look: Look) -> Look:
        """The look as forms ask for it here."""
        if look.name not in self.required or look.required or not may_require(look):
            return look
        found = copy(look)
        found.required = True
        return found

    def in_sections(self, looks: Mapping[str, Look]) -> list[Section]:
        """The sections of a form with these looks; the owner at the end of the first."""
        sections = list(self.sections)
        if "owner" in looks and sections and not any("owner" in section.fields for section in sections):
            first = sections[0]
            sections[0] = Section(first.label, [*first.fields, "owner"], first.folded)
        filled = [name for name in looks if name in self.unused]
        return [*sections, *([Section(_("Other"), filled)] if filled else [])]

    def in_order(self, tabs: Mapping[str, Any]) -> dict[str, Any]:
        """The tabs that are shown, in order; all where none would be left."""
        keys = [*(key for key in self.tabs if key in tabs), *(key for key in tabs if key not in self.tabs)]
        return {key: tabs[key] for key in keys if key not in self.tabs_off} or dict(tabs)

    def arranged(self, panels: Iterable[Panel]) -> list[Panel]:
        """The panels of one place that are shown, in order."""
        place = {key: at for at, key in enumerate(self.panels)}
        shown = [panel for panel in panels if panel.key not in self.panels_off]
        return sorted(shown, key=lambda panel: place.get(panel.key, len(place)))


LAID = "laid"
"""The hidden input by which a form tells for which line it was laid out."""

Source = Callable[[Entity, str], Laid | None]
SOURCES: list[Source] = []
"""Rooms below put theirs: of the entity and the code of a business line ("" for none)."""


def may_require(look: Look) -> bool:
    """Whether a layout can demand a field: not a switch, a picture, or one that is asked for only at times."""
    return look.editable and look.when is None and look.kind not in ("yesno", "picture")


def laid_out(entity: Entity, line: str = "") -> Laid:
    """The layout of an entity for a business line."""
    found: Iterable[Laid | None] = (source(entity, line) for source in SOURCES)
    return next((laid for laid in found if laid is not None), None) or Laid(entity.all_sections)


def shown_before(entity: Entity, request: HttpRequest, laid: Laid) -> Laid | None:
    """The layout in which a form was filled in, when the line chosen in it has another."""
    sent = request.POST.get(LAID)
    before = laid_out(entity, sent) if sent is not None else laid
    return None if before is laid else before


def line_of(entity: Entity, record: Any) -> str:
    """The code of a record's business line; empty where it has none."""
    look = entity.looks.get(entity.lines)
    return str(look.stored(record) or "") if look is not None else ""


def line_in_form(entity: Entity, request: HttpRequest, record: Any = None) -> str:
    """The line chosen in a form, else that of the record."""
    if not entity.lines:
        return ""
    for asked in (request.POST, request.GET):
        if entity.lines in asked:
            return asked[entity.lines]
    return line_of(entity, entity.blank() if record is None else record)


def laid_in_form(entity: Entity, request: HttpRequest, record: Any = None) -> Laid:
    """The layout of a form."""
    return laid_out(entity, line_in_form(entity, request, record))
