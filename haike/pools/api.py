"""Claim, return and assign in the REST API."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from haike.api.shapes import Fault
from haike.api.surface import LARGEST_KEY, demand_scope
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity, entity_named
from haike.people.models import User
from haike.pools.bulk import ASSIGN, CLAIM, RETURN, run_one
from haike.pools.deal_out import HAND
from haike.pools.module import POOLS
from haike.pools.pooling import poolings
from haike.pools.seas import seas
from haike.refused import Refused
from haike.screens.module import demand_on

router = Router(tags=["pools"])
FAULTS: dict[Any, Any] = {401: Fault, 403: Fault, 404: Fault, 422: Fault}


class ReturnIn(Schema):
    """Why a record is given back: a code of pool_reason; `pool` is a pool's key, 0 for where it belongs."""

    reason: str
    note: str = ""
    pool: int = 0


class AssignIn(Schema):
    """The key of the user who gets the record."""

    owner: int


class Moved(Schema):
    """Where the record is now, and the batch by which it can be undone."""

    id: int
    owner: int | None
    batch: int


def _found(request: HttpRequest, slug: str, pk: int) -> tuple[Entity, Any, Any]:
    entity, user = entity_named(slug), request.user
    POOLS.demand()
    if entity is None or slug != entity.slug or entity.label not in poolings() or not 0 < pk <= LARGEST_KEY:
        raise Http404
    demand_on(entity)
    demand_scope(request, entity, "change")
    record = entity.model.objects.visible_to(user).filter(pk=pk).first()
    if record is None:
        raise Http404
    return entity, user, record


def _moved(entity: Entity, pk: int, batch: int) -> dict[str, Any]:
    owner = entity.model._base_manager.filter(pk=pk).values_list("owner_id", flat=True).first()
    return {"id": pk, "owner": owner, "batch": batch}


@router.post("/{slug}/{int:pk}/claim", response={200: Moved, **FAULTS}, operation_id="pools_claim")
def claim(request: HttpRequest, slug: str, pk: int) -> Any:
    """Take a record out of its pool for oneself."""
    entity, user, record = _found(request, slug, pk)
    run = run_one(entity, CLAIM, pk, {}, str(record), by=user)
    return _moved(entity, pk, run.batch_id)


@router.post("/{slug}/{int:pk}/return", response={200: Moved, **FAULTS}, operation_id="pools_return")
def give_back(request: HttpRequest, slug: str, pk: int, body: ReturnIn) -> Any:
    """Give a record back to a pool."""
    entity, user, record = _found(request, slug, pk)
    if body.reason not in words_of("pool_reason", retired=False):
        raise Refused(fields={"reason": ", ".join(words_of("pool_reason", retired=False))})
    known = {pool.pk for pool in seas().of_entity(entity.label)}
    if body.pool and body.pool not in known:
        raise Refused(fields={"pool": ", ".join(map(str, sorted(known)))})
    values = {"reason": body.reason, "note": body.note[:500].replace("\0", ""), "pool": body.pool or None}
    run = run_one(entity, RETURN, pk, values, str(record), by=user)
    return _moved(entity, pk, run.batch_id)


@router.post("/{slug}/{int:pk}/assign", response={200: Moved, **FAULTS}, operation_id="pools_assign")
def assign(request: HttpRequest, slug: str, pk: int, body: AssignIn) -> Any:
    """Give a record out of a pool to a colleague."""
    entity, user, record = _found(request, slug, pk)
    entity.policy.demand(user, "transfer")
    rows: Any = User.objects.live()
    if not 0 < body.owner <= LARGEST_KEY or not rows.filter(pk=body.owner, is_active=True).exists():
        raise Http404
    run = run_one(entity, ASSIGN, pk, {"how": HAND, "people": [body.owner]}, str(record), by=user)
    return _moved(entity, pk, run.batch_id)
