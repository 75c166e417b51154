"""A record as JSON: what the API answers and webhooks send."""

from __future__ import annotations

from typing import Any

from haike.kernel.entity import Entity


def to_answer(entity: Entity, user: Any, record: Any) -> dict[str, Any]:
    """A record as JSON, without the fields that the user may not read."""
    found: dict[str, Any] = {
        "id": record.pk,
        "version": record.version,
        "title": str(record),
        "url": entity.url_of(record),
        "archived": record.archived_at is not None,
        "deleted": record.deleted_at is not None,
    }
    for name, look in entity.looks.items():
        if name in found or entity.policy.right_to(user, name, record) not in ("edit", "read"):
            continue
        found[name] = look.to_json(look.stored(record))
    return found
