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

from django.db.models import Q

from haike.find.finder import Find
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
    linked = sorted({path.partition("__")[0] for path in [*told, *masked] if "__" in path})
    rows = entity.model._base_manager.filter(pk__in=find.page(MOST).ids).prefetch_related(*linked)
    kept = []
    for row in rows:
        parts = fold_parts(entity.search_text(row, paths=told))
        whole = fold_parts(entity.search_text(row, paths=masked))
        if all(word in whole or any(word in part for part in parts) for word in words):
            kept.append(row.pk)
    found = Q(pk__in=kept)
    if only and len(rows) == MOST:
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
    paths = {path: look_in(entity, path).personal for path in entity.search}
    personal = [path for path, secret in paths.items() if secret]
    if not personal or not any(word.isascii() for word in find.words):
        return Q()
    told = [path for path, secret in paths.items() if not secret]
    linked = sorted({path.partition("__")[0] for path in paths if "__" in path})
    kept = []
    for row in entity.model._base_manager.filter(pk__in=find.page(MOST).ids).prefetch_related(*linked):
        parts = fold_parts(entity.search_text(row, paths=told))
        whole = fold_parts(entity.search_text(row, paths=personal))
        if all(word in whole or any(word in part for part in parts) for word in find.words):
            kept.append(row.pk)
    return ~Q(owner_id__in=veils) | Q(pk__in=kept)


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
