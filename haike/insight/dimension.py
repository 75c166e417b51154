"""Dimensions: by what the records of a list can be counted, derived from the looks of its fields.

Each knows how the database groups by it, what its values are called, in which order they stand, and which lines of a
filter find the records of a value: a number in a pivot leads to just these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.chinese.pinyin import full_pinyin
from haike.find.finder import Find
from haike.find.grouped import By, ends_of, read_groups
from haike.kernel.division import divisions, full_name
from haike.kernel.entity import Entity
from haike.kernel.filter import Line, filterable
from haike.kernel.look import ChoiceLook, DateLook, Look, ReferenceLook, RegionLook, YesNoLook
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.kernel.preference import visible_keys
from haike.people.grants import organisation
from haike.refused import Refused

Label = str | Promise
Key = Any
"""A value of a dimension; None is "nothing given"."""
EMPTY, UNSEEN = _("(empty)"), _("(not visible to you)")
HIDDEN = "-"
"""The value of all links that lead to records the reader does not see."""
MOST_SPANS = 2_000
MOST_FILLED = 60
MOST_CHOSEN = 400
"""A filter takes so many values in one line, with room for more."""
UNITS: dict[str, Label] = {
    "day": _("by day"),
    "week": _("by week"),
    "month": _("by month"),
    "quarter": _("by quarter"),
    "year": _("by year"),
}
LEVELS: dict[str, tuple[Label, int]] = {
    "province": (_("by province"), 2),
    "city": (_("by city"), 4),
    "district": (_("by district"), 6),
}


@dataclass(frozen=True)
class Node:
    """A value with its place in the tree of its dimension; `whole` are the values it stands for with those below."""

    key: Key
    depth: int
    whole: frozenset[Key]
    parent: Key = None


class Dimension:
    """One dimension of one entity; subclasses say what is particular to a kind of field."""

    is_tree = False
    by_size = False
    """Whether the greatest stands first unless somebody says otherwise."""

    def __init__(self, key: str, label: Label, look: Look) -> None:
        self.key, self.label, self.look = key, label, look

    @property
    def path(self) -> str:
        """The path to the column; links are grouped by their keys."""
        return self.look.column

    def prepare(self, find: Find) -> None:
        """Look at what is found before it is grouped."""

    def by(self) -> By:
        """How the database groups."""
        return By(self.path)

    def value(self, raw: Any) -> Key:
        """The value of what the database gave."""
        return raw if raw != "" else None

    def learn(self, values: Collection[Key], user: Actor) -> Mapping[Key, Key]:
        """Read what `text` and `place` need, for all values at once; those that stand for another one are told."""
        return {}

    def text(self, key: Key) -> str:
        """What a value is called."""
        return str(EMPTY) if key is None else self.look.text(key)

    def place(self, key: Key) -> Any:
        """By what values are put in order; "nothing given" comes last by itself."""
        return self.text(key)

    def lines(self, keys: Collection[Key]) -> list[Line] | None:
        """The lines of a filter that find the records of these values, None where no filter does."""
        if not self._plain:
            return None
        if None in keys:
            return [Line(self.look, "empty", "")] if len(keys) == 1 else None
        return self._lines(keys) if len(keys) <= MOST_CHOSEN else None

    @property
    def _plain(self) -> bool:
        """Whether a filter by a value finds just the records with this value; that of a category finds more."""
        return type(self.look).condition.__module__.startswith(("haike.kernel.look.", "haike.fields.own_field."))

    def _lines(self, keys: Collection[Key]) -> list[Line] | None:
        return [Line(self.look, "one_of", [str(key) for key in sorted(keys)])]

    def among(self, known: Collection[Key]) -> list[Key]:
        """The values between those known that had no rows; none for most."""
        return []


class ChoiceDimension(Dimension):
    """One of a few words."""

    def learn(self, values: Collection[Key], user: Actor) -> Mapping[Key, Key]:
        options = self.look.options()  # type: ignore[attr-defined]
        self._places = {code: place for place, code in enumerate(options)}
        return {}

    def place(self, key: Key) -> Any:
        return (self._places.get(str(key), len(self._places)), str(key))


class YesNoDimension(Dimension):
    """Yes or no."""

    def value(self, raw: Any) -> Key:
        return bool(raw)

    def place(self, key: Key) -> Any:
        return not key

    def lines(self, keys: Collection[Key]) -> list[Line] | None:
        return [Line(self.look, "yes" if True in keys else "no", "")] if len(set(keys)) == 1 else []


class SpanDimension(Dimension):
    """Days or moments by day, week, month, quarter or year; a value is the first day of its span."""

    def __init__(self, key: str, label: Label, look: DateLook, unit: str) -> None:
        super().__init__(key, label, look)
        self.unit, self.bound = unit, look.bound
        self.starts: list[date] = []

    def first(self, day: date) -> date:
        """The first day of the span in which a day lies."""
        if self.unit == "week":
            return day - timedelta(days=day.weekday())
        if self.unit == "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return {"day": day, "month": day.replace(day=1), "year": date(day.year, 1, 1)}[self.unit]

    def after(self, start: date) -> date:
        """The first day of the next span."""
        days = {"day": 1, "week": 7, "month": 31, "quarter": 100, "year": 366}[self.unit]
        return self.first(start + timedelta(days=days))

    def prepare(self, find: Find) -> None:
        low, high = (_day(edge) for edge in ends_of(find, self.path))
        if low is None or high is None:
            self.starts = [self.first(today())]
            return
        # A moment is a day earlier or later where the reader is.
        self.starts = list(self._all(low - timedelta(days=1), high + timedelta(days=1)))
        if len(self.starts) > MOST_SPANS:
            self.starts = self._in_years_with_rows(find, low.year - 1, high.year + 1)

    def _all(self, low: date, high: date) -> Iterator[date]:
        start = self.first(low)
        while start <= high:
            yield start
            start = self.after(start)

    def _in_years_with_rows(self, find: Find, low: int, high: int) -> list[date]:
        """One mistyped year leaves many without rows."""
        years = [date(year, 1, 1) for year in range(low, high + 1)]
        groups = read_groups(find, [By(self.path, tuple(self.bound(day) for day in years))])
        found: set[date] = set()
        for year in {years[max(group.keys[0] - 1, 0)].year for group in groups if group.keys[0] is not None}:
            found.update(self._all(date(year, 1, 1), date(year, 12, 31)))
            if len(found) > MOST_SPANS:
                said = _("“%(name)s” has more than %(most)s values here. Choose a coarser unit, or filter by a period.")
                raise Refused(said % {"name": self.label, "most": MOST_SPANS})
        return sorted(found)

    def by(self) -> By:
        return By(self.path, tuple(self.bound(day) for day in self.starts))

    def value(self, raw: Any) -> Key:
        return None if raw is None else self.starts[max(raw - 1, 0)]

    def text(self, key: Key) -> str:
        if key is None:
            return str(EMPTY)
        if self.unit == "quarter":
            return f"{key.year} Q{(key.month + 2) // 3}"
        if self.unit == "week":
            year, week, __ = key.isocalendar()
            return str(_("%(year)s week %(week)s") % {"year": year, "week": week})
        return {"day": key.isoformat(), "month": f"{key:%Y-%m}", "year": f"{key:%Y}"}[self.unit]

    def place(self, key: Key) -> Any:
        return key

    def _lines(self, keys: Collection[Key]) -> list[Line] | None:
        if len(keys) > 1:
            return None
        (start,) = keys
        last = self.after(start) - timedelta(days=1)
        return [Line(self.look, "between", [start.isoformat(), last.isoformat()])]

    def among(self, known: Collection[Key]) -> list[Key]:
        given = [key for key in known if key is not None]
        if not given:
            return []
        every = []
        for start in self._all(min(given), max(given)):
            every.append(start)
            if len(every) > MOST_FILLED:
                return []
        return [start for start in every if start not in set(given)]


class RegionDimension(Dimension):
    """Regions by province, city or district; a value is the beginning of their codes."""

    by_size = True

    def __init__(self, key: str, label: Label, look: RegionLook, digits: int) -> None:
        super().__init__(key, label, look)
        self.digits = digits

    def by(self) -> By:
        return By(self.path, first=self.digits)

    def _known(self, key: Key) -> tuple[str, bool]:
        """The code of a division, and whether it says no more than that the rest is not known."""
        code = str(key).ljust(6, "0")
        division = divisions().get(code)
        return code, division is None or division.level * 2 < self.digits

    def text(self, key: Key) -> str:
        if key is None:
            return str(EMPTY)
        code, vague = self._known(key)
        name = full_name(code) or str(key)
        return str(_("%(region)s (not said further)") % {"region": name}) if vague else name

    def place(self, key: Key) -> Any:
        return str(key)

    def _lines(self, keys: Collection[Key]) -> list[Line] | None:
        if len(keys) > 1:
            return None
        code, vague = self._known(next(iter(keys)))
        return None if vague else [Line(self.look, "in", [code])]


class PersonDimension(Dimension):
    """Colleagues; everybody knows their names."""

    by_size = True

    def text(self, key: Key) -> str:
        if key is None:
            return str(EMPTY)
        person = organisation().users.get(key)
        return str(person) if person is not None else f"#{key}"

    def place(self, key: Key) -> Any:
        return full_pinyin(self.text(key), person=True)


class LinkDimension(Dimension):
    """Records of another kind; those that the reader does not see are all in one line, without a name."""

    by_size = True
    look: ReferenceLook

    def __init__(self, key: str, label: Label, look: ReferenceLook) -> None:
        super().__init__(key, label, look)
        self._titles: dict[Key, str] = {}

    def learn(self, values: Collection[Key], user: Actor) -> Mapping[Key, Key]:
        keys = [value for value in values if value is not None]
        seen = visible_keys(self.look.entity, user, keys) if keys else set()
        self._seen = seen
        return {key: HIDDEN for key in keys if key not in seen}

    def name(self, keys: Collection[Key]) -> None:
        """Read the titles of values that are shown."""
        wanted = [key for key in keys if key not in (None, HIDDEN) and key not in self._titles]
        if wanted:
            rows = self.look.target._base_manager.filter(pk__in=wanted)
            self._titles |= {row.pk: str(row) for row in rows}

    def text(self, key: Key) -> str:
        if key in (None, HIDDEN):
            return str(EMPTY if key is None else UNSEEN)
        return self._titles.get(key, f"#{key}")

    def place(self, key: Key) -> Any:
        return (key == HIDDEN, self.text(key))

    def _lines(self, keys: Collection[Key]) -> list[Line] | None:
        return None if HIDDEN in keys else super()._lines(keys)


class DepartmentDimension(Dimension):
    """Departments with all below them, in the tree of today.

    With `people` the field names a person, whose department is the one he is in today; else it names the department
    itself, as it was when it was written down.
    """

    is_tree = True

    def __init__(self, key: str, label: Label, look: Look, *, people: bool) -> None:
        super().__init__(key, label, look)
        self.people = people

    def value(self, raw: Any) -> Key:
        if raw is None or not self.people:
            return raw
        person = organisation().users.get(raw)
        # Who has no department is told from a record without an owner: a filter finds him.
        return getattr(person, "department_id", None) or 0

    def text(self, key: Key) -> str:
        if key is None:
            return str(EMPTY)
        if key == 0:
            return str(_("(without department)"))
        department = organisation().departments.get(key)
        return str(department) if department is not None else f"#{key}"

    def place(self, key: Key) -> Any:
        """By the tree: above what is below."""
        if key == 0:
            return ((2, 0),)
        known = organisation().departments
        way = [int(part) for part in organisation().paths.get(key, f"/{key}/").split("/") if part]
        return tuple((1, known[pk].position if pk in known else 0, pk) for pk in way)

    def nodes(self, keys: Collection[Key]) -> list[Node]:
        """These departments and those above them, from the top down."""
        paths, given = organisation().paths, [key for key in keys if key]
        ways = {key: [int(part) for part in paths.get(key, f"/{key}/").split("/") if part] for key in given}
        every = {pk: way[: at + 1] for way in ways.values() for at, pk in enumerate(way)}
        found = []
        for pk in sorted(every, key=self.place):
            whole = frozenset(key for key in given if pk in ways[key])
            above = every[pk][-2] if len(every[pk]) > 1 else None
            found.append(Node(pk, len(every[pk]) - 1, whole, above))
        return found + [Node(key, 0, frozenset({key})) for key in (0, None) if key in keys]

    def _lines(self, keys: Collection[Key]) -> list[Line] | None:
        if not self.people:
            return super()._lines(keys)
        chosen = sorted(
            pk for pk, person in organisation().users.items() if (getattr(person, "department_id", None) or 0) in keys
        )
        if not chosen or len(chosen) > MOST_CHOSEN:
            return None
        return [Line(self.look, "one_of", [str(pk) for pk in chosen])]


def _day(edge: Any) -> date | None:
    if edge is None:
        return None
    day = date.fromisoformat(str(edge)[:10])
    return min(max(day, date(1, 2, 1)), date(9998, 1, 1))


def dimensions(entity: Entity, user: Actor) -> dict[str, Dimension]:
    """What the reader may count the records of this kind by, in the order of their fields: what he reads plainly."""
    found: dict[str, Dimension] = {}
    for name, look in filterable(entity, user).items():
        for dimension in _of(name, look):
            found[dimension.key] = dimension
    return found


def _of(name: str, look: Look) -> Iterator[Dimension]:
    if look.multiple or not look.operators or (look.field is None and not hasattr(look, "own")):
        return
    if isinstance(look, DateLook):
        for unit, said in UNITS.items():
            yield SpanDimension(f"{name}.{unit}", _labels(look, said), look, unit)
    elif isinstance(look, RegionLook):
        for level, (said, digits) in LEVELS.items():
            yield RegionDimension(f"{name}.{level}", _labels(look, said), look, digits)
    elif isinstance(look, ChoiceLook):
        yield ChoiceDimension(name, look.label, look)
    elif isinstance(look, YesNoLook):
        yield YesNoDimension(name, look.label, look)
    elif isinstance(look, ReferenceLook):
        yield from _links(name, look)


def _links(name: str, look: ReferenceLook) -> Iterator[Dimension]:
    target = look.target._meta.label
    if target == settings.AUTH_USER_MODEL:
        yield PersonDimension(name, look.label, look)
        yield DepartmentDimension(f"{name}.department", _labels(look, _("department today")), look, people=True)
    elif target == settings.HAIKE_DEPARTMENT_MODEL:
        label = _labels(look, pgettext_lazy("pivot", "as it was then")) if name == "department" else look.label
        yield DepartmentDimension(name, label, look, people=False)
    elif look.entity is not None:
        yield LinkDimension(name, look.label, look)


def _labels(look: Look, said: Label) -> str:
    return f"{look.label} · {said}"


def in_order(dimension: Dimension, keys: Collection[Key]) -> list[Key]:
    """Values in their own order, "nothing given" last."""
    given = sorted((key for key in keys if key is not None), key=dimension.place)
    return [*given, None] if None in keys else given


def name_all(dimension: Dimension, keys: Sequence[Key]) -> None:
    """Read the names of the values that are shown."""
    if isinstance(dimension, LinkDimension):
        dimension.name(keys)
