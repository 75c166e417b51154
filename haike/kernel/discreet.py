"""Search by words for those from whom fields are hidden or masked, and for those who want only some fields searched.

The index knows all words of a record, so by itself it would tell a telephone number, digit by digit, to somebody who
sees only its mask. For such a reader the records that the index names are looked at again without these fields; what is
masked is found by the whole value alone, so that who has somebody on the line finds him. That costs a search of digits
little, since few records have them, and a search that no such field can answer, nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from types import SimpleNamespace
from typing import Any

from django.db.models import Q

from haike.find.custom import OWN
from haike.find.finder import Find
from haike.find.index.table import texts
from haike.find.index.tokens import fold_parts
from haike.kernel.entity import Entity
from haike.kernel.look import EmailLook, Look, PhoneLook
from haike.kernel.policy import Actor

MOST = 1_000
"""So many of the records that the index names are looked at; of more, those first in the list."""


def without_secrets(entity: Entity, user: Actor, find: Find, only: Collection[str] = ()) -> Q:
    """The condition that keeps only what the reader may find by the words of `find`, in the fields of `only` if any."""
    words = find.words
    rights = {path: entity.right(user, path) for path in entity.searched}
    secret = [path for path, right in rights.items() if right in ("hidden", "masked")]
    passed_over = [path for path in rights if only and path not in only]
    if not any(_may_hold(look_in(entity, path), word) for path in {*secret, *passed_over} for word in words):
        return Q()
    told = [path for path in rights if path not in secret and path not in passed_over]
    masked = [path for path in secret if rights[path] == "masked" and path not in passed_over]
    ids = find.page(MOST).ids
    found = Q(pk__in=_told(entity, find, ids, told, masked))
    if only and len(ids) == MOST:
        # A word that very many have is found in the fields themselves, as it is written.
        found |= _written(told, words)
    return found


def _written(paths: Iterable[str], words: Iterable[str]) -> Q:
    found = Q()
    for word in words:
        found &= reduce(or_, (Q(**{f"{path}__icontains": word}) for path in paths if "__" not in path), Q(pk__in=[]))
    return found


def behind_veil(entity: Entity, veils: frozenset[int], find: Find) -> Q:
    """The same for records whose personal fields are masked for the sake of their owners `veils`; `find` is the search
    among these alone. Other records are found by every word."""
    personal = [path for path in entity.searched if look_in(entity, path).personal]
    if not personal or not any(word.isascii() for word in find.words):
        return Q()
    told = [path for path in entity.searched if path not in personal]
    return ~Q(owner_id__in=veils) | Q(pk__in=_told(entity, find, find.page(MOST).ids, told, personal))


def _told(entity: Entity, find: Find, ids: list[int], told: list[str], masked: list[str]) -> list[int]:
    """Those of the records that have each word in a field that is told, or as the whole value of a masked one.

    The index keeps all texts of a record. What comes from no other field is told; only where a word stands in what
    comes from one is it asked whether a told field says the same.
    """
    others = [path for path in entity.searched if path not in told]
    kept, untold = texts(find.connection, entity.model, ids), _spellings(entity, ids, others)
    whole = untold if masked == others else _spellings(entity, ids, masked)

    def found(key: int, parts: set[str]) -> bool:
        return all(word in whole[key] or any(word in part for part in parts) for word in find.words)

    plain = {key for key in ids if found(key, kept.get(key, set()) - untold[key])}
    rest = [key for key in ids if key not in plain]
    said = _spellings(entity, rest, told, lettered=any(char.isalpha() for word in find.words for char in word))
    return [*plain, *(key for key in rest if found(key, said[key]))]


def _spellings(entity: Entity, ids: list[int], paths: list[str], *, lettered: bool = True) -> dict[int, set[str]]:
    """The folded texts of these fields by record; without pinyin unless `lettered`. Records themselves are not read."""
    found: dict[int, list[str]] = {key: [] for key in ids}
    for first in dict.fromkeys(path.rpartition("__")[0] for path in paths):
        looks = [look_in(entity, path) for path in paths if path.rpartition("__")[0] == first]
        names = ["custom" if look.name.startswith(OWN) else look.name for look in looks]
        relation = entity.model._meta.get_field(first) if first else None
        if relation is not None and relation.one_to_many:
            rows: Any = relation.related_model._base_manager.filter(deleted_at=None)
            key, before = relation.field.attname, ""
        else:
            rows, key, before = entity.model._base_manager, "pk", f"{first}__" if first else ""
        for owner, *values in rows.filter(**{f"{key}__in": ids}).values_list(key, *(before + name for name in names)):
            for look, name, held in zip(looks, names, values, strict=True):
                if value := look.get(SimpleNamespace(custom=held)) if name == "custom" else held:
                    found[owner] += look.spellings(value, lettered=lettered)
    return {key: set(fold_parts(parts)) for key, parts in found.items()}


def look_in(entity: Entity, path: str) -> Look:
    """The look of a searched field, also of one of what hangs on the record ("contacts__name")."""
    first, __, rest = path.partition("__")
    if not rest:
        return entity.looks[first]
    return look_in(entity.model._meta.get_field(first).related_model._haike_entity, rest)


def _may_hold(look: Look, word: str) -> bool:
    if isinstance(look, PhoneLook):
        return not any(char.isalpha() for char in word)
    return word.isascii() if isinstance(look, EmailLook) else True
