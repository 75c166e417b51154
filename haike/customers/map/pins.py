"""What the map shows of the customers a user has found: pins, and squares with their number where pins are too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import Any

from haike.customers.customer.record import Customer
from haike.customers.map.route import Place, distance
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity, entity_of
from haike.kernel.filter import Group, Line, filterable
from haike.kernel.policy import Actor
from haike.kernel.selection import Selection

MOST_PINS = 600
"""More of them at once are a heap; from then on squares are counted."""
SQUARE = 72
"""Side of a square in pixels of the screen."""
NEAREST = 20
"""At most so many are told."""
ENOUGH = 8
"""With so many one looks no farther: customers of another city would make a heap of those around the corner."""
CIRCLES = (0.5, 2.0, 10.0, 50.0, 250.0, 1000.0)
"""Kilometres to look around, one after the other until there are enough."""
MOST_NEAR = 2_000
DEGREE = 111.2
"""Kilometres of a degree of latitude."""
COLOURS = ("blue", "teal", "orange", "purple", "pink", "green", "yellow", "red")
BY = {"stage": "customer_stage", "level": "customer_level", "kind": "customer_kind", "owner": ""}
"""By what pins are coloured, and the dictionary of its colours."""


@dataclass(frozen=True)
class Box:
    """A part of the map: longitudes and latitudes in degrees (GCJ-02)."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, place: Place, kilometres: float) -> Box:
        """A box that holds the circle around a place."""
        up = kilometres / DEGREE
        # Towards the poles degrees of longitude shrink; China ends at 54 degrees, where they have 0.58 of their width.
        across = up / 0.5
        return cls(place[0] - across, place[1] - up, place[0] + across, place[1] + up)

    def narrowed(self, selection: Selection) -> Selection:
        """The selection's customers within the box. Refused where the user may not read places."""
        looks = filterable(selection.entity, selection.user)
        lines = (
            Line(looks["longitude"], "between", [f"{self.west:.6f}", f"{self.east:.6f}"]),
            Line(looks["latitude"], "between", [f"{self.south:.6f}", f"{self.north:.6f}"]),
        )
        # The order does not matter on a map, and the list's own may be by a column that slows the search down.
        return replace(selection, filter=Group((selection.filter, *lines)), sort=selection.entity.sort)


def may_see_places(user: Actor) -> bool:
    """Whether the map is for this user at all: a masked place is no place."""
    entity = entity_of(Customer)
    return entity.policy.may(user, "view") and all(
        entity.right(user, name) in ("read", "edit") for name in ("longitude", "latitude")
    )


def place_of(customer: Customer) -> Place:
    """Where a customer is; he must have a place."""
    return float(customer.longitude), float(customer.latitude)  # type: ignore[arg-type]


def draw(selection: Selection, box: Box, zoom: int, by: str) -> dict[str, Any]:
    """Pins or squares within the box, and what the colours say.

    At `zoom` 0 the world has 256 pixels; each step doubles them.
    """
    found = box.narrowed(selection)
    if found.find.count(MOST_PINS)[1]:
        squares = found.find.squares("longitude", "latitude", SQUARE * 360 / (256 * 2**zoom))
        places = [{"number": number, "place": [round(x, 5), round(y, 5)]} for number, x, y in squares]
        return {"pins": [], "squares": places, "legend": []}
    records = _seen(found, found.find.page(MOST_PINS).ids, ["name", by] if by in BY else ["name"])
    paint = _Paint(found.entity, found.user, by)
    pins = [
        {"id": row.pk, "name": row.name, "place": list(place_of(row)), "colour": paint.colour(row)} for row in records
    ]
    return {"pins": pins, "squares": [], "legend": paint.legend()}


def _seen(selection: Selection, ids: list[int], columns: list[str]) -> Iterator[Customer]:
    policy = selection.entity.policy
    for row in selection.rows(ids, [*columns, "longitude", "latitude"]):
        if row.longitude is not None and policy.right_to(selection.user, "longitude", row) in ("read", "edit"):
            yield row


def extent(selection: Selection) -> list[float]:
    """West, south, east and north of what was found, in degrees, without the few that lie far from the others."""
    side = 0.2
    squares = Box(-180, -90, 180, 90).narrowed(selection).find.squares("longitude", "latitude", side)
    ends = [_most([(square[at], square[0]) for square in squares]) for at in (1, 2)] if squares else []
    # What lies in a square is told by its middle only.
    return [end[at] + grow for at, grow in ((0, -side), (1, side)) for end in ends]


def _most(weighted: list[tuple[float, int]]) -> tuple[float, float]:
    """The least and the greatest of values with weights, with up to a twentieth left out at each end."""
    spare = sum(weight for _, weight in weighted) / 20 if len(weighted) > 10 else 0
    ends = []
    for values in (sorted(weighted), sorted(weighted, reverse=True)):
        passed = accumulate(weight for _, weight in values)
        ends.append(next(value for (value, _), so_far in zip(values, passed, strict=True) if so_far > spare))
    return ends[0], ends[1]


def nearest(selection: Selection, place: Place) -> list[tuple[float, Customer]]:
    """Those found that are nearest to a place, with the kilometres to each."""
    close: list[tuple[float, Customer]] = []
    for radius in CIRCLES:
        found = Box.around(place, radius).narrowed(selection)
        ids = list(islice(found.find.ids(), MOST_NEAR))
        rows = [(distance(place, place_of(row)), row) for row in _seen(found, ids, ["name", "address", "region"])]
        # In the corners of the box there may be some that are farther away than others outside of it.
        close = sorted((pair for pair in rows if pair[0] <= radius), key=lambda pair: (pair[0], pair[1].pk))
        if len(close) >= ENOUGH or len(ids) >= MOST_NEAR:
            break
    return close[:NEAREST]


class _Paint:
    """Gives pins their colours by a field that the user may read."""

    def __init__(self, entity: Entity, user: Actor, by: str) -> None:
        readable = by in BY and entity.right(user, by) in ("read", "edit")
        self.look = entity.looks[by] if readable else None
        self.words = words_of(BY[by]) if readable and BY[by] else {}
        self.known: dict[Any, tuple[str, str]] = {}

    def colour(self, record: Customer) -> str:
        if self.look is None:
            return "blue"
        value = self.look.get(record)
        key = getattr(value, "pk", value)
        if key not in self.known:
            if self.look.blank(value):
                self.known[key] = ("", "grey")
            else:
                given = self.words[key].colour if key in self.words else ""
                # A person has the same colour wherever the map is moved to; words without one take turns.
                turn = key if isinstance(key, int) else len(self.known)
                self.known[key] = (self.look.text(value), given or COLOURS[turn % len(COLOURS)])
        return self.known[key][1]

    def legend(self) -> list[dict[str, str]]:
        return [{"label": label or "–", "colour": colour} for label, colour in self.known.values()]
