"""Distances between places, and the order in which to visit them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

Place = tuple[float, float]
"""Longitude and latitude in degrees."""
EARTH = 6371.0088
"""Mean radius in km (IUGG)."""


def distance(one: Place, other: Place) -> float:
    """Kilometres between two places as the crow flies (haversine formula)."""
    (east, north), (far_east, far_north) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((far_north - north) / 2) ** 2 + cos(north) * cos(far_north) * sin((far_east - east) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def length(places: Sequence[Place]) -> float:
    """Kilometres of a way through places in their order."""
    return sum(distance(one, other) for one, other in pairwise(places))


def short_way(places: Sequence[Place], start: Place | None = None) -> list[int]:
    """The places' numbers in an order that makes a short way, from `start` or else from the first place.

    The nearest next one, then pieces are turned round as long as that shortens the way (2-opt). Not always the
    shortest, but for the stops of a day a way without detours.
    """
    if not places:
        return []
    left = list(range(len(places)))
    order = [] if start else [left.pop(0)]
    here = start or places[order[0]]
    while left:
        nearest = min(left, key=lambda at: distance(here, places[at]))
        left.remove(nearest)
        order.append(nearest)
        here = places[nearest]
    stops = [start, *(places[at] for at in order)] if start else [places[at] for at in order]
    numbers = [-1, *order] if start else order
    best = [*range(len(stops))]
    shorter = True
    while shorter:
        shorter = False
        for first in range(1, len(best) - 1):
            for last in range(first + 1, len(best)):
                turned = best[:first] + best[first : last + 1][::-1] + best[last + 1 :]
                if length([stops[at] for at in turned]) < length([stops[at] for at in best]) - 1e-9:
                    best, shorter = turned, True
    return [numbers[at] for at in best if numbers[at] >= 0]
