"""What a webhook is told: records as the API shows them to the webhook's owner, and none that he does not see."""

from __future__ import annotations

from typing import Any

from haike.api.answer import to_answer
from haike.api.webhook.record import TEST, Delivery
from haike.kernel.entity import Entity, entity_named
from haike.kernel.paths import select_paths
from haike.kernel.selection import fetch_ahead


def message(delivery: Delivery, user: Any) -> dict[str, Any] | None:
    """The message as JSON for this user; None when nothing of it is for him."""
    facts = {"type": delivery.type, "timestamp": delivery.at.isoformat()}
    if delivery.event == TEST:
        return {**facts, "data": []}
    entity = entity_named(delivery.entity)
    found = told(entity, user, delivery.event, delivery.rows) if entity is not None else []
    return {**facts, "data": found} if found else None


def told(entity: Entity, user: Any, event: str, rows: list[Any]) -> list[dict[str, Any]]:
    """Each record with what changed of it.

    What lies in the recycle bin is shown to those who may take it out; others hear its number only.
    """
    if not entity.policy.may(user, "view"):
        return []
    keys = [key for key, __ in rows]
    seen = entity.model.objects.filter(entity.policy.rows(user, "view"), pk__in=keys)
    records = {each.pk: each for each in seen.select_related(*select_paths(entity, [entity.title]))}
    elsewhere = [name for name, look in entity.looks.items() if look.field is None]
    fetch_ahead(entity, elsewhere, list(records.values()), user)
    in_bin = [key for key, each in records.items() if each.deleted_at is not None]
    restorable = entity.model.objects.filter(entity.policy.rows(user, "restore"), pk__in=in_bin)
    shown_in_bin = set(restorable.values_list("pk", flat=True)) if in_bin else set()
    found = []
    for key, names in rows:
        if key not in records:
            continue
        answer = to_answer(entity, user, records[key])
        changed = [name for name in names if name in answer]
        if event == "changed" and not changed:
            continue  # only what he may not read
        hidden = key in in_bin and key not in shown_in_bin
        found.append({"id": key, "changed": [] if hidden else changed, "record": None if hidden else answer})
    return found
