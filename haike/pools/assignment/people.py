"""Who gets what a rule deals out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from haike.pools.seas import seas


def takers(people: Iterable[Any], departments: Iterable[Any], house: Any) -> list[Any]:
    """The people of a rule who work here: those named, and everybody inside the departments, by their keys."""
    keys = {each.pk for each in people} | house.inside(house.subtree(each.pk for each in departments))
    accounts = seas().by_account
    found = (house.users.get(key) for key in sorted(keys - accounts.keys()))
    return [user for user in found if user is not None and user.is_active and user.deleted_at is None]
