"""Everything that can hang on a record: foreign keys of all models, and rows that name an entity and a key.

Both are found, not listed, so that what later rooms add moves too. A row that names its record in another way is
made known by `declare_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from haike.kernel.entity import Entity, entity_named

STAYS = frozenset({"kernel.Change", "kernel.Visit", "dedupe.IdentityKey", "dedupe.Merged"})
"""What does not move: the log cannot be rewritten and is read together; pages one has visited were those; keys of
identity follow from the record."""


@dataclass(frozen=True)
class Reference:
    """A column that leads to records of an entity: a foreign key, or a key beside the label of its entity."""

    model: Any
    column: str
    label_column: str = ""

    @property
    def entity(self) -> Entity | None:
        """The entity of the rows themselves, where they are records."""
        return getattr(self.model, "_haike_entity", None)

    @property
    def words(self) -> Any:
        """What users call the rows."""
        return self.model._meta.verbose_name_plural

    def rows(self, label: str, keys: list[int]) -> Any:
        """The rows that lead to these records."""
        found = self.model._base_manager.filter(**{f"{self.column}__in": keys})
        return found.filter(**{self.label_column: label}) if self.label_column else found


_declared: list[Reference] = []


def declare_reference(model: Any, *, label_column: str, column: str) -> None:
    """Make known rows that name a record by other columns than `entity` and `record_id`."""
    _declared.append(Reference(model, column, label_column))


def references_to(entity: Entity) -> Iterator[Reference]:
    """All columns that can lead to records of this entity."""
    yield from _declared
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.proxy or not meta.managed:
            continue
        for field in meta.concrete_fields:
            if field.is_relation and field.related_model is entity.model:
                yield Reference(model, field.attname)
        names = {field.name: field for field in meta.concrete_fields}
        named = isinstance(names.get("entity"), models.CharField) and "record_id" in names
        if named and meta.label not in STAYS:
            yield Reference(model, "record_id", "entity")


def colliding(reference: Reference, label: str, gone: list[int], into: int) -> set[int]:
    """Keys of the rows that cannot move: the winner, or an earlier one of those that move, has the same already."""
    found: set[int] = set()
    for names in _unique_sets(reference):
        others = [name for name in names if name != reference.column]
        taken = set(reference.rows(label, [into]).values_list(*others)) if others else set()
        if not others and reference.rows(label, [into]).exists():
            taken = {()}
        for row in reference.rows(label, gone).order_by("pk").values("pk", *others):
            facts = tuple(row[name] for name in others)
            if facts in taken:
                found.add(row["pk"])
            else:
                taken.add(facts)
    return found


def _unique_sets(reference: Reference) -> Iterator[tuple[str, ...]]:
    """The sets of columns that must differ from row to row and hold the reference."""
    meta = reference.model._meta
    by_name = {field.name: field.attname for field in meta.concrete_fields}
    declared = [each.fields for each in meta.constraints if isinstance(each, models.UniqueConstraint)]
    for names in [*declared, *meta.unique_together]:
        columns = tuple(by_name[name] for name in names)
        if reference.column in columns:
            yield columns
    field = next((each for each in meta.concrete_fields if each.attname == reference.column), None)
    if field is not None and field.unique:
        yield (reference.column,)


def looping(reference: Reference, gone: list[int], into: int) -> list[Any]:
    """Rows that would lead from the winner to itself: a relation between two that become one."""
    meta = reference.model._meta
    entity = entity_named(meta.label_lower)
    target = meta.get_field(reference.column.removesuffix("_id")).related_model if not reference.label_column else None
    if target is None or entity is None or reference.model is target:
        return []
    others = [f.attname for f in meta.concrete_fields if f.is_relation and f.related_model is target]
    keys = [*gone, into]
    found = []
    for other in others:
        if other != reference.column:
            rows = reference.model._base_manager.filter(
                **{f"{reference.column}__in": keys, f"{other}__in": keys, "deleted_at": None}
            )
            found += list(rows.values_list("pk", flat=True))
    return found
