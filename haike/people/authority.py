"""How far somebody may lend his own power.

Nobody gives more rights than he has himself, and nobody manages the account of somebody who has more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entities
from haike.kernel.policy import ACTIONS, Actor
from haike.people.grants import FIELD_RIGHTS, NONE, REACHES, RoleFacts, RoleGrants, organisation
from haike.people.role.record import Role
from haike.people.switches import EVERY_GRANT
from haike.people.user.record import User
from haike.refused import Refused

_RANK = {NONE: 0, **{reach: rank for rank, reach in enumerate(REACHES, start=1)}}


def _labels(role: RoleFacts) -> set[str]:
    """Every entity, and a stand-in for each pattern of the role, for rooms that are not here yet."""
    found = {entity.label for entity in entities()}
    for key in {*role.rights, *role.field_rights}:
        found.add("any.any" if key == "*" else key.replace("*", "any"))
    return found


def covers(mine: RoleGrants, role: RoleFacts) -> bool:
    """Whether these rights include everything that the role gives."""
    if any(not mine.may_do(grant) for grant in role.grants):
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


def demand_covers(by: Actor, roles: Iterable[Any]) -> None:
    """Refuse to give roles that say more than one's own."""
    mine = by.grants
    if not isinstance(mine, RoleGrants):
        return
    for role in roles:
        facts = RoleFacts(role.key or "", role.rights, role.field_rights, frozenset(role.grants))
        if not covers(mine, facts):
            message = _("The role “%(role)s” has rights that you do not have yourself; you cannot give it.")
            raise Refused(fields={"roles": message % {"role": role}})


def outranks(by: Actor, user: Any) -> bool:
    """Whether one has every right that the user has, and so may act upon him."""
    mine = by.grants
    if not isinstance(mine, RoleGrants):
        return True
    house = organisation()
    return all(covers(mine, house.roles[role]) for role in house.roles_of.get(user.pk, ()))


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
