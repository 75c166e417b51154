"""Request and answer bodies of each entity, made from its Looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, WithJsonSchema, create_model, model_validator

from haike.kernel.entity import Entity
from haike.kernel.look import Look


def _field(look: Look) -> Any:
    described = {**look.schema(), "title": str(look.label)}
    return Annotated[Any, WithJsonSchema(described)]


def _named(entity: Entity, suffix: str) -> str:
    return f"{entity.model.__name__}{suffix}"


class _Plain(Schema):
    """A body or an answer: plain data, to which own fields come by names that are not known here."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: Any, _info: Any) -> Any:
        # Ninja's own reads only the names that it knows.
        return handler(values)


class _Body(_Plain):
    """A body; other names than those of fields are an error, not silently dropped: `read_values` says so."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})


_WARNINGS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


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
    if entity.creatable:
        said = "After a create or change: what a form would have warned of, such as a likely duplicate."
        fields["warnings"] = (Annotated[list[str] | None, WithJsonSchema(_WARNINGS | {"description": said})], None)
    for name, look in entity.declared_looks.items():
        if name not in fields:
            fields[name] = (_field(look), None)
    return create_model(_named(entity, "Out"), __base__=_Plain, **fields)


def create_shape(entity: Entity) -> Any:
    """The body that makes a record."""
    fields: dict[str, Any] = {}
    for name, look in writable(entity, entity.declared_looks).items():
        fields[name] = (_field(look), ...) if look.required else (_field(look), None)
    return create_model(_named(entity, "New"), __base__=_Body, **fields)


def change_shape(entity: Entity) -> Any:
    """The body that changes a record: only what shall change, and the version that was read."""
    fields: dict[str, Any] = {
        name: (_field(look), None) for name, look in writable(entity, entity.declared_looks, made=True).items()
    }
    return create_model(_named(entity, "Change"), __base__=_Body, version=(int | None, None), **fields)


def describe_own_fields(schema: dict[str, Any], all_entities: Iterable[Entity]) -> None:
    """Put what the company has added into the description; the shapes themselves are made before it is known."""
    for entity in all_entities:
        own = own_looks(entity)
        parts = {"Out": own, "New": writable(entity, own), "Change": writable(entity, own)} if own else {}
        for suffix, looks in parts.items():
            shape = schema["components"]["schemas"].get(_named(entity, suffix))
            if shape is None:
                continue
            for name, look in looks.items():
                shape["properties"][name] = {**look.schema(), "title": str(look.label)}
                if look.help:
                    shape["properties"][name]["description"] = str(look.help)
            required = [n for n, look in looks.items() if suffix == "New" and look.required and look.when is None]
            if required:
                shape["required"] = [*shape.get("required", []), *required]


def own_looks(entity: Entity) -> dict[str, Look]:
    """The fields that the company has added."""
    return {name: look for name, look in entity.looks.items() if name not in entity.declared_looks}


def writable(entity: Entity, looks: Mapping[str, Look] | None = None, *, made: bool = False) -> dict[str, Look]:
    """The fields that some user may write, in a new record or in one that is `made`."""
    return {
        name: look
        for name, look in (entity.looks if looks is None else looks).items()
        if (look.editable and name not in entity.settled and name != "version")
        and not (made and name in entity.once)
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
