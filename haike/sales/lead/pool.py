"""Leads lie in lead pools while nobody owns them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import GUARDS
from haike.kernel.entity import Entity, entity_of
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.pools.pooling import Condition, Pooling, pool_entity
from haike.refused import Refused
from haike.sales.lead.record import CLOSED, CONVERTED, FOLLOWING, INVALID, TO_DO, Lead, LeadFollowUp
from haike.sales.lead.screen import LeadEntity

DONE = (*CLOSED, INVALID)


def _done(lead: Any) -> bool:
    return lead.state in DONE


def _next(lead: Any) -> bool:
    return lead.next_contact_at is not None


def _talks(keys: Sequence[int], since: datetime) -> Iterable[tuple[int, datetime]]:
    rows = LeadFollowUp._base_manager.filter(lead__in=keys, at__gte=since, deleted_at__isnull=True)
    return rows.values_list("lead_id", "at").iterator(chunk_size=5000)


LEAD_POOLS = pool_entity(
    entity_of(LeadEntity.model),
    Pooling(
        name=_("Lead pool"),
        followed="last_contact_at",
        stage="state",
        steps=(TO_DO, FOLLOWING, CONVERTED),
        deals=(CONVERTED,),
        region="region",
        profile=("source", "region"),
        icon="pool",
        conditions={
            "planned": Condition(
                _("With a planned contact"), Q(next_contact_at__isnull=False), _next, ("next_contact_at",)
            ),
        },
        contacts=[_talks],
        done=Condition(_("Converted, invalid and void"), Q(state__in=DONE), _done, ("state",)),
    ),
)


def guard(entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor) -> Mapping[int, Refused]:
    """Nobody puts into a pool what became a customer or was made void."""
    if entity.model is not Lead or touched is None or "owner" not in touched:
        return {}
    said = _("A lead that was converted or made void does not go into a pool.")
    return {
        place: Refused(said, fields={"owner": said})
        for place, lead in enumerate(records)
        if isinstance(lead, Lead) and lead.pooled_at is not None and lead.state in CLOSED
    }


GUARDS.append(guard)
