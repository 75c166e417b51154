"""What own fields add to every entity: looks, sections, defaults, and the rules that concern a whole record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.computed import Formulas
from haike.fields.own_field.kinds import KINDS, look_of
from haike.fields.own_field.looks import OwnLook, default_value
from haike.fields.own_field.record import OwnField
from haike.find.pieces import known_indexes
from haike.kernel.additions import Additions
from haike.kernel.entity import BASE_FIELDS, Entity, Section
from haike.kernel.look import Look
from haike.kernel.numbers import take_numbers
from haike.kernel.period import today
from haike.kernel.versioned import Versioned, bump
from haike.refused import Refused

VERSION = "own_fields"
SECRET = ("hidden", "masked")
SETTLERS: list[Callable[[Entity, int, set[str]], None]] = []
"""What rooms keep of stored facts that nobody typed, in the transaction that stores them: of a key, the names."""
OWN_SECTION = _("Own fields")


@dataclass
class Shape:
    """One entity as this company has it."""

    looks: dict[str, Look]
    sections: list[Section]
    own: dict[str, OwnLook] = field(default_factory=dict)
    former: dict[str, OwnLook] = field(default_factory=dict)

    @cached_property
    def formulas(self) -> Formulas:
        """The formulas, in the order in which they are worked out."""
        return Formulas(self.looks)

    @cached_property
    def serial(self) -> list[OwnLook]:
        """The own fields that draw a number."""
        return [look for look in self.own.values() if look.own.kind == "serial"]

    @property
    def unique(self) -> list[OwnLook]:
        """The own fields of which no two records may have the same value."""
        return [look for look in self.own.values() if look.own.unique]

    @property
    def conditional(self) -> list[OwnLook]:
        """The own fields that must be filled in under a condition."""
        return [look for look in self.own.values() if look.own.required and look.when is not None]


class Book:
    """All own fields of a company, worked out entity by entity as they are asked for."""

    def __init__(self) -> None:
        known_indexes.clear()  # what lists walk may be another than before
        self.rows: dict[str, list[OwnField]] = defaultdict(list)
        for own in OwnField.objects.all():
            if own.kind in KINDS:
                self.rows[own.entity].append(own)
        self._shapes: dict[str, Shape] = {}

    def shape(self, entity: Entity) -> Shape:
        """The entity with the company's own fields."""
        found = self._shapes.get(entity.label)
        if found is None:
            found = self._shapes[entity.label] = self._build(entity)
        return found

    def _build(self, entity: Entity) -> Shape:
        rows = self.rows.get(entity.label, [])
        own = {each.key: look_of(each) for each in rows if each.deleted_at is None}
        former = {each.key: look_of(each) for each in rows if each.deleted_at is not None}
        declared = entity.declared_looks
        if not own:
            return Shape(declared, entity.declared_sections, {}, former)
        first = {name: look for name, look in declared.items() if name not in BASE_FIELDS}
        last = {name: look for name, look in declared.items() if name in BASE_FIELDS}
        sections = [*entity.declared_sections, Section(OWN_SECTION, list(own))]
        return Shape({**first, **own, **last}, sections, own, former)


_book: Versioned[Book] = Versioned(VERSION, Book)


def own_fields_changed() -> None:
    """Tell every process that own fields or layouts have changed."""
    bump(VERSION)


def shape_of(entity: Entity) -> Shape:
    """The entity as this company has it now."""
    return _book().shape(entity)


class OwnAdditions(Additions):
    """The additions of this room, as the kernel asks for them."""

    def looks(self, entity: Entity) -> dict[str, Look]:
        return shape_of(entity).looks

    def sections(self, entity: Entity) -> list[Section]:
        return shape_of(entity).sections

    def start(self, entity: Entity, record: Any) -> None:
        record.custom = {
            name: value for name, look in shape_of(entity).own.items() if (value := default_value(look.own)) is not None
        }

    def logged(self, entity: Entity, name: str) -> Look | None:
        shape = shape_of(entity)
        return shape.looks.get(name) or shape.former.get(name)

    def check(self, entity: Entity, records: list[Any], touched: set[str] | None) -> dict[int, Refused]:
        shape, refused = shape_of(entity), dict[int, Refused]()
        if not shape.own:
            return refused
        for place, record in enumerate(records):
            if faults := _unmet(shape, record, touched):
                refused[place] = Refused(fields=faults)
        for look in shape.unique:
            if touched is None or look.name in touched:
                _refuse_doubles(entity, look, records, refused)
        return refused

    def finish(self, entity: Entity, records: list[Any], touched: set[str] | None) -> dict[int, list[str]]:
        shape, drawn = shape_of(entity), dict[int, list[str]]()
        for look in shape.serial:
            without = [place for place, record in enumerate(records) if look.stored(record) is None]
            draw(look, [records[place] for place in without])
            for place in without if look.searched else ():
                drawn.setdefault(place, []).append(str(look.stored(records[place])))
        # All of them: what the record itself works out stands in no list of what was touched.
        shape.formulas.work_out_many(records)
        return drawn

    def settled(self, entity: Entity, pk: int, names: set[str]) -> None:
        formulas = shape_of(entity).formulas
        if formulas.concerned(names):
            record = entity.model._base_manager.select_for_update().get(pk=pk)
            if formulas.work_out(record, names):
                entity.model._base_manager.filter(pk=pk).update(custom=record.custom)
        for settle in SETTLERS:
            settle(entity, pk, names)

    def right(self, entity: Entity, user: Any, name: str, right: Any) -> Any:
        formula = shape_of(entity).formulas.all.get(name)
        secret = formula is not None and any(entity.right(user, each) in SECRET for each in formula.fields)
        return "hidden" if secret else right


def draw(look: OwnLook, records: list[Any]) -> None:
    """Give running numbers, in the transaction of the records; a series belongs to its field alone."""
    if records:
        series = f"own{look.own.pk}:"
        numbers = take_numbers(str(look.own.fact("pattern")), on=today(), count=len(records), series=series)
        for record, number in zip(records, numbers, strict=True):
            look.put(record, number)


def _unmet(shape: Shape, record: Any, touched: set[str] | None) -> dict[str, Any]:
    """The fields that this record must have and has not."""
    found = {}
    for look in shape.conditional:
        concerned = touched is None or bool({look.name, (look.when or {}).get("field")} & touched)
        if concerned and look.stored(record) is None and look.asked_in(record, shape.looks):
            found[look.name] = _("Please fill in: %(label)s.") % {"label": look.label}
    return found


def _refuse_doubles(entity: Entity, look: OwnLook, records: list[Any], refused: dict[int, Refused]) -> None:
    """Refuse records whose value another one has."""
    places: dict[Any, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if place not in refused and (value := look.stored(record)) is not None:
            places[value].append(place)
    values = list(places)
    if values:
        # Writers of this field wait for one another here, so that none overlooks what another is about to save.
        OwnField.objects.select_for_update().filter(pk=look.own.pk).first()
    for start in range(0, len(values), 500):
        some = [look.dump(look.load(value)) for value in values[start : start + 500]]
        rows = entity.model._base_manager.filter(**{f"{look.column}__in": some})
        present = {(look.stored(row), row.pk) for row in rows.only("custom")}
        mine = {record.pk for record in records}
        taken = {value for value, pk in present if pk not in mine}
        for value in some:
            for place in places[value] if value in taken else places[value][1:]:
                said = _("“%(value)s” is there already.") % {"value": look.text(look.load(value))[:60]}
                refused[place] = Refused(fields={look.name: said})
