"""What the check of rights looks at here: the fields that a company has added."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.additions import shape_of
from haike.fields.own_field.computed import Computed, readable
from haike.kernel.entity import Entity
from haike.kernel.look import EmailLook, PhoneLook
from haike.people.proof.walk import Walk, surface

SECRET = ("hidden", "masked")
LEAST_SECRET = 6
"""Shorter texts stand by chance in any page."""


def keeps_secret(walk: Walk, entity: Entity, name: str) -> bool:
    """Whether the user may not read a field, nor what a formula makes of it."""
    if walk.oracle.field(walk.user.pk, entity, name) in SECRET:
        return True
    look = entity.looks.get(name)
    return isinstance(look, Computed) and any(keeps_secret(walk, entity, each) for each in readable(look))


@surface("own_field", _("Own fields"))
def own_fields(walk: Walk, entity: Entity) -> None:
    """Values of hidden ones stand nowhere and cannot be found out by a filter; the others are there."""
    own = shape_of(entity).own
    enters = bool(own) and walk.ask(f"/api/v1/{entity.slug}/?limit=1").shown
    for name in own if enters else ():
        rule = json.dumps({"all": [{"field": name, "op": "filled", "value": ""}]})
        path = f"/api/v1/{entity.slug}/?{urlencode({'limit': 1, 'f': rule})}"
        shown = walk.ask(path).shown
        walk.asked["own_field"] += 1
        if "filled" in own[name].operators and shown == keeps_secret(walk, entity, name):
            walk.note("own_field", entity, 0, shown, path)
    for record in walk.sample.some(entity) if enters else ():
        _of_record(walk, entity, record, own)


def _of_record(walk: Walk, entity: Entity, record: Any, own: Any) -> None:
    base = entity.url_of(record)
    api = walk.ask(f"/api/v1/{entity.slug}/{record.pk}")
    answers = [api, *(walk.ask(path) for path in (base, f"{base}edit", f"{base}log", entity.url))]
    data, veiled = api.data(), walk.oracle.veiled(walk.user.pk, entity, record)
    for name, look in own.items():
        value = look.get(record)
        if look.blank(value):
            continue
        walk.asked["own_field"] += 1
        if keeps_secret(walk, entity, name) or (veiled and isinstance(look, PhoneLook | EmailLook)):
            text = look.text(value)
            seen = [each for each in answers if len(text) >= LEAST_SECRET and text in each.text]
            for answer in seen or ([api] if name in data else []):
                walk.shows_field("own_field", entity, record, name, answer.path)
        elif api.shown and data.get(name) != look.to_json(look.stored(record)):
            walk.note("own_field", entity, record.pk, False, f"{api.path} ({name})")
