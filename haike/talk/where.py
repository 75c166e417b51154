"""Which entities are talked about: the main records of every room but those that run the house."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from haike.find.share import Share
from haike.kernel.entity import Entity, entities
from haike.people.grants import HOUSE, organisation
from haike.screens.tabs import shows_tab

COMMENTS = "comments"
"""The key of their tab."""

_without_comments: set[str] = set()


def leave_out_comments(label: str) -> None:
    """This entity has comments of its own."""
    _without_comments.add(label)


def is_served(entity: Entity) -> bool:
    """Whether its records carry tags, stars and notices."""
    return entity.in_menu and entity.label.partition(".")[0] not in HOUSE


def is_commented(entity: Entity) -> bool:
    """Whether its records carry comments."""
    return is_served(entity) and entity.label not in _without_comments


def reads_comments(user: Any, entity: Entity) -> bool:
    """Whether somebody reads and writes the comments on the records of this kind that he sees."""
    return is_commented(entity) and shows_tab(user, entity, COMMENTS)


def served() -> list[Entity]:
    """All entities whose records carry tags and stars."""
    return [entity for entity in entities() if is_served(entity)]


def active_users() -> dict[int, Any]:
    """The users who may sign in, by key, from the process's memory."""
    return {pk: user for pk, user in organisation().users.items() if user.is_active and user.deleted_at is None}


def who_sees(entity: Entity, record: Any, users: Iterable[Any], *, comments: bool = False) -> set[int]:
    """The keys of those users who may look at the record, or at its `comments`; one query at most."""
    found: set[int] = set()
    asked: set[int] = set()
    for user in users:
        if comments and not shows_tab(user, entity, COMMENTS):
            continue
        scope = entity.policy.scope(user)
        if not scope.holds(record):
            continue
        if scope.everything or (record.owner_id is not None and record.owner_id in scope.owner_ids):
            found.add(user.pk)
        elif scope.shared:
            asked.add(user.pk)
    if asked:
        policy = entity.policy
        ruling = entity.parent or entity
        key = getattr(record, f"{policy.through}_id") if policy.through else record.pk
        shares = Share.objects.filter(entity=ruling.label, record_id=key, user__in=asked)
        found |= set(shares.values_list("user_id", flat=True))
    return found
