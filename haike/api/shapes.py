"""Request and answer bodies of each entity, made from its Looks."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, WithJsonSchema, create_model

from haike.kernel.entity import Entity
from haike.kernel.look import Look


def _field(look: Look) -> Any:
    described = {**look.schema(), "title": str(look.label)}
    return Annotated[Any, WithJsonSchema(described)]


def _named(entity: Entity, suffix: str) -> str:
    return f"{entity.model.__name__}{suffix}"


class _Closed(Schema):
    """Unknown names in a body are an error, not silently dropped."""

    model_config = ConfigDict(extra="forbid")


def answer_shape(entity: Entity) -> Any:
    """A record as it is read. Fields that the reader may not see are left out."""
    fields: dict[str, Any] = {
        "id": (int, ...),
        "version": (int, ...),
        "title": (str, ...),
        "url": (str, ...),
        "archived": (bool, ...),
        "deleted": (bool, ...),
    }
    for name, look in entity.looks.items():
        if name not in fields:
            fields[name] = (_field(look), None)
    return create_model(_named(entity, "Out"), __base__=Schema, **fields)


def create_shape(entity: Entity) -> Any:
    """The body that makes a record."""
    fields: dict[str, Any] = {}
    for name, look in writable(entity).items():
        fields[name] = (_field(look), ...) if look.required else (_field(look), None)
    return create_model(_named(entity, "New"), __base__=_Closed, **fields)


def change_shape(entity: Entity) -> Any:
    """The body that changes a record: only what shall change, and the version that was read."""
    fields: dict[str, Any] = {name: (_field(look), None) for name, look in writable(entity).items()}
    return create_model(_named(entity, "Change"), __base__=_Closed, version=(int | None, None), **fields)


def writable(entity: Entity) -> dict[str, Look]:
    """The fields that some user may write."""
    return {
        name: look
        for name, look in entity.looks.items()
        if (look.editable and name not in entity.settled and name != "version")
        and not (name == "owner" and entity.policy.through)
    }


class Fault(Schema):
    """What went wrong, in the user's language; `fields` says it field by field."""

    message: str
    fields: dict[str, str] = {}


class ConflictFault(Fault):
    """Somebody else saved the record; `current` is the version now, `changed` has yours and theirs of each field that
    was sent and is another now."""

    current: int
    changed: dict[str, dict[str, Any]] = {}
