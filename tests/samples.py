"""A record of every entity, made with as little as its declaration demands.

The contract tests walk all registered entities; a new one is tested without a line here, as long as its required
fields can be filled by kind.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity
from haike.kernel.look import ChoiceLook, Look, PersonLook, PickLook, ReferenceLook

_serial = count(1)


def value_for(look: Look, by: Any) -> Any:
    """A plausible value for one field."""
    number = next(_serial)
    if look.example:
        return look.parse(look.example, by)
    if isinstance(look, PersonLook):
        return by
    if isinstance(look, ReferenceLook):
        entity = look.entity
        return make(entity, by=by) if entity is not None and not look.multiple else []
    if isinstance(look, PickLook) and not look.multiple:
        return next(iter(words_of(look.field.dictionary)), None)
    if isinstance(look, ChoiceLook) and not look.multiple:
        return next(iter(look.options()), None)
    kinds: dict[str, Any] = {
        "number": 1 + number % 90,
        "money": number,
        "date": date(2026, 1, 1) + timedelta(days=number),
        "datetime": timezone.now(),
        "yesno": True,
        "phone": f"138{number:08}",
        "email": f"sample{number}@example.com",
        "url": "https://example.com/",
        "region": "",
        "choices": [],
        "longtext": f"样例文字 {number}",
    }
    return kinds.get(look.kind, f"样例{number}" if look.name != "username" else f"sample{number}")


def sample_values(entity: Entity, by: Any) -> dict[str, Any]:
    """The required fields and what the title is made of."""
    return {
        name: value_for(look, by)
        for name, look in entity.editable_by(by).items()
        if look.required or name == entity.title or name in entity.titled_by
    }


def make(entity: Entity, *, by: Any) -> Any:
    """A record through the same door as form, import and API."""
    return entity.create(by=by, **sample_values(entity, by))
