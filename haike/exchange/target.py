"""What a column of a sheet can be: fields of the entity and of its companions, found by their headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, cast

from django.utils import translation

from haike.exchange.run import RememberedColumn
from haike.kernel.entity import Entity, entity_named
from haike.kernel.look import Look

_NOISE = re.compile(r"[\s*＊:：·()（）\[\]【】_/\\.-]|必填|选填|required")


def fold_heading(text: str) -> str:
    """A heading without case, width, brackets, blanks and marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def targets(entity: Entity, user: Any) -> dict[str, Look]:
    """The fields that an import may fill, by name; those of companions as "entity.label:field"."""
    found = dict(entity.editable_by(user))
    for name in [name for name, look in found.items() if look.by_file]:
        del found[name]
    if entity.policy.through or not entity.policy.may(user, "transfer"):
        found.pop("owner", None)
    for companion in entity.companions:
        other = cast(Entity, entity_named(companion.entity))
        if other.policy.may(user, "create"):
            for name, look in other.editable_by(user).items():
                if name not in (companion.field, "owner") and not look.by_file:
                    found[f"{companion.entity}:{name}"] = look
    return found


def needed(entity: Entity, user: Any) -> frozenset[str]:
    """The fields without which no record is made; the owner is the user unless a column says otherwise."""
    able = entity.editable_by(user).items()
    return frozenset(name for name, look in able if look.required and name != "owner")


OwnerSource = Callable[[Entity, Any], Iterable[tuple[int, str]]]
owner_sources: list[OwnerSource] = []
"""Rooms below name owners other than people to whom a user may import: of (entity, user), key and name."""


def owners_for(entity: Entity, user: Any) -> dict[int, str]:
    """To whom an import may give what it makes, beside the user himself."""
    return {key: name for source in owner_sources for key, name in source(entity, user)}


def fold_files(entity: Entity, user: Any) -> set[str]:
    """The headings, folded, of fields that hold files, which no sheet can bring."""
    looks = [(name, look) for name, look in entity.editable_by(user).items() if look.by_file]
    found = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {fold_heading(text) for name, look in looks for text in (name, str(look.label))}
    return found


def fold_settled(entity: Entity, user: Any) -> set[str]:
    """The headings, folded, of fields that the user reads and no sheet can bring: they follow from other things."""
    settled = [(name, look) for name in entity.settled if (look := entity.looks.get(name)) and entity.right(user, name)]
    found = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {fold_heading(text) for name, look in settled for text in _spellings(entity, name, look)}
    return found


def label_of(entity: Entity, name: str, look: Look) -> str:
    """The label of a target, with the companion's name before it."""
    if ":" not in name:
        return str(look.label)
    other = cast(Entity, entity_named(name.partition(":")[0]))
    return f"{other.name} · {look.label}"


def guess(entity: Entity, user: Any, headings: list[str]) -> dict[int, str]:
    """The likely field of each column: as last time, else by label in either language or synonym, else none."""
    able = targets(entity, user)
    remembered = dict(RememberedColumn.objects.filter(entity=entity.label).values_list("heading", "field"))
    labels: dict[str, str] = {}
    known: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for name, look in able.items():
                labels.setdefault(fold_heading(label_of(entity, name, look)), name)
                for text in _spellings(entity, name, look):
                    known.setdefault(fold_heading(text), name)
    # What a field is called goes before what another one is called now and then: a template leads to its own fields.
    known |= labels
    found: dict[int, str] = {}
    for index, heading in enumerate(headings):
        folded = fold_heading(heading)
        name = remembered.get(folded) or known.get(folded, "")
        if name in able and name not in found.values():
            found[index] = name
    for companion in entity.companions:
        other = cast(Entity, entity_named(companion.entity))
        if f"{companion.entity}:{other.title}" in found.values():
            for index, name in found.items():
                theirs = f"{companion.entity}:{name}"
                also = {fold_heading(text) for text in other.synonyms.get(name, ())}
                meant = name in companion.prefers or fold_heading(headings[index]) in also
                if meant and theirs in able and theirs not in found.values():
                    found[index] = theirs
    return found


def _spellings(entity: Entity, name: str, look: Look) -> list[str]:
    owner, __, field = name.rpartition(":")
    other = cast(Entity, entity_named(owner)) if owner else entity
    further = other.synonyms.get(field, ())
    named = [f"{other.name}{text}" for text in (look.label, *further)]
    # A companion's plain label is meant only where the entity has no field of that name itself.
    if owner and field in entity.looks:
        return [*named, *further]
    return [*named, str(look.label), *further, field]


def remember(entity: Entity, headings: list[str], columns: dict[int, str]) -> None:
    """Keep where each heading went."""
    for index, name in columns.items():
        RememberedColumn.objects.update_or_create(
            entity=entity.label, heading=fold_heading(headings[index])[:120], defaults={"field": name}
        )
