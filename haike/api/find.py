"""Finding what a request to the API is about, with the rights of its user and the scopes of its token."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from haike.api.surface import LARGEST_KEY, demand_scope
from haike.kernel.entity import Entity, entity_named
from haike.screens.module import demand_on


def find_record(request: HttpRequest, slug: str, pk: int, scope: str) -> tuple[Entity, Any]:
    """The kind of record and the record; 404 for one that is not there for this user."""
    user: Any = request.user
    entity = entity_named(slug)
    if entity is None or slug != entity.slug:
        raise Http404
    demand_on(entity)
    if not entity.policy.may(user, "view"):
        raise Http404
    return entity, find_by_key(request, entity, pk, scope)


def find_by_key(request: HttpRequest, entity: Entity, pk: int, scope: str) -> Any:
    """The record of a known kind; 404 for one that is not there for this user."""
    user: Any = request.user
    demand_scope(request, entity, scope)
    if not entity.policy.may(user, "view") or not 0 < pk <= LARGEST_KEY:
        raise Http404
    record = entity.model.objects.visible_to(user).filter(pk=pk).first()
    if record is None:
        raise Http404
    return record
