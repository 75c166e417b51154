"""Where everything goes: read from a form or the API, checked before anything is written, kept as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.handover.holding import AREA, DEAL, END, PERSON, SAME, SEA, STAY, Holding, Way, holdings
from haike.handover.records import RecordsHeld
from haike.kernel.policy import Actor
from haike.people.grants import grants_of, organisation
from haike.people.switches import EVERY_GRANT
from haike.people.user.entity import refuse_self
from haike.pools.seas import seas
from haike.refused import Refused

MOST_PEOPLE = 100


def held(user: Any) -> list[Holding]:
    """The holdings of which he has something."""
    return [each for each in holdings().values() if each.count(user)]


def check_heir(user: Any, heir: Any, by: Any) -> None:
    """Refuse the person himself and closed accounts."""
    if heir.pk == user.pk:
        raise Refused(_("%(name)s has them already. Choose a colleague.") % {"name": user})
    if not heir.is_active or heir.deleted_at is not None:
        raise Refused(_("The account of %(name)s is closed. Choose somebody who works here.") % {"name": heir})


def check_way(holding: Holding, way: Way, user: Any, by: Any) -> None:
    """Refuse a way that this holding or these people do not allow."""
    if way.how not in holding.ways_for(by):
        raise Refused(_("This cannot go there: %(kind)s.") % {"kind": holding.label})
    if way.how in (SAME, PERSON, DEAL) and not way.people:
        raise Refused(_("Choose who takes over: %(kind)s.") % {"kind": holding.label})
    if way.how == DEAL and isinstance(holding, RecordsHeld) and way.deal not in holding.deals():
        raise Refused(_("Choose how they are dealt out."))
    if way.how == SEA and way.pool and way.pool not in {pool.pk for pool in seas().of_entity(holding.key)}:
        raise Refused(_("This pool is not there any more."))
    for person in way.everybody:
        check_heir(user, person, by)
        holding.check(person, by)


def check_leaving(user: Any, by: Actor) -> None:
    """Refuse to let go whoever closes the door himself, and the last who has all rights."""
    refuse_self(user, by)
    house = organisation()
    others = (pk for pk, each in house.users.items() if pk != user.pk and each.is_active and each.deleted_at is None)
    if grants_of(user.pk).may_do(EVERY_GRANT) and not any(
        any(EVERY_GRANT in role.grants for role in grants_of(pk).roles) for pk in others
    ):
        raise Refused(_("This is the only user with all rights. Give them to somebody else first."))


def to_data(ways: Mapping[str, Way]) -> dict[str, Any]:
    """A plan as it is stored."""
    return {
        key: {
            "how": way.how,
            "people": [person.pk for person in way.people],
            "deal": way.deal,
            "pool": way.pool,
            "views": [[view, person.pk] for view, person in way.views],
        }
        for key, way in ways.items()
    }


def from_data(data: Mapping[str, Any]) -> dict[str, Way]:
    """A stored plan; people who are no longer known are left out, so that the check finds them missing."""
    users, found = organisation().users, {}
    for key, each in data.items():
        people = tuple(users[pk] for pk in each.get("people", ()) if pk in users)
        views = tuple((view, users[pk]) for view, pk in each.get("views", ()) if pk in users)
        found[key] = Way(each["how"], people, each.get("deal", ""), each.get("pool"), views)
    return found


def words(holding: Holding, way: Way) -> str:
    """Where it goes, in words."""
    names = str(_(", ")).join(str(person) for person in way.people)
    if way.how in (SAME, PERSON) or (way.how == DEAL and len(way.people) == 1):
        return names
    if way.how == DEAL and isinstance(holding, RecordsHeld):
        return f"{names} · {holding.deals().get(way.deal, '')}"
    if way.how == SEA:
        pool = seas().pools.get(way.pool) if way.pool else None
        return str(pool.name if pool is not None else _("The pool where each belongs"))
    texts = {AREA: _("Isolation area"), STAY: _("Stays where it is"), END: _("Is ended")}
    return str(texts.get(way.how, ""))


def foreseen(holding: Holding, way: Way, user: Any, by: Any, seed: int) -> list[tuple[str, int]]:
    """(to whom or where, how many) as it would be now; what may not be handed over is not counted."""
    if not isinstance(holding, RecordsHeld):
        return [(words(holding, way), holding.movable(user, by))]
    found: dict[str, int] = {}
    people = dict(way.views)
    for view, keys in holding.shares(user, by, way):
        if view is not None:
            name = _("%(name)s (“%(view)s”)") % {"name": people[view.pk], "view": view.name}
            found[str(name)] = len(keys)
        elif way.how in (SAME, PERSON, DEAL) and len(way.people) > 1 and len(keys) <= MOST_DEALT:
            for person in holding.owners(way, keys, seed).values():
                found[str(person)] = found.get(str(person), 0) + 1
        else:
            found[words(holding, way)] = found.get(words(holding, way), 0) + len(keys)
    return list(found.items())


MOST_DEALT = 2_000
"""Over so many records the preview does not deal out one by one."""
