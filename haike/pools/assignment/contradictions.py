"""What is wrong with the rules before one is saved: rules that say two things, and rules that are never reached.

It is proved, not guessed: one rule covers another when each of its conditions follows from one of the other's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.division import divisions, find_division
from haike.kernel.entity import Label
from haike.kernel.filter import Group, Line
from haike.kernel.look.base import many
from haike.people.grants import organisation
from haike.pools.assignment.people import takers
from haike.pools.assignment.record import POOL, TERRITORY, AssignmentRule
from haike.pools.seas import seas
from haike.pools.territory.draw import parts_of
from haike.refused import Refused
from haike.segments.conditions import group_of


@dataclass(frozen=True)
class Stand:
    """A rule as it would stand after saving."""

    key: int
    name: str
    position: int
    group: Group
    goal: tuple[Any, ...]
    """To whom, so that two rules can be told apart."""


def contradictions(values: dict[str, Any], record: AssignmentRule | None) -> Iterator[Label]:
    """One sentence for each; `values` are those that are about to be saved."""

    def get(name: str) -> Any:
        if name in values:
            return values[name]
        if record is None:
            return [] if name in ("people", "departments") else getattr(AssignmentRule(), name)
        value = getattr(record, name)
        return list(value.all()) if hasattr(value, "all") else value

    try:
        group = group_of(get("conditions"))
    except Refused as no:
        yield str(no)
        return
    yield from _within(group)
    yield from _goals(get)
    if not get("active"):
        return
    goal = _goal(get("how"), get("people"), get("departments"), get("pool"))
    key = record.pk if record is not None else 0
    mine = Stand(key, get("name") or "", get("position") or 0, group, goal)
    others = [each for each in _stands(get("entity") or "") if each.key != mine.key]
    yield from _between(mine, others)


def _goal(how: str, people: Sequence[Any], departments: Sequence[Any], pool: Any) -> tuple[Any, ...]:
    if how == POOL:
        return (POOL, getattr(pool, "pk", None))
    if how == TERRITORY:
        return (TERRITORY,)
    return (how, frozenset(each.pk for each in people), frozenset(each.pk for each in departments))


def _stands(entity: str) -> list[Stand]:
    rows: Any = AssignmentRule.objects.live().filter(entity=entity, active=True)
    found = []
    for rule in rows.prefetch_related("people", "departments").order_by("position", "pk"):
        try:
            group = group_of(rule.conditions)
        except Refused:
            continue  # it fits nothing
        goal = _goal(rule.how, rule.people.all(), rule.departments.all(), rule.pool)
        found.append(Stand(rule.pk, rule.name, rule.position, group, goal))
    return found


def _between(mine: Stand, others: Sequence[Stand]) -> Iterator[Label]:
    place = (mine.position, mine.key or 2**62)
    for other in others:
        earlier = (other.position, other.key) < place
        first, second = (other, mine) if earlier else (mine, other)
        facts = {"first": first.name, "second": second.name}
        if covers(first.group, second.group) and covers(second.group, first.group):
            if first.goal != second.goal:
                text = _(
                    "“%(first)s” and “%(second)s” have the same conditions, but lead to others; the first decides."
                )
                yield str(text % facts)
            else:
                yield str(_("“%(first)s” and “%(second)s” say the same.") % facts)
        elif covers(first.group, second.group):
            text = _("“%(second)s” is never reached: “%(first)s”, which is asked before, takes all of it.")
            yield str(text % facts)


def _within(group: Group) -> Iterator[Label]:
    if group.any_of:
        return
    lines = [part for part in group.parts if isinstance(part, Line)]
    for place, one in enumerate(lines):
        for other in lines[place + 1 :]:
            if one.look.path == other.look.path and _exclude(one, other):
                text = _("“%(one)s” and “%(other)s” never hold together: the rule fits nothing.")
                yield str(text % {"one": one.say(), "other": other.say()})


def _goals(get: Any) -> Iterator[Label]:
    if get("how") == POOL:
        pool = get("pool")
        if pool is not None and not seas().members.get(pool.pk) and not seas().managers.get(pool.pk):
            yield str(_("Nobody may take anything out of “%(pool)s”: it has no members.") % {"pool": pool.name})
        return
    if get("how") == TERRITORY:
        if not parts_of(get("entity") or ""):
            yield str(_("No territory of these records is drawn and in use; the next rule is asked."))
        return
    people, departments = get("people"), get("departments")
    closed = [person for person in people if not person.is_active or person.deleted_at is not None]
    if closed:
        names = "、".join(str(person) for person in closed)
        yield str(_("These accounts are closed and are passed over: %(names)s.") % {"names": names})
    if (people or departments) and not takers(people, departments, organisation()):
        yield str(_("Nobody is left to whom this rule could give anything; the next rule is asked."))


# -- what follows from what --------------------------------------------------------------------------------------------


def covers(wide: Group, narrow: Group) -> bool:
    """Whether every record that fits `narrow` surely fits `wide`."""
    if not wide.parts:
        return True
    if wide == narrow or wide.to_data() == narrow.to_data():
        return True
    if narrow.any_of and len(narrow.parts) > 1:
        return all(covers(wide, part if isinstance(part, Group) else Group((part,))) for part in narrow.parts)
    if wide.any_of and len(wide.parts) > 1:
        return any(covers(part if isinstance(part, Group) else Group((part,)), narrow) for part in wide.parts)
    return all(_follows(part, narrow) for part in wide.parts)


def _follows(part: Line | Group, narrow: Group) -> bool:
    """Whether one condition of the wide rule follows from the narrow one."""
    if isinstance(part, Group):
        return covers(part, narrow)
    own = [each for each in narrow.parts if isinstance(each, Line)]
    groups = [each for each in narrow.parts if isinstance(each, Group)]
    return any(_implies(line, part) for line in own) or any(covers(Group((part,)), group) for group in groups)


def _implies(narrow: Line, wide: Line) -> bool:
    if narrow.look.path != wide.look.path:
        return False
    if wide.op == "filled":
        return narrow.op not in ("empty", "none_of", "lacks", "outside")
    if narrow.op != wide.op:
        return False
    mine, theirs = set(many(narrow.value)), set(many(wide.value))
    if wide.op == "one_of":
        return bool(mine) and mine <= theirs
    if wide.op == "none_of":
        return theirs <= mine
    if wide.op == "in":
        return _stem(narrow).startswith(_stem(wide))
    if wide.op == "outside":
        return _stem(wide).startswith(_stem(narrow))
    if wide.op in ("contains", "starts"):
        inner, outer = str(narrow.value).casefold(), str(wide.value).casefold()
        return outer in inner if wide.op == "contains" else inner.startswith(outer)
    return narrow.value == wide.value


def _exclude(one: Line, other: Line) -> bool:
    """Whether two conditions on one field never hold together; of fields with one value."""
    ops = {one.op, other.op}
    if "empty" in ops:
        return bool(ops & {"filled", "one_of", "in", "is", "contains", "starts"})
    if one.look.multiple:
        return False
    mine, theirs = set(many(one.value)), set(many(other.value))
    if one.op == other.op == "one_of":
        return mine.isdisjoint(theirs)
    if ops == {"one_of", "none_of"}:
        wanted, unwanted = (mine, theirs) if one.op == "one_of" else (theirs, mine)
        return wanted <= unwanted
    if one.op == other.op == "in":
        return not (_stem(one).startswith(_stem(other)) or _stem(other).startswith(_stem(one)))
    if ops == {"in", "outside"}:
        inside, outside = (one, other) if one.op == "in" else (other, one)
        return _stem(inside).startswith(_stem(outside))
    return False


def _stem(line: Line) -> str:
    """What the codes of all places inside the region of a condition begin with."""
    given = many(line.value)
    code = find_division(given[-1]) if given else ""
    return code[: divisions()[code].level * 2] if code else "?"
