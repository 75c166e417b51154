"""The page on which a seller asks whether somebody has a customer already: by name, telephone or credit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.dedupe.claim.ticket import claim_url
from haike.dedupe.identity import Identity, identity_of
from haike.dedupe.match import Match, find_matches
from haike.kernel.entity import Button, Entity
from haike.kernel.option import option
from haike.refused import Refused
from haike.screens.door import entity_view

LOOKUP = option(
    "dedupe.lookup",
    True,
    _("Sellers may look up a name among the customers of all"),
    group=_("Duplicates"),
    help=_("Only whether there is one, and whose it is. If off, they find what they see anyway."),
)
LONGEST = 200


@dataclass(frozen=True)
class Line:
    """One that was found."""

    match: Match
    claim_url: str


def list_button(entity: Entity) -> Button:
    """The way from the list."""
    return Button(_("Look up"), f"{entity.url}lookup", "user-search")


@entity_view("lookup")
def lookup_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Ask by POST, so that no telephone number stands in an address."""
    identity, user = identity_of(entity), cast(Any, request.user)
    if identity is None or not identity.name:
        raise Http404
    fields = [
        {"name": name, "label": entity.looks[name].label, "value": request.POST.get(name, "")[:LONGEST], "fault": ""}
        for name in dict.fromkeys([identity.name, *identity.phones[:1], identity.code])
        if name and entity.right(user, name) != "hidden"
    ]
    asked = request.method == "POST"
    found: list[Line] = []
    if asked:
        values = _values(identity, fields, user)
        typed = next((each["value"] for each in fields if str(each["value"]).strip()), "")
        if not typed:
            fields[0]["fault"] = _("Enter a name, a telephone number or a tax number.")
        matches = find_matches(identity, values, by=user) if typed else []
        found = [Line(match, claim_url(match, user, typed)) for match in matches if match.visible or LOOKUP()]
    faulty = any(each["fault"] for each in fields)
    context = {"entity": entity, "fields": fields, "asked": asked and not faulty, "lines": found, "wide": LOOKUP()}
    return render(request, "dedupe/lookup.html", context, status=422 if faulty else 200)


def _values(identity: Identity, fields: list[dict[str, Any]], user: Any) -> dict[str, Any]:
    """What was typed, as the fields of the entity read it; a fault stands beside its field."""
    values: dict[str, Any] = dict.fromkeys(identity.columns, "")
    for each in fields:
        try:
            values[each["name"]] = (
                identity.entity.looks[each["name"]].parse(each["value"], user) if each["value"] else ""
            )
        except Refused as no:
            each["fault"] = str(no)
    return values
