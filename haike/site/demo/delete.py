"""Deleting rows of the sample together.

Some hundred tables may name a person or a product. They are asked once for all rows that shall go, and not for each.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from haike.kernel import search
from haike.kernel.entity import entity_of
from haike.kernel.log import Change


def delete_free(model: type[models.Model], keys: Collection[int], **cleared: Any) -> set[int]:
    """Delete the rows that nothing refers to, with their log and search texts; the keys of those that are gone.

    `cleared` are columns of the rows that are set first, so that they do not hold one another.
    """
    going = set(keys)
    while going and (named := _named(model, going, cleared)):
        going -= named
    if _delete(model, going, cleared):
        return going
    # What goes with one of them is held by something.
    return {key for key in going if _delete(model, {key}, cleared)}


def _named(model: type[models.Model], keys: set[int], cleared: Collection[str]) -> set[int]:
    """Those that a row with a life of its own refers to."""
    found: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.on_delete is not models.PROTECT:
            continue
        field, other = relation.field, relation.related_model
        rows = other._base_manager.filter(**{f"{field.attname}__in": keys - found})
        if other is model and field.name in cleared:
            rows = rows.exclude(pk__in=keys)
        found |= set(rows.order_by().values_list(field.attname, flat=True).distinct())
    return found


def _delete(model: type[models.Model], keys: set[int], cleared: dict[str, Any]) -> bool:
    """Delete these and what has no life without them, all or none."""
    if not keys:
        return True
    entity, rows = entity_of(model), model._base_manager.filter(pk__in=keys)
    try:
        with transaction.atomic():
            if cleared:
                rows.update(**cleared)
            rows.delete()
            own = Change._base_manager.filter(entity=entity.label, record_id__in=keys)
            own._raw_delete(own.db)
            if entity.search:
                search.erase(connection, model, keys)
    except (models.ProtectedError, IntegrityError):
        return False
    return True
