"""Checks of every declaration: a wrong name is found at start, with the nearest valid one."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist

from haike.kernel.dictionary import dictionaries
from haike.kernel.entity import Entity, entities
from haike.kernel.numbers import check_pattern

LISTS = ("columns", "quick", "facts", "badges", "totals", "hidden", "settled", "once", "search")
TAKEN = frozenset(
    "action attributes checkValidity childNodes children classList closest contains dataset elements enctype "
    "firstChild getAttribute hasAttribute id isConnected length matches method nodeName nodeType ownerDocument "
    "parentElement parentNode querySelector querySelectorAll reportValidity requestSubmit reset submit tagName "
    "target".split()
)
"""What scripts ask a form for: an input of that name hides it, and the form is sent elsewhere or not at all. A field
`form` is well, because the bundled htmx asks in a way that does not mind it (frontend/build.mjs)."""


def check_entities(**_: Any) -> list[CheckMessage]:
    """All mistakes of all entities."""
    found: list[CheckMessage] = []
    slugs: dict[str, Entity] = {}
    for entity in entities():
        found += _check(entity)
        if entity.slug in slugs:
            found.append(_error(entity, "slug", f"{entity.slug!r} is taken by {slugs[entity.slug].label}", "E002"))
        slugs[entity.slug] = entity
    return found


def _check(entity: Entity) -> Iterable[CheckMessage]:
    for attribute in vars(type(entity)):
        known = {name for name in dir(Entity) if not name.startswith("__")}
        public = not attribute.startswith("_") and not callable(getattr(type(entity), attribute))
        if public and attribute not in known:
            yield _error(entity, attribute, f"unknown option{_meant(attribute, known)}", "E003")
    names: list[tuple[str, str]] = [(what, name) for what in LISTS for name in getattr(entity, what)]
    names += [("sections", name) for section in entity.sections for name in section.fields]
    names += [("sort", entity.sort.lstrip("-")), ("title", entity.title)]
    for what, path in names:
        if fault := _path_fault(entity.model, path):
            yield _error(entity, what, fault, "E001")
    for field, pattern in entity.numbers():
        try:
            check_pattern(pattern)
        except ValueError as error:
            yield _error(entity, field, str(error), "E004")
    for field in entity.model._meta.fields:
        if field.name in TAKEN and not field.primary_key:
            fault = "an input of this name breaks HTML forms, which have a property of their own called so; rename it"
            yield _error(entity, field.name, fault, "E006")
        if (key := getattr(field, "dictionary", None)) is not None and key not in dictionaries():
            yield _error(entity, field.name, f"no dictionary {key!r}{_meant(key, dictionaries())}", "E005")


def _path_fault(model: Any, path: str) -> str:
    for step in path.split("__"):
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            known = [each.name for each in model._meta.get_fields()]
            return f"{model.__name__} has no field {step!r}{_meant(step, known)}"
        model = field.related_model or model
    return ""


def _meant(written: str, known: Iterable[str]) -> str:
    return "".join(f", did you mean {near!r}?" for near in get_close_matches(written, list(known), 1))


def _error(entity: Entity, attribute: str, message: str, code: str) -> Error:
    source = inspect.getsourcefile(type(entity)) or "?"
    return Error(f"{type(entity).__name__}.{attribute}: {message}", obj=source, id=f"haike.{code}")
