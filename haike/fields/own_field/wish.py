"""What an administrator says about an own field, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.fields.formula.formula import Formula
from haike.fields.formula.syntax import read_formula
from haike.fields.own_field.computed import Computed, check_formula, named_by_key, readable, types_of
from haike.fields.own_field.kinds import KINDS, look_of
from haike.fields.own_field.looks import LONGEST
from haike.fields.own_field.record import OwnField
from haike.kernel.dictionary import dictionaries
from haike.kernel.entity import Entity, entity_named
from haike.kernel.look import ChoiceLook, YesNoLook
from haike.kernel.numbers import check_pattern
from haike.kernel.policy import Actor
from haike.refused import Refused, Sentence

MOST_PLACES = 6
MOST_OPTIONS = 200
COLOURS = ("", "grey", "blue", "teal", "green", "yellow", "orange", "red", "pink", "purple")


@dataclass(frozen=True)
class Option:
    """One line of a field's own pick-list; a new one has no code yet."""

    name: str
    code: str = ""
    name_en: str = ""
    colour: str = ""
    retired: bool = False


@dataclass
class Wish:
    """All that can be said about a field. `facts` as in `OwnField`; `options` None leaves the pick-list alone."""

    label: str
    label_en: str = ""
    help: str = ""
    help_en: str = ""
    required: bool = False
    unique: bool = False
    searched: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    options: list[Option] | None = None

    def check(self, entity: Entity, own: OwnField, by: Actor) -> None:
        """Refuse what cannot be, each sentence beside its field; `own` is the field as it would be."""
        faults: dict[str, Sentence] = {}
        self._check_words(entity, own, faults)
        asks = KINDS[own.kind].asks
        for name in ("required", "unique", "searched"):
            if getattr(self, name) and name not in asks:
                setattr(self, name, False)
        if "often" not in asks:
            self.facts.pop("often", None)
        self.facts = {
            name: value for name, value in self.facts.items() if value not in (None, "", []) and value is not False
        }
        if "places" in asks and not 0 <= int(self.facts.get("places", 0)) <= MOST_PLACES:
            faults["places"] = _("From 0 to %(most)s places.") % {"most": MOST_PLACES}
        if "length" in asks and not 1 <= int(self.facts.get("length", LONGEST)) <= LONGEST:
            faults["length"] = _("From 1 to %(most)s characters.") % {"most": LONGEST}
        if "target" in asks and entity_named(str(self.facts.get("target", ""))) is None:
            faults["target"] = _("Choose what the field leads to.")
        if "options" in asks:
            self._check_options(faults)
        if "formula" in asks:
            self._check_formula(entity, own, faults)
        if "pattern" in asks:
            self._check_pattern(faults)
        self._check_condition(entity, own, faults)
        if faults:
            raise Refused(fields=faults)

    def _check_words(self, entity: Entity, own: OwnField, faults: dict[str, Sentence]) -> None:
        if not self.label:
            faults["label"] = _("Give the field a name.")
        others = OwnField.objects.filter(entity=entity.label, deleted_at=None).exclude(pk=own.pk)
        taken = {str(look.label) for look in entity.declared_looks.values()} | {each.label for each in others}
        if self.label in taken:
            faults["label"] = _("There is a field “%(label)s” already.") % {"label": self.label}

    def _check_options(self, faults: dict[str, Sentence]) -> None:
        if chosen := self.facts.get("dictionary"):
            if chosen not in dictionaries():
                faults["dictionary"] = _("There is no such pick-list.")
            self.options = None
        elif self.options is not None:
            names = [option.name for option in self.options if not option.retired]
            if not names:
                faults["options"] = _("Write at least one option.")
            elif len(self.options) > MOST_OPTIONS:
                faults["options"] = _("At most %(most)s options; you have %(have)s.") % {
                    "most": MOST_OPTIONS,
                    "have": len(self.options),
                }
            elif doubles := sorted({name for name in names if names.count(name) > 1}):
                faults["options"] = _("“%(name)s” is in the list twice.") % {"name": doubles[0]}
            elif any(len(option.name) > 80 or len(option.name_en) > 80 for option in self.options):
                faults["options"] = _("An option has at most 80 characters.")

    def _check_formula(self, entity: Entity, own: OwnField, faults: dict[str, Sentence]) -> None:
        typed = str(self.facts.get("formula", ""))
        text = named_by_key(typed, entity.looks)
        try:
            read_formula(typed)  # its complaints count characters as they were typed
            found = check_formula(text, own.key, self.label, entity.looks)
            self.facts |= {"formula": text, "result": found.result}
            for name, look in entity.looks.items():
                if isinstance(look, Computed) and name != own.key and own.key in readable(look):
                    Formula(look.own.fact("formula"), {**types_of(entity.looks), own.key: found.result})
        except Refused as no:
            faults["formula"] = str(no)

    def _check_pattern(self, faults: dict[str, Sentence]) -> None:
        pattern = str(self.facts.get("pattern", ""))
        try:
            check_pattern(pattern)
        except ValueError:
            faults["pattern"] = _("Write a pattern with one {0000}; besides it there are {yyyy}, {yy}, {mm} and {dd}.")
        if len(pattern) > 40:
            faults["pattern"] = _("At most %(most)s characters, you have %(have)s.") % {
                "most": 40,
                "have": len(pattern),
            }

    def _check_condition(self, entity: Entity, own: OwnField, faults: dict[str, Sentence]) -> None:
        when: Mapping[str, Any] | None = self.facts.get("when")
        if when is None:
            return
        other = conditions(entity, own.key).get(str(when.get("field")))
        if other is None or not set(when.get("values", ())) <= set(other.values):
            faults["when"] = _("Choose values of one other field.")

    def settle_default(self, own: OwnField, by: Actor) -> None:
        """Bring the default into the form in which records keep it; its options must be there by now."""
        raw = self.facts.get("default")
        if raw is None or (own.kind == "date" and raw == "today"):
            return
        look = look_of(own)
        look.required = False
        try:
            value = look.parse(raw, by)
        except Refused as no:
            raise Refused(fields={"default": str(no)}) from no
        self.facts["default"] = None if look.blank(value) else look.dump(value)


@dataclass(frozen=True)
class Asker:
    """A field on whose value it can depend whether another one is asked for."""

    label: Sentence
    values: dict[str, str]


def conditions(entity: Entity, without: str = "") -> dict[str, Asker]:
    """The fields with few values, by name, with the words for each value."""
    found = {}
    for name, look in entity.looks.items():
        if name == without or not look.editable:
            continue
        if isinstance(look, YesNoLook):
            found[name] = Asker(look.label, {"1": str(_("Yes")), "": str(_("No"))})
        elif isinstance(look, ChoiceLook) and 0 < len(options := look.options()) <= MOST_OPTIONS:
            found[name] = Asker(look.label, options)
    return found


def free_key(entity: Entity, wanted: str) -> str:
    """A key that no field of the entity has or ever had: the change log knows them by it."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in wanted.lower()).split()
    start = f"own_{'_'.join(words)}"[:48].rstrip("_") if words else "own_field"
    taken = set(OwnField.objects.filter(entity=entity.label).values_list("key", flat=True))
    found, number = start, 1
    while found in taken:
        number += 1
        found = f"{start}_{number}"
    return found
