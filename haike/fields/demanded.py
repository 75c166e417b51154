"""What a company demands holds for every writer: form, import, API, bulk edit, a cell of a list.

Forms ask beforehand. Here it is seen to that nothing goes round them: a new record has what is demanded, and what is
there is not emptied. Records that were there before are not refused for other changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.change import GUARDS
from haike.kernel.entity import Entity
from haike.kernel.log import present_batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.screens.layout import laid_out, line_of, may_require


def guard(entity: Entity, records: Sequence[Any], touched: set[str] | None, by: Actor) -> Mapping[int, Refused]:
    """Refuse records that lack what their business line demands; of changes only what they touch counts."""
    if by.pk is None or (touched is None and _follows_from_another(entity)):
        return {}  # nobody is there who could be asked
    refused, known = {}, dict[str, list[Look]]()
    for place, record in enumerate(records):
        line = line_of(entity, record) if entity.lines else ""
        if line not in known:
            known[line] = demanded(entity, line, touched, by)
        if missing := [look for look in known[line] if look.blank(look.stored(record))]:
            fields = {look.name: _("Please fill in: %(label)s.") % {"label": look.label} for look in missing}
            refused[place] = Refused(fields=fields)
    return refused


def demanded(entity: Entity, line: str, touched: set[str] | None, by: Actor) -> list[Look]:
    """The fields that a writer must fill in, of those that change (None: all) and that he may change."""
    wanted = laid_out(entity, line).required
    found = []
    for name in entity.looks if touched is None else touched:
        look = entity.looks.get(name)
        if look is None or not may_require(look) or look.kind == "references":
            continue  # several links are stored after the record; their own look asks for them
        own = look.required and name not in entity.declared_looks
        if (own or name in wanted) and entity.right(by, name) == "edit":
            found.append(look)
    return found


def _follows_from_another(entity: Entity) -> bool:
    """Whether an act on another kind of record makes this one, as converting a lead makes its customer."""
    batch = present_batch.get()
    return batch is not None and batch.entity != entity.label


GUARDS.append(guard)
