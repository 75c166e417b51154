"""The order of a list: its sort keys, and the place of a row in it as a text for links to the next page."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from haike.find.custom import COLUMNS
from haike.find.own_index import Value, value_at

Model = type[models.Model]


@dataclass(frozen=True)
class Key:
    """One sort key. `field` is the column of the model's own table, None for a path through other tables."""

    path: str
    descending: bool
    field: models.Field[Any, Any] | None

    @property
    def own(self) -> Value | None:
        """The own field that the path names."""
        return value_at(self.path) if self.field is None else None

    @property
    def holds(self) -> models.Field[Any, Any] | None:
        """A field that can tell what is a value of the key."""
        return COLUMNS.get(self.own[0]) if self.own else self.field

    @property
    def nullable(self) -> bool:
        """Whether rows may have no value; they come last either way."""
        return self.field is None or self.field.null


def keys_of(model: Model, sort: Sequence[str]) -> tuple[Key, ...]:
    """The sort keys with the record's id as the last, which makes the order certain."""
    found: dict[str, Key] = {}
    for name in sort:
        descending, path = name.startswith("-"), name.removeprefix("-")
        try:
            field = model._meta.pk if path == "pk" else model._meta.get_field(path)
        except FieldDoesNotExist:
            field = None
        if isinstance(field, models.Field) and field.concrete and not field.many_to_many:
            # People are sorted by their key: by name it would take a join for every row.
            found.setdefault(field.attname, Key(field.attname, descending, field))
        else:
            found.setdefault(path, Key(path, descending, None))
        if "id" in found:
            break
    if "id" not in found:
        first = next(iter(found.values()), None)
        found["id"] = Key("id", first.descending if first else True, model._meta.pk)
    return tuple(found.values())


@dataclass(frozen=True)
class Place:
    """Where a page ended: at a row with this key value and id, or after so many rows."""

    value: Any = None
    id: int = 0
    offset: int | None = None

    def text(self) -> str:
        """For a link."""
        data = [self.offset] if self.offset is not None else [self.value, self.id]
        return base64.urlsafe_b64encode(json.dumps(data, default=_plain).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, field: models.Field[Any, Any] | None) -> Place | None:
        """From a link; None for one that was tampered with or belongs to another sort."""
        try:
            data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            match data:
                case [int(offset)] if 0 <= offset < 2**31:
                    return cls(offset=offset)
                case [str() | int() | float() | None as value, int(id)] if abs(id) < 2**63:
                    if field is None:
                        return None
                    _check(value, field)
                    return cls(value=value, id=id)
        except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error, ValidationError):
            pass
        return None


def _check(value: Any, field: models.Field[Any, Any]) -> None:
    """Refuse what the database could not read as a value of the column; it gets back what it gave, unchanged."""
    if value is None and field.null:
        return
    if "\0" in str(value):
        raise ValueError("NUL")
    str(value).encode()
    python = field.to_python(value)
    if python is None:
        raise ValueError("no value")
    if isinstance(field, models.IntegerField):
        field.run_validators(python)
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("too large")


def _plain(value: Any) -> str:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | Decimal):
        return str(value)
    raise TypeError(f"no text for a sort key of type {type(value).__name__}")
