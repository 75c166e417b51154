"""What the nightly check of rights looks at here: the number of all records in a pivot, which tells too."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.people.proof.walk import Walk, surface


@surface("pivot", _("Pivot"))
def pivots(walk: Walk, entity: Entity) -> None:
    """Counted without rows: as many as the user may see."""
    records = walk.sample.of(entity)
    if not walk.sample.whole or not records or "list" in entity.views:
        return
    path = f"/api/v1/{entity.slug}/pivot?rows=-"
    answer = walk.ask(path)
    walk.asked["pivot"] += 1
    number = answer.data()["total"][0][0] if answer.shown else 0
    kept = [record for record in records if record.archived_at is None and record.deleted_at is None]
    expected = sum(walk.may(entity, record) for record in kept)
    if (number or 0) != expected:
        walk.note("pivot", entity, 0, (number or 0) > expected, path)
