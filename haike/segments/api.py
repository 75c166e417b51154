"""Members and conditions of groups, and runs of rules, in the REST API; the rest is that of every entity."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import Http404, HttpRequest
from ninja import Router, Schema

from haike.api.shapes import Fault
from haike.api.surface import LARGEST_KEY, demand_scope
from haike.kernel.entity import Entity, entity_named, entity_of
from haike.kernel.filter import read_filter
from haike.refused import Refused
from haike.segments.builder import set_conditions
from haike.segments.segment.members import inside, join, leave, members_found, target_of
from haike.segments.segment.record import LIVE, Segment
from haike.segments.sweep.page import sweep_of
from haike.segments.sweep.run import start
from haike.segments.tag_rule.record import TagRule

router = Router(tags=["segments"])
FAULTS: dict[Any, Any] = {401: Fault, 403: Fault, 404: Fault, 422: Fault}
MOST = 10_000


class MembersIn(Schema):
    """Keys of records to put into a static group and to take out of it; at most 10 000 together."""

    add: list[int] = []
    remove: list[int] = []


class MembersOut(Schema):
    """How many came, how many left, how many of the members one sees now."""

    added: int
    removed: int
    count: int


class ConditionsIn(Schema):
    """A filter as lists take it in `f`."""

    filter: dict[str, Any]


class Kept(Schema):
    """The group or rule whose conditions were set."""

    id: int
    version: int


class Ran(Schema):
    """A run of a rule: how many came and left; `state` is "running" while a job goes on with it."""

    run: int
    state: str
    came: int
    left: int


def _found(request: HttpRequest, entity: Entity, pk: int) -> Any:
    if not 0 < pk <= LARGEST_KEY:
        raise Http404
    demand_scope(request, entity, "change")
    user: Any = request.user
    if not entity.policy.may(user, "view"):
        raise Http404
    record = entity.model.objects.visible_to(user).filter(pk=pk).first()
    if record is None:
        raise Http404
    if not entity.policy.allows(user, "edit", record):
        entity.policy.demand(user, "edit")
        raise Http404
    return record


@router.post("/segments/{int:pk}/members", response={200: MembersOut, **FAULTS}, operation_id="segments_members")
def members(request: HttpRequest, pk: int, body: MembersIn) -> Any:
    """Put records into a static group and take others out; those that one does not see are passed over."""
    user: Any = request.user
    segment = _found(request, entity_of(Segment), pk)
    keys = {*body.add, *body.remove}
    if len(keys) > MOST or any(not 0 < key <= LARGEST_KEY for key in keys):
        raise Refused(fields={"add": f"1 … {MOST}"})
    added, removed = join(segment, body.add, by=user), leave(segment, body.remove, by=user)
    return {"added": added, "removed": removed, "count": members_found(segment, user).find.exact_count()}


def _set(request: HttpRequest, record: Any, target: Entity | None, text: dict[str, Any]) -> Any:
    if target is None or getattr(record, "manner", LIVE) != LIVE:
        raise Refused(fields={"filter": "manner: live"})
    user: Any = request.user
    with inside(record.pk if isinstance(record, Segment) else 0):
        group = read_filter(target, user, orjson.dumps(text).decode())
    kept = set_conditions(record, group, by=user)
    return {"id": kept.pk, "version": kept.version}


@router.put("/segments/{int:pk}/conditions", response={200: Kept, **FAULTS}, operation_id="segments_conditions")
def segment_conditions(request: HttpRequest, pk: int, body: ConditionsIn) -> Any:
    """Set the conditions of a live group."""
    segment = _found(request, entity_of(Segment), pk)
    return _set(request, segment, target_of(segment), body.filter)


@router.put("/tag-rules/{int:pk}/conditions", response={200: Kept, **FAULTS}, operation_id="tag_rules_conditions")
def rule_conditions(request: HttpRequest, pk: int, body: ConditionsIn) -> Any:
    """Set the conditions of a tag rule."""
    rule = _found(request, entity_of(TagRule), pk)
    return _set(request, rule, entity_named(rule.entity), body.filter)


@router.post("/tag-rules/{int:pk}/run", response={200: Ran, **FAULTS}, operation_id="tag_rules_run")
def run_rule(request: HttpRequest, pk: int) -> Any:
    """Run a tag rule now; over many records as a job."""
    entity = entity_of(TagRule)
    rule, sweep = _found(request, entity, pk), sweep_of(entity)
    assert sweep is not None
    run = start(sweep, rule, by=request.user)
    return {"run": run.pk, "state": run.state, "came": run.came, "left": run.left}
