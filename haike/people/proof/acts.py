"""What is sent about records: of those that a user does not see, or may not touch, it does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, get_resolver
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.people.proof.walk import Walk, surface

GONE = frozenset({403, 404, 405})
ONE = re.compile(r"(?:<slug:slug>|([a-z0-9-]+))/<int:pk>/(.+)")
NOBODY = 2**31 - 1
"""A key that no record has."""
OWN = frozenset({"close"})
"""Acts on what is the user's own, such as the strip of open tabs."""


@cache
def _addresses() -> tuple[tuple[str, str], ...]:
    """All addresses below one record: the slug of its kind, empty for every kind, and what follows the key."""

    def below(patterns: Any, before: str = "") -> Iterator[str]:
        for each in patterns:
            route = before + str(each.pattern)
            if isinstance(each, URLPattern):
                yield route
            else:
                yield from below(each.url_patterns, route)

    found = [match.groups() for route in below(get_resolver().url_patterns) if (match := ONE.fullmatch(route))]
    return tuple(sorted({(slug or "", rest) for slug, rest in found if rest not in OWN}))


def _filled(entity: Entity, rest: str) -> str:
    """An address with a step, a field or a key in it."""
    step = next(iter(entity.flow.steps()), "x") if entity.flow is not None else "x"
    name = next((name for name, look in entity.looks.items() if look.editable), "x")
    known = {"<slug:step>": step, "<slug:name>": name}
    return re.sub(r"<(\w+):\w+>", lambda match: known.get(match[0], "1" if match[1] == "int" else "x"), rest)


@surface("acts", _("Acts on records"))
def acts(walk: Walk, entity: Entity) -> None:
    """Nothing answers about a record that the user does not see, and none changes that he may only look at.

    One record of a kind is enough: that the right rows are found for a user is what the other surfaces ask.
    """
    some = walk.sample.some(entity)
    walk.asked["acts"] += len(some)
    away = next((record for record in some if not walk.may(entity, record)), None)
    if away is not None:
        slugs = {entity.slug}
        if type(entity.policy) not in walk.tried:
            # What all kinds share is one code; what differs is who may.
            walk.tried.add(type(entity.policy))
            slugs.add("")
        for rest in (_filled(entity, rest) for slug, rest in _addresses() if slug in slugs):
            answer = walk.send(f"{entity.url_of(away)}{rest}", sure="1")
            # Who may not do this at all hears so, as of a record that was never there.
            if (
                answer.status not in GONE
                and answer.status != walk.send(f"{entity.url}{NOBODY}/{rest}", sure="1").status
            ):
                walk.note("acts", entity, away.pk, True, f"POST {answer.path}: {answer.status}")
    for act, needs in (("archive", "edit"), ("delete", "delete")):
        shut = [r for r in some if r.deleted_at is None and walk.may(entity, r) and not walk.may(entity, r, needs)]
        for record in shut[:1]:
            answer = walk.send(f"{entity.url_of(record)}{act}", version=str(record.version))
            if answer.status < 400:
                walk.note("acts", entity, record.pk, True, f"POST {act}: {answer.status}")
