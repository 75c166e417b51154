"""How far somebody may lend his own power.

Nobody gives more rights than he has himself, and nobody manages the account of somebody who has more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entities
from haike.kernel.policy import ACTIONS, Actor
from haike.people.grants import FIELD_RIGHTS, NONE, REACHES, RoleFacts, RoleGrants, organisation
from haike.people.reveal.budget import BUDGET, UNLIMITED, budget_by
from haike.people.role.record import Role
from haike.people.switches import EVERY_GRANT
from haike.people.user.record import User
from haike.refused import Refused

REVEAL = "reveal"
_RANK = {NONE: 0, **{reach: rank for rank, reach in enumerate(REACHES, start=1)}}


def _labels(role: RoleFacts) -> set[str]:
    """Every entity, and a stand-in for each pattern of the role, for rooms that are not here yet."""
    found = {entity.label for entity in entities()}
    for key in {*role.rights, *role.field_rights}:
        found.add("any.any" if key == "*" else key.replace("*", "any"))
    return found


def covers(mine: RoleGrants, role: RoleFacts, key: int | None = None) -> bool:
    """Whether these rights include everything that the role gives; `key` tells which tab schemes it has."""
    if any(not mine.may_do(grant) for grant in role.grants):
        return False
    if _looks_given(role) > (budget_by(mine) or inf if mine.may_do(REVEAL) else 0):
        return False
    if any(not _covers_tabs(mine, role, key, label) for label in {each.entity for each in organisation().schemes}):
        return False
    for label in _labels(role):
        for action in ACTIONS:
            asked = _RANK.get(role.reach(label, action), 0)
            if asked > max((_RANK[reach] for reach in mine.reaches(label, action)), default=0):
                return False
        fields = {name for each in mine.roles for row in each.field_rights.values() for name in row}
        if role.knows(label) and any(
            FIELD_RIGHTS.index(role.right(label, name)) > FIELD_RIGHTS.index(mine.field_right(label, name))
            for name in fields
        ):
            return False
    return True


def _looks_given(role: RoleFacts) -> float:
    """How many masked values a role lets one look at in a day; its number counts for who may reveal by another one."""
    if {UNLIMITED, EVERY_GRANT} & role.grants:
        return inf
    if role.reveals is None and REVEAL not in role.grants:
        return 0
    return (int(BUDGET()) if role.reveals is None else role.reveals) or inf


def _covers_tabs(mine: RoleGrants, role: RoleFacts, key: int | None, label: str) -> bool:
    """Whether one sees every tab of these records that the role shows."""
    seen = mine.tabs(label)
    if seen is None or not role.knows(label):
        return True
    schemes = [each.tabs for each in organisation().schemes if each.entity == label and key in each.roles]
    return bool(schemes) and frozenset().union(*schemes) <= seen


def demand_covers(by: Actor, roles: Iterable[Any]) -> None:
    """Refuse to give roles that say more than one's own."""
    mine = by.grants
    if not isinstance(mine, RoleGrants):
        return
    for role in roles:
        facts = RoleFacts(role.key or "", role.rights, role.field_rights, frozenset(role.grants), role.reveals)
        if not covers(mine, facts, role.pk):
            message = _("The role “%(role)s” has rights that you do not have yourself; you cannot give it.")
            raise Refused(fields={"roles": message % {"role": role}})


def outranks(by: Actor, user: Any) -> bool:
    """Whether one has every right that the user has, and so may act upon him."""
    mine = by.grants
    if not isinstance(mine, RoleGrants):
        return True
    house = organisation()
    return all(covers(mine, house.roles[role], role) for role in house.roles_of.get(user.pk, ()))


def may_manage(by: Actor, user: Any) -> bool:
    """Whether one may change, close or lock this user's account."""
    return bool(user._haike_entity.policy.allows(by, "edit", user)) and outranks(by, user)


def demand_may_manage(by: Actor, user: Any) -> None:
    """Refuse to act on a user outside one's group or with more rights than one has."""
    if not user._haike_entity.policy.allows(by, "edit", user):
        raise Refused(_("You manage the users of your own group only."))
    if not outranks(by, user):
        raise Refused(
            _("%(name)s has rights that you do not have; only somebody with those may do this.") % {"name": user}
        )


def is_there_a_boss() -> bool:
    """Whether somebody in use may do everything; asked of the database, in the middle of changes."""
    roles = [pk for pk, grants in Role.objects.live().values_list("pk", "grants") if EVERY_GRANT in grants]
    return bool(User.objects.live().filter(is_active=True, roles__in=roles).exists())


@contextmanager
def keeping_a_boss() -> Iterator[None]:
    """Refuse what would take all rights from the last user who has them."""
    before = is_there_a_boss()
    yield
    if before and not is_there_a_boss():
        raise Refused(_("This is the only user with all rights. Give them to somebody else first."))
