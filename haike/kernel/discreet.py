"""Search by words for those from whom fields are hidden or masked.

The index knows all words of a record, so by itself it would tell a telephone number, digit by digit, to somebody who
sees only its mask. For such a reader the records that the index names are looked at again without these fields; what is
masked is found by the whole value alone, so that who has somebody on the line finds him. That costs a search of digits
little, since few records have them, and a search that no such field can answer, nothing.
"""

from __future__ import annotations

from django.db.models import Q

from haike.find.finder import Find
from haike.find.index.tokens import fold_parts
from haike.kernel.entity import Entity
from haike.kernel.look import EmailLook, Look, PhoneLook
from haike.kernel.policy import Actor

MOST = 1_000
"""So many of the records that the index names are looked at; of more, those first in the list."""


def without_secrets(entity: Entity, user: Actor, find: Find) -> Q:
    """The condition that keeps only what the reader may find by the words of `find`."""
    words = find.words
    rights = {path: entity.right(user, path) for path in entity.search}
    secret = [path for path, right in rights.items() if right in ("hidden", "masked")]
    if not any(_may_hold(_look(entity, path), word) for path in secret for word in words):
        return Q()
    told = [path for path in rights if path not in secret]
    masked = [path for path in secret if rights[path] == "masked"]
    linked = sorted({path.partition("__")[0] for path in [*told, *masked] if "__" in path})
    rows = entity.model._base_manager.filter(pk__in=find.page(MOST).ids).prefetch_related(*linked)
    kept = []
    for row in rows:
        parts = fold_parts(entity.search_text(row, paths=told))
        whole = fold_parts(entity.search_text(row, paths=masked))
        if all(word in whole or any(word in part for part in parts) for word in words):
            kept.append(row.pk)
    return Q(pk__in=kept)


def _look(entity: Entity, path: str) -> Look:
    first, __, rest = path.partition("__")
    return _look(entity.model._meta.get_field(first).related_model._haike_entity, rest) if rest else entity.looks[first]


def _may_hold(look: Look, word: str) -> bool:
    if isinstance(look, PhoneLook):
        return not any(char.isalpha() for char in word)
    return word.isascii() if isinstance(look, EmailLook) else True
