"""The form of an own field: what is asked for each kind, and what was typed as a wish."""

from __future__ import annotations

import json
from typing import Any, cast

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.computed import named_by_label, type_of
from haike.fields.own_field.kinds import KINDS, look_of
from haike.fields.own_field.looks import LONGEST
from haike.fields.own_field.record import OwnField
from haike.fields.own_field.wish import COLOURS, MOST_PLACES, Option, Wish, conditions
from haike.kernel.dictionary import DictionaryWord, dictionaries
from haike.kernel.entity import Entity, Section, entities
from haike.kernel.escape import escape
from haike.kernel.look import ChoiceLook, LongTextLook, Look, NumberLook, TextLook, YesNoLook, look_for
from haike.kernel.look.base import Raw, many
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.screens.form import Typed
from haike.sheets.values import clean_text

ROWS = ("options", "options-code", "options-en", "options-colour", "options-retired")
EMPTY_ROWS = 3


class ListLook(ChoiceLook):
    """One of a list that the form itself knows."""

    def __init__(
        self, name: str, label: Any, choices: dict[str, str], *, help: Any = "", required: bool = False
    ) -> None:
        super().__init__(name, label)
        self.choices, self.help, self.required = choices, help, required

    def options(self, *, new: bool = False) -> dict[str, str]:
        return dict(self.choices)


class WhenLook(Look):
    """Under which values of another field this one is asked for."""

    multiple = True
    wide = True

    def __init__(self, entity: Entity, own: OwnField) -> None:
        super().__init__("when", _("Only when"))
        self.required = False
        self.help = _("Shown and asked for only where the record has one of these values. Empty: always.")
        self.known = conditions(entity, own.key)

    def raw(self, value: Any) -> Raw:
        return [f"{value['field']}={each}" for each in value["values"]] if value else []

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        chosen, groups = many(raw), []
        for field, asker in self.known.items():
            label = escape(asker.label)
            items = "".join(
                f'<option value="{escape(f"{field}={value}")}"{" selected" if f"{field}={value}" in chosen else ""}>'
                f"{label}{'：' if not label.isascii() else ': '}{escape(word)}</option>"
                for value, word in asker.values.items()
            )
            groups.append(f'<optgroup label="{label}">{items}</optgroup>')
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" {self.attributes(name, invalid=invalid)}>'
            f"{''.join(groups)}</select>"
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        pairs = [each.partition("=") for each in many(raw)]
        if len({field for field, __, __ in pairs}) > 1:
            raise Refused(_("Choose values of one other field."))
        return {"field": pairs[0][0], "values": [value for __, __, value in pairs]} if pairs else None


class OptionsLook(Look):
    """The lines of a field's own pick-list: word, English, colour, in order; one in use is retired, not removed."""

    multiple = True
    wide = True

    def __init__(self) -> None:
        super().__init__("options", _("Options"))
        self.required = False
        self.help = _("What is taken out stays in the records that have it and is shown there as retired.")

    def raw(self, value: Any) -> Raw:
        return [json.dumps(vars(option)) for option in value or []]

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        rows = [json.loads(each) for each in many(raw)]
        rows += [vars(Option(""))] * (EMPTY_ROWS if not rows else 1)
        context = {"rows": rows, "colours": COLOURS, "invalid": invalid, "last": len(rows) - 1}
        return mark_safe(render_to_string("fields/options.html", context))

    def parse(self, raw: Raw, by: Actor) -> Any:
        return [Option(**json.loads(each)) for each in many(raw)]


class FieldTyped(Typed):
    """What was typed into the form of a field."""

    def read(self, data: QueryDict, files: Any = None, *, whole: bool = False) -> None:
        super().read(data, files, whole=whole)
        if "options" in self.looks:
            self.raw["options"] = self._moved(data, [each for each in map(_row, *_columns(data)) if each])

    @staticmethod
    def _moved(data: QueryDict, rows: list[str]) -> list[str]:
        act, __, place = data.get("options-do", "").partition("-")
        at = int(place) if place.isdigit() else -1
        to = at + {"up": -1, "down": 1}.get(act, 0)
        if at >= 0 and 0 <= at < len(rows) and 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
        return rows


def _columns(data: QueryDict) -> list[list[str]]:
    count = len(data.getlist("options"))
    return [(data.getlist(name) + [""] * count)[:count] for name in ROWS]


def _row(name: str, code: str, name_en: str, colour: str, retired: str) -> str:
    name, name_en = clean_text(name), clean_text(name_en)
    if not name:
        return ""
    colour = colour if colour in COLOURS else ""
    return json.dumps(vars(Option(name, code, name_en, colour, retired == "1")))


def field_looks(entity: Entity, own: OwnField) -> dict[str, Look]:
    """What the form of a field of this kind asks."""
    meta, asks = OwnField._meta, KINDS[own.kind].asks
    words = ("label", "label_en", "help", "help_en")
    found: dict[str, Look] = {name: look_for(cast(Any, meta.get_field(name))) for name in words}
    if "options" in asks:
        lists = {key: str(each.label) for key, each in dictionaries().items()}
        found["options"] = OptionsLook()
        found["dictionary"] = ListLook(
            "dictionary",
            _("Or the words of a pick-list that is there already"),
            lists,
            help=_("Then the options above do not count."),
        )
    if "formula" in asks:
        found["formula"] = FormulaLook(entity)
    if "pattern" in asks:
        found["pattern"] = TextLook("pattern", _("Pattern"))
        found["pattern"].help = _("Such as HT{yyyy}{mm}-{0000}: HT202603-0001, and from 0001 again next month.")
        found["pattern"].example = "HT{yyyy}{mm}-{0000}"  # type: ignore[misc]
    if "places" in asks:
        found["places"] = ListLook("places", _("Decimal places"), {str(n): str(n) for n in range(MOST_PLACES + 1)})
    if "length" in asks:
        found["length"] = NumberLook("length", _("At most so many characters"))
        found["length"].help = _("Up to %(most)s") % {"most": LONGEST}
        found["length"].required = False
    if "target" in asks:
        known = {each.label: str(each.label_plural) for each in entities()}
        found["target"] = ListLook("target", _("Leads to"), known, required=True)
    for name in ("required", "unique", "searched"):
        if name in asks:
            found[name] = YesNoLook(name, meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    if "often" in asks:
        found["often"] = YesNoLook("often", _("Lists are often sorted or filtered by it"))
        found["often"].help = _("Makes an index in the background: long lists stay fast.")
    if "default" in asks:
        found["default"] = DefaultLook(own)
    found["when"] = WhenLook(entity, own)
    return found


class DefaultLook(Look):
    """The value of a fresh record, typed as in the field itself; checked when the field is stored."""

    def __init__(self, own: OwnField) -> None:
        super().__init__("default", _("Filled in at first"))
        self.own, self.required = own, False
        self.multiple = own.kind == "choices"  # type: ignore[misc]
        if own.kind == "date":
            self.help = _("A day, or “today”")
        elif own.kind in ("choice", "choices"):
            self.help = _("The word of an option")

    def raw(self, value: Any) -> Raw:
        if value in (None, "today") or self.own.kind == "date":
            return value or ""
        look = look_of(self.own)
        loaded = look.load(value)
        return look.text(loaded) if self.own.kind in ("choice", "choices") else look.raw(loaded)

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        look: Look = look_of(self.own) if self.own.kind in ("longtext", "yesno") else TextLook(name, self.label)
        look.required, look.label = False, self.label
        text = raw if isinstance(raw, str) else ", ".join(raw)
        return look.widget(name, text, invalid=invalid)

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = clean_text(", ".join(many(raw)), lines=self.own.kind == "longtext")
        return "today" if text in ("today", str(_("today"))) else text


class FormulaLook(LongTextLook):
    """A formula, written with the labels of fields and kept with their names; below it what can be used."""

    def __init__(self, entity: Entity) -> None:
        super().__init__("formula", _("Formula"))
        self.looks = entity.looks

    def raw(self, value: Any) -> Raw:
        return named_by_label(str(value or ""), self.looks)

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        context = {
            "fields": [look.label for key, look in self.looks.items() if type_of(look)],
            "functions": sorted(FUNCTION_HINTS.items()),
            "area": super().widget(name, raw, invalid=invalid),
        }
        return mark_safe(render_to_string("fields/formula.html", context))

    def parse(self, raw: Raw, by: Actor) -> Any:
        return clean_text(raw if isinstance(raw, str) else "", lines=True)


FUNCTION_HINTS: dict[str, Any] = {
    "IF(…, …, …)": _("one of two values by a condition"),
    "MIN(…)": _("the least"),
    "MAX(…)": _("the largest"),
    "ROUND(…, 2)": _("rounded to places"),
    "INT(…)": _("the whole part"),
    "ABS(…)": _("without its sign"),
    "DAYS(…, …)": _("days from the second day to the first"),
    "YEAR(…)": _("the year of a day"),
    "MONTH(…)": _("the month of a day"),
    "CONCAT(…)": _("texts joined, as by &"),
    "LEN(…)": _("number of characters"),
    "EMPTY(…)": _("whether there is nothing"),
    "IFEMPTY(…, 0)": _("another value where there is nothing"),
    "AND(…) OR(…) NOT(…)": _("conditions together"),
}


def field_sections(own: OwnField) -> list[Section]:
    """The form in three parts: the words, what the kind wants to know, the rules."""
    return [
        Section(_("Name and help"), ["label", "label_en", "help", "help_en"]),
        Section(
            KINDS[own.kind].label,
            ["options", "dictionary", "formula", "pattern", "places", "length", "target", "default"],
        ),
        Section(_("Rules"), ["required", "unique", "searched", "often", "when"]),
    ]


def start_values(own: OwnField) -> dict[str, Any]:
    """What the form of a field shows at first."""
    found = {name: getattr(own, name) for name in ("label", "label_en", "help", "help_en", "required", "unique")}
    found |= {"searched": own.searched, **own.facts}
    if own.pk and not own.facts.get("dictionary") and "options" in KINDS[own.kind].asks:
        found["options"] = [
            Option(word.name, word.code, word.name_en, word.colour, word.retired_at is not None)
            for word in DictionaryWord.objects.filter(dictionary=own.dictionary)
        ]
    return found


def wish_of(own: OwnField, values: dict[str, Any]) -> Wish:
    """What was typed as a wish."""
    plain = ("label", "label_en", "help", "help_en", "required", "unique", "searched", "options")
    facts = {name: value for name, value in values.items() if name not in plain}
    if facts.get("places"):
        facts["places"] = int(facts["places"])
    if "choices" in own.kind and isinstance(facts.get("default"), str):
        facts["default"] = facts["default"] or None
    return Wish(**{name: values[name] for name in plain if name in values}, facts=facts)
