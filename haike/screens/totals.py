"""Below which columns of a list its totals stand."""

from __future__ import annotations

from collections.abc import Mapping

from haike.kernel.entity import Entity
from haike.kernel.look import Look
from haike.kernel.policy import Actor


def totals_below(entity: Entity, user: Actor, shown: Mapping[str, Look]) -> tuple[dict[str, Look], list[str]]:
    """The columns shown with what is summed up below each: itself, or what it is in the company's own currency.

    And the names of the fields that are summed up.

    Amounts in several currencies have no sum; a field that tells them in the own one says by `of` whose that is.
    """
    found: dict[str, Look] = {}
    for name in entity.totals:
        if entity.right(user, name) in ("edit", "read"):
            look = entity.looks[name]
            below = name if name in shown else getattr(look.field, "of", "")
            if below in shown:
                found[below] = look.for_reader(user)
    return found, [look.name for look in found.values()]
