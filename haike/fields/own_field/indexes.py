"""The indexes of own fields that are often sorted or filtered by: which there shall be, and the job that sees to it."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.additions import own_fields_changed, shape_of
from haike.find.own_index import Value, arrange
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import entities, entity_named, entity_of


def indexed_values(model: Any) -> list[Value]:
    """The values of a model's records that shall have an index."""
    own = shape_of(entity_of(model)).own.values() if hasattr(model, "_haike_entity") else ()
    return [(look.compares, look.name) for look in own if look.own.fact("often")]


@job(title=_("Make indexes for own fields"), slow=True)
def arrange_indexes(*, label: str, by: int | None = None) -> dict[str, int]:
    """Make the indexes that an entity lacks, and drop those that it does not need any more."""
    entity = entity_named(label)
    if entity is None:
        return {"made": 0, "dropped": 0}
    # By then no process names an index any more that is not wanted: SQLite refuses a query that names one in vain.
    time.sleep(2 * settings.HAIKE_CACHE_SECONDS)
    made, dropped = arrange(connection, entity.model, indexed_values(entity.model))
    if made or dropped:
        own_fields_changed()
    return {"made": made, "dropped": dropped}


@cron("20 4 * * *", name="fields.indexes")
@job(title=_("Look after the indexes of own fields"), slow=True)
def look_after_indexes() -> dict[str, int]:
    """What a table lost when a migration rebuilt it is made again."""
    done = [arrange(connection, entity.model, indexed_values(entity.model)) for entity in entities()]
    if any(map(any, done)):
        own_fields_changed()
    return {"made": sum(made for made, __ in done), "dropped": sum(dropped for __, dropped in done)}
