"""A layout as one arranges it: sections with fields in order, fields not used, tabs, panels. No database here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haike.fields.own_field.record import in_language_later
from haike.kernel.entity import Section
from haike.refused import Refused

OTHER = "other"
MOST_SECTIONS = 40
LONGEST_NAME = 60


@dataclass
class Part:
    """A section; one without a name of its own is called as it was shipped."""

    key: str
    fields: list[str] = field(default_factory=list)
    label: str = ""
    label_en: str = ""
    folded: bool = False


@dataclass
class Shipped:
    """What an upgrade may change: the sections by key, every tab's key, and what must stay on the form."""

    sections: dict[str, Section]
    tabs: list[str] = field(default_factory=list)
    panels: dict[str, str] = field(default_factory=dict)
    """The place of each panel that is no tab."""
    needed: frozenset[str] = frozenset()
    """The fields without which no record can be saved."""

    @property
    def home(self) -> dict[str, str]:
        """The section in which each field was shipped."""
        return {name: key for key, section in self.sections.items() for name in section.fields}

    def label(self, part: Part) -> Any:
        """The name of a section in the language of whoever reads it."""
        if part.label:
            return in_language_later(part.label, part.label_en)
        return self.sections[part.key].label if part.key in self.sections else _("Other")


def shipped_keys(sections: Iterable[Section]) -> dict[str, Section]:
    """The declared sections by keys that do not depend on the language."""
    found: dict[str, Section] = {}
    with override(None):
        for section in sections:
            key = start = slugify(str(section.label))[:40] or "s"
            number = 2
            while key in found:
                key, number = f"{start}-{number}", number + 1
            found[key] = section
    return found


@dataclass
class Plan:
    """A layout that can be rearranged; after `settle` each known field stands in exactly one place."""

    parts: list[Part] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)
    tabs_off: list[str] = field(default_factory=list)
    panels: list[str] = field(default_factory=list)
    panels_off: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Plan:
        """A plan as it was kept."""
        return cls(**{**data, "parts": [Part(**part) for part in data.get("parts", [])]})

    @classmethod
    def shipped(cls, shipped: Shipped) -> Plan:
        """Everything as declared."""
        parts = [Part(key, list(each.fields), folded=each.folded) for key, each in shipped.sections.items()]
        return cls(parts, tabs=list(shipped.tabs), panels=list(shipped.panels)).settle(shipped)

    def data(self) -> dict[str, Any]:
        """What the database keeps."""
        return asdict(self)

    def same_as(self, other: Plan) -> bool:
        """Whether both arrange everything alike; where the order says nothing it counts for nothing."""

        def told(plan: Plan) -> dict[str, Any]:
            sets = {name: sorted(getattr(plan, name)) for name in ("required", "tabs_off", "panels_off")}
            return plan.data() | sets

        return told(self) == told(other)

    def settle(self, shipped: Shipped) -> Plan:
        """Drop what is not there any more, and put what is new where it was shipped, or under "Other"."""
        home, placed = shipped.home, set[str]()
        for part in self.parts:
            part.fields = _once(part.fields, home, placed)
        self.unused = _once([name for name in self.unused if name not in shipped.needed], home, placed)
        by_key = {part.key: part for part in self.parts}
        for name, key in home.items():
            if name not in placed:
                goal = by_key.get(key) or by_key.get(OTHER)
                if goal is None:
                    goal = by_key[OTHER] = Part(OTHER)
                    self.parts.append(goal)
                goal.fields.append(name)
        if not self.parts:
            self.parts.append(Part(OTHER))
        self.required = _once(self.required, home, set())
        self.tabs = _joined(self.tabs, shipped.tabs)
        self.tabs_off = _once(self.tabs_off, shipped.tabs, set())
        self.panels = _joined(self.panels, list(shipped.panels))
        self.panels_off = _once(self.panels_off, shipped.panels, set())
        return self

    # -- acts of the designer --------------------------------------------------------------------------------------

    def part(self, key: str) -> Part:
        """A section; raises Refused for one that is gone."""
        for part in self.parts:
            if part.key == key:
                return part
        raise Refused(_("There is no such section."))

    def part_of(self, name: str) -> Part | None:
        """The section in which a field stands; None for one that is not used."""
        return next((part for part in self.parts if name in part.fields), None)

    def move(self, name: str, step: int) -> None:
        """One place up or down, at the edge into the neighbouring section."""
        part = self.part_of(name)
        if part is None:
            raise Refused(_("This field is not used here."))
        at, place = part.fields.index(name), self.parts.index(part)
        if 0 <= at + step < len(part.fields):
            part.fields.insert(at + step, part.fields.pop(at))
        elif 0 <= place + step < len(self.parts):
            part.fields.remove(name)
            other = self.parts[place + step].fields
            other.insert(len(other) if step < 0 else 0, name)

    def put(self, name: str, key: str) -> None:
        """To the end of a section."""
        target = self.part(key)
        part = self.part_of(name)
        if part is None and name not in self.unused:
            raise Refused(_("There is no such field."))
        (part.fields if part else self.unused).remove(name)
        target.fields.append(name)

    def hide(self, name: str, needed: Collection[str], label: Any = "") -> None:
        """Off the form and the page; raises Refused for a field without which nothing can be saved."""
        if name in needed:
            raise Refused(
                _("“%(label)s” must stay: without it no record can be saved, and it has no default.")
                % {"label": label or name}
            )
        if part := self.part_of(name):
            part.fields.remove(name)
            self.unused.append(name)

    def show(self, name: str, shipped: Shipped) -> None:
        """Back from the unused fields into the section in which it was shipped, else the last."""
        keys = [part.key for part in self.parts]
        home = shipped.home.get(name, "")
        self.put(name, home if home in keys else keys[-1])

    def add_section(self) -> Part:
        """A new section at the end, to be named."""
        if len(self.parts) >= MOST_SECTIONS:
            raise Refused(_("At most %(most)s sections.") % {"most": MOST_SECTIONS})
        taken, number = {part.key for part in self.parts}, 1
        while f"n{number}" in taken:
            number += 1
        self.parts.append(Part(f"n{number}"))
        return self.parts[-1]

    def move_section(self, key: str, step: int) -> None:
        """One place up or down."""
        _shift(self.parts, self.parts.index(self.part(key)), step)

    def delete_section(self, key: str) -> Part:
        """Take a section away; its fields go to the one before it, or behind the first, which is returned."""
        part = self.part(key)
        if len(self.parts) == 1:
            raise Refused(_("The last section must stay."))
        at = self.parts.index(part)
        self.parts.remove(part)
        heir = self.parts[max(at - 1, 0)]
        heir.fields += part.fields
        return heir

    def move_tab(self, key: str, step: int) -> None:
        """A tab of the record page one place to the front or back."""
        if key not in self.tabs:
            raise Refused(_("There is no such tab."))
        _shift(self.tabs, self.tabs.index(key), step)

    def beside(self, key: str, shipped: Shipped) -> list[str]:
        """The panels in the place of this one, in order, with it; raises Refused for one that is gone."""
        if key not in self.panels:
            raise Refused(_("There is no such panel."))
        return [each for each in self.panels if shipped.panels[each] == shipped.panels[key]]

    def move_panel(self, key: str, step: int, shipped: Shipped) -> None:
        """A panel of the record page one place up or down among those of its place."""
        around = self.beside(key, shipped)
        at = around.index(key) + step
        if 0 <= at < len(around):
            here, there = self.panels.index(key), self.panels.index(around[at])
            self.panels[here], self.panels[there] = self.panels[there], key


def _shift(rows: list[Any], at: int, step: int) -> None:
    if 0 <= at + step < len(rows):
        rows.insert(at + step, rows.pop(at))


def _joined(kept: Iterable[str], shipped: list[str]) -> list[str]:
    """What was arranged, without what is gone; what is new stands behind the one before it as shipped."""
    found = _once(kept, shipped, set())
    for at, key in enumerate(shipped):
        if key not in found:
            found.insert(found.index(shipped[at - 1]) + 1 if at else 0, key)
    return found


def _once(names: Iterable[str], known: Collection[str], placed: set[str]) -> list[str]:
    """The known names that are not placed yet, each once; they are placed now."""
    found = []
    for name in names:
        if name in known and name not in placed:
            placed.add(name)
            found.append(name)
    return found
