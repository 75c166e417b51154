"""What the nightly check of rights looks at here: the number of all records in a pivot, which tells too."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.people.proof.walk import Walk, surface

TOTAL = re.compile(r"<tfoot>.*?<td[^>]*>(?:<a[^>]*>)?([\d,]+)", re.DOTALL)


@surface("pivot", _("Pivot"))
def pivots(walk: Walk, entity: Entity) -> None:
    """Counted without rows: as many as the user may see, and no link to others'."""
    path = f"{entity.url}pivot?rows=-&measure=count"
    answer = walk.ask(path)
    if not answer.shown:
        return
    walk.follow("pivot", answer)
    if walk.sample.whole:
        walk.asked["pivot"] += 1
        told = TOTAL.search(answer.text)
        number = int(told[1].replace(",", "")) if told else 0
        expected = sum(
            walk.may(entity, record)
            for record in walk.sample.of(entity)
            if record.archived_at is None and record.deleted_at is None
        )
        if number != expected:
            walk.note("pivot", entity, 0, number > expected, path)
