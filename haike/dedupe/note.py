"""What a form says beside a field while somebody types: who may be the same, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.dedupe.claim.ticket import claim_url
from haike.dedupe.guard import ACROSS, ASK, FORBID, OFF, rule_of
from haike.dedupe.identity import Identity, identity_of
from haike.dedupe.match import Match, find_matches
from haike.digits import whole
from haike.kernel.entity import Entity, entity_named
from haike.refused import Refused
from haike.screens.door import entity_view, find_record

LONGEST = 200


@dataclass(frozen=True)
class Line:
    """One of those that may be the same, as the note shows it."""

    match: Match
    forbidden: bool
    asked: bool
    claim_url: str
    """Where a case is filed about one that the user does not see."""


def note_of(slug: str, name: str, record_id: int | None) -> SafeString | str:
    """The place beside a field where likeness is told; empty for fields that say nothing of identity."""
    entity = entity_named(slug)
    identity = identity_of(entity) if entity is not None else None
    own = name
    if identity is None or entity is None or own not in identity.fields:
        return ""
    return render_to_string(
        "dedupe/note.html", {"note": {"url": f"{entity.url}likeness", "name": name, "key": record_id}}
    )


@entity_view("likeness")
def likeness_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Who may be the same by what stands in one field; posted by the form as it is, saved or not."""
    identity, user = identity_of(entity), cast(Any, request.user)
    field = request.GET.get("field", "")
    if identity is None or request.method != "POST" or field not in identity.fields:
        raise Http404
    key = whole(request.GET.get("key", ""))
    record = find_record(entity, user, key) if key is not None else None
    if not (entity.policy.may(user, "create") or record is not None):
        raise Http404
    typed = _typed(identity, request, field, user)
    found = find_matches(identity, typed, by=user, record=record)
    lines = [
        Line(match, rule_of(match) == FORBID, rule_of(match) == ASK, claim_url(match, user, typed[field]))
        for match in found
        if rule_of(match) != OFF and (match.visible or ACROSS())
    ]
    return render(request, "dedupe/likeness.html", {"lines": lines, "field": field})


def _typed(identity: Identity, request: HttpRequest, field: str, user: Any) -> dict[str, Any]:
    """The value of the field, and the form that says whether it is a person; what cannot be read yet is empty."""
    values: dict[str, Any] = dict.fromkeys(identity.columns, "")
    for name in filter(None, (field, identity.form)):
        look = identity.entity.looks[name]
        if identity.entity.right(user, name) == "hidden":
            continue
        try:
            values[name] = look.parse(request.POST.get(name, "")[:LONGEST], user)
        except Refused:
            values[name] = ""
    return values
