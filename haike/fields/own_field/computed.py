"""Own fields that nobody fills in: formulas and running numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from haike.fields.formula.formula import Formula, divides_by_zero, find_circle, in_order
from haike.fields.formula.functions import DAY, FLAG, NOTES, NUMBER, TEXT, NoValue, rounded
from haike.fields.formula.syntax import fields_in, read_formula, rename_fields
from haike.fields.own_field.looks import OwnDate, OwnLook, OwnNumber, OwnText, OwnYesNo
from haike.fields.own_field.record import OwnField
from haike.kernel.escape import escape
from haike.kernel.look import DateLook, Look, NumberLook, YesNoLook
from haike.refused import Refused

NOTES_KEY = "notes"
"""Where a record keeps why some formulas have no value: {key: code}."""

CHINESE = "zh-hans"
"""The words of choices within computed texts are those of the company, whoever happens to save."""


@dataclass(frozen=True)
class Note:
    """In place of a value that a formula could not give."""

    code: str

    def __bool__(self) -> bool:
        return False


class Computed(OwnLook):
    """A formula's value: read only, and with a note where there could be none."""

    def __init__(self, own: OwnField) -> None:
        super().__init__(own)
        self.editable = self.required = False

    def get(self, record: Any) -> Any:
        found = super().get(record)
        if found is None and "__" not in self.path:
            code = (record.custom.get(NOTES_KEY) or {}).get(self.name)
            return Note(code) if code else None
        return found

    def blank(self, value: Any) -> bool:
        return isinstance(value, Note) or super().blank(value)

    def text(self, value: Any) -> str:
        return "" if isinstance(value, Note) else super().text(value)

    def cell(self, value: Any) -> str:
        if isinstance(value, Note):
            return f'<span class="hint" title="{escape(NOTES[value.code])}">— {escape(NOTES[value.code])}</span>'
        return super().cell(value)

    def to_json(self, value: Any) -> Any:
        return super().to_json(None if isinstance(value, Note) else value)

    def to_sheet(self, value: Any) -> Any:
        return super().to_sheet(None if isinstance(value, Note) else value)


class ComputedNumber(Computed, OwnNumber):
    """A figure, rounded to the places of the field."""


class ComputedText(Computed, OwnText):
    """A text."""


class ComputedDay(Computed, OwnDate):
    """A day."""


class ComputedFlag(Computed, OwnYesNo):
    """Yes or no."""

    def to_json(self, value: Any) -> Any:
        return bool(value)


_BY_RESULT: dict[str, type[Computed]] = {
    NUMBER: ComputedNumber,
    TEXT: ComputedText,
    DAY: ComputedDay,
    FLAG: ComputedFlag,
}


def formula_look(own: OwnField) -> OwnLook:
    """The look of a formula by what it gives."""
    return _BY_RESULT.get(str(own.fact("result", TEXT)), ComputedText)(own)


class OwnSerial(OwnText):
    """A running number, drawn when the record is made."""

    def __init__(self, own: OwnField) -> None:
        super().__init__(own)
        self.editable = self.required = False


# -- what a formula reads ----------------------------------------------------------------------------------------------

_TEXTS = frozenset({"text", "longtext", "phone", "email", "url", "choice", "region"})


def type_of(look: Look) -> str:
    """The type under which formulas know a field; empty for one that they do not read."""
    if isinstance(look, NumberLook):
        return NUMBER
    if isinstance(look, DateLook):
        return DAY
    if isinstance(look, YesNoLook):
        return FLAG
    return TEXT if look.kind in _TEXTS and not look.multiple else ""


def types_of(looks: Mapping[str, Look]) -> dict[str, str]:
    """The fields that formulas can read, with their types."""
    return {name: type for name, look in looks.items() if (type := type_of(look))}


def value_of(look: Look, record: Any) -> Any:
    """A field's value as formulas know it."""
    kind = type_of(look)
    if kind == NUMBER:
        stored = look.stored(record)
        return None if stored is None else Decimal(str(stored))
    value = look.get(record)
    if look.blank(value):
        return False if kind == FLAG else None
    if kind == DAY:
        return timezone.localtime(value).date() if isinstance(value, datetime) else value
    return bool(value) if kind == FLAG else look.text(value)


def named_by_label(text: str, looks: Mapping[str, Look]) -> str:
    """A stored formula as people read it."""
    return rename_fields(text, lambda name: str(looks[name].label) if name in looks else name)


def named_by_key(text: str, looks: Mapping[str, Look]) -> str:
    """What people write as it is stored: fields by the names that never change."""
    keys: dict[str, str] = {}
    for language in ("en", CHINESE):
        with translation.override(language):
            keys |= {str(look.label): name for name, look in looks.items()}
    return rename_fields(text, lambda name: name if name in looks else keys.get(name, name))


class Formulas:
    """All formulas of an entity, in the order in which they can be worked out."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        self.looks = looks
        types = types_of(looks)
        found: dict[str, Formula] = {}
        for name, look in looks.items():
            if isinstance(look, Computed):
                try:
                    found[name] = Formula(str(look.own.fact("formula", "")), types)
                except Refused:
                    continue  # a field of a room that is not here any more; the formula gives nothing till it is mended
        reads = {name: formula.fields for name, formula in found.items()}
        self.all = {name: found[name] for name in in_order(reads)} if not find_circle(reads) else {}

    def concerned(self, touched: set[str] | None) -> dict[str, Formula]:
        """The formulas to work out when these fields have changed, None for all."""
        if touched is None:
            return self.all
        changed, hit = set(touched), {}
        for name, formula in self.all.items():
            if not formula.fields.isdisjoint(changed):
                changed.add(name)
                hit[name] = formula
        return hit

    def work_out(self, record: Any, touched: set[str] | None = None) -> bool:
        """Put the values into a record; whether any is another than before."""
        some = self.concerned(touched)
        if not some:
            return False
        with translation.override(CHINESE):
            return self._work_out(record, some)

    def work_out_many(self, records: Iterable[Any]) -> None:
        """Put all values into each record."""
        if self.all:
            with translation.override(CHINESE):
                for record in records:
                    self._work_out(record, self.all)

    def _work_out(self, record: Any, some: Mapping[str, Formula]) -> bool:
        before = dict(record.custom)
        notes = dict(record.custom.get(NOTES_KEY) or {})
        for name, formula in some.items():
            look = self.looks[name]
            notes.pop(name, None)
            try:
                value = formula.work_out(lambda field: value_of(self.looks[field], record))
            except NoValue as no:
                notes[name], value = no.code, None
            look.put(record, _fitted(look, value))
        record.custom.pop(NOTES_KEY, None)
        if notes:
            record.custom[NOTES_KEY] = notes
        return bool(record.custom != before)


def _fitted(look: Look, value: Any) -> Any:
    if isinstance(value, Decimal) and isinstance(look, OwnNumber):
        return rounded(value, look.places)
    if isinstance(value, str):
        return value[: look.max_length]
    if isinstance(value, date) and not isinstance(look, ComputedDay):
        return None
    return value


def check_formula(text: str, key: str, label: str, looks: Mapping[str, Look]) -> Formula:
    """A formula that the field `key` shall have, over the fields as they are; raises Refused."""
    types = types_of(looks)
    if (key and f"{{{key}}}" in text) or f"{{{label}}}" in text:
        raise Refused(_("A formula cannot read the field it belongs to."))
    _demand_fields(text, looks)
    found = Formula(text, types)
    reads = {name: readable(look) for name, look in looks.items() if isinstance(look, Computed) and name != key}
    if divides_by_zero(found.tree):
        raise Refused(_("This formula divides by zero in every record."))
    if circle := find_circle({**reads, key or "?": found.fields}):
        way = " → ".join(str(looks[name].label) if name in looks else label for name in circle)
        raise Refused(_("These fields would need each other: %(way)s.") % {"way": way})
    return found


def _demand_fields(text: str, looks: Mapping[str, Look]) -> None:
    """Refuse a field that is not there, with the one that was perhaps meant, or one that is no value to work with."""
    labels = {str(look.label): name for name, look in looks.items() if type_of(look)}
    for name in fields_in(read_formula(text)):
        if name in looks and not type_of(looks[name]):
            said = _("Formulas cannot read the field “%(name)s”: they read figures, texts, days, choices and switches.")
            raise Refused(said % {"name": looks[name].label})
        if name not in looks:
            no_such = _("There is no field “%(name)s” that a formula can read.") % {"name": name}
            near = get_close_matches(name, labels, 1, 0.5)
            raise Refused(f"{no_such} {_('Did you mean “%(near)s”?') % {'near': near[0]}}" if near else no_such)


def readable(look: Computed) -> frozenset[str]:
    """The names of the fields that a formula reads, as far as it can be read at all."""
    try:
        return frozenset(fields_in(read_formula(str(look.own.fact("formula", "")))))
    except Refused:
        return frozenset()


def readers(name: str, looks: Mapping[str, Look]) -> list[str]:
    """The labels of fields that need this one: formulas, and fields asked for only with certain values of it."""
    return [
        str(look.label)
        for look in looks.values()
        if (isinstance(look, Computed) and name in readable(look)) or (look.when or {}).get("field") == name
    ]
