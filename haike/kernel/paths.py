"""What to read of the database so that a row costs no further query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from haike.find.custom import OWN
from haike.kernel.entity import Entity
from haike.kernel.fields import Money


def select_paths(entity: Entity, paths: Iterable[str]) -> list[str]:
    """The foreign keys to join so that the cells of these columns cost no further query."""
    joins: set[str] = set()
    for path in in_columns(entity, paths):
        model, walked = entity.model, []
        for step in path.split("__"):
            relation = _field_at(model, step)
            if not (relation.many_to_one or relation.one_to_one) or relation.related_model is None:
                break
            if getattr(relation.related_model, "held", False):
                break
            walked.append(step)
            joins.add("__".join(walked))
            model = relation.related_model
    return sorted(joins)


def _field_at(model: Any, step: str) -> Any:
    """The model field to which a step of a path leads; own fields lie in one column."""
    return model._meta.get_field("custom" if step.startswith(OWN) else step)


def in_columns(entity: Entity, paths: Iterable[str]) -> list[str]:
    """Without those whose values lie in other tables, from where their looks fetch them."""
    looks = entity.looks
    return [path for path in paths if path not in looks or looks[path].field is not None]


ALWAYS = ("owner", "department", "version", "deleted_at", "archived_at")


def needed_fields(entity: Entity, paths: Iterable[str]) -> list[str]:
    """The fields to read so that the title and the cells of these columns cost no further query."""
    found = dict.fromkeys((*ALWAYS, *_titles(entity.model, "")))
    for path in in_columns(entity, paths):
        model, walked = entity.model, ""
        for step in path.split("__"):
            relation = _field_at(model, step)
            if not relation.concrete or relation.many_to_many:
                break
            found[f"{walked}{relation.name}"] = None
            if isinstance(relation, Money) and relation.currency:
                found[f"{walked}{relation.currency}"] = None
            if not relation.is_relation or getattr(relation.related_model, "held", False):
                break
            model, walked = relation.related_model, f"{walked}{step}__"
            found.update(dict.fromkeys(_titles(model, walked)))
    return list(found)


def _titles(model: Any, before: str) -> list[str]:
    """What the title of a record is made of; every field where nobody says it."""
    entity = getattr(model, "_haike_entity", None)
    names = (entity.titled_by if entity is not None else []) or [field.name for field in model._meta.concrete_fields]
    return [f"{before}{name}" for name in names]
