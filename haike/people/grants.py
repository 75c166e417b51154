"""The rights of each user, resolved from his roles.

The whole organisation (who reports to whom, who sits in which department, which roles say what) is read once and kept
in the process until somebody changes it, so a request asks the database nothing to know what its user may do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from haike.kernel.policy import FieldRight
from haike.kernel.versioned import Versioned, bump
from haike.people.switches import EVERY_GRANT
from haike.screens.module import field_off, is_off

REACHES = ("own", "subordinates", "department", "below", "all")
NONE = "none"
HOUSE = frozenset({"kernel", "jobs", "api", "exchange", "people", "site"})
"""Rooms that "*" leaves out: running the house is a right of its own."""

MORE_OWNERS: list[Callable[[int, str, str], Iterable[int]]] = []
"""Rooms below widen the reach of a user (key) with an entity (label) and an action by further owners."""
VEILED_OWNERS: list[Callable[[int, str], Iterable[int]]] = []
"""And name the owners of whose records he sees personal fields masked."""

FIELD_RIGHTS: tuple[FieldRight, ...] = ("hidden", "masked", "read", "edit")
"""From the narrowest to the widest."""


@dataclass(frozen=True)
class RoleFacts:
    """What a role allows."""

    key: str
    rights: Mapping[str, Mapping[str, str]]
    field_rights: Mapping[str, Mapping[str, str]]
    grants: frozenset[str]
    reveals: int | None = None

    def reach(self, entity: str, action: str) -> str:
        """How far the role reaches with this action; NONE where it does not allow it."""
        for key in _keys(entity):
            reach = self.rights.get(key, {}).get(action)
            if reach is not None:
                return reach
        return NONE

    def right(self, entity: str, field_name: str) -> FieldRight:
        """What the role says about a field."""
        for key in _keys(entity):
            right = self.field_rights.get(key, {}).get(field_name)
            if right in FIELD_RIGHTS:
                return right
        return "edit"

    def knows(self, entity: str) -> bool:
        """Whether the role allows anything with this entity."""
        actions = {action for key in _keys(entity) for action in self.rights.get(key, {})}
        return any(self.reach(entity, action) != NONE for action in actions)


def _keys(entity: str) -> tuple[str, ...]:
    room = entity.partition(".")[0]
    return (entity, f"{room}.*") if room in HOUSE else (entity, f"{room}.*", "*")


@dataclass(frozen=True)
class SchemeFacts:
    """The tabs of a kind of record (label) that some roles and users (keys) see."""

    entity: str
    tabs: frozenset[str]
    roles: frozenset[int]
    users: frozenset[int]


@dataclass
class Organisation:
    """Who is where, as kept in the process."""

    users: dict[int, Any] = field(default_factory=dict)
    roles: dict[int, RoleFacts] = field(default_factory=dict)
    roles_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    departments: dict[int, Any] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    departments_of: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    members: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    reports: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    schemes: list[SchemeFacts] = field(default_factory=list)
    grants: dict[int, RoleGrants] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)
    """What others have worked out from it; forgotten with it."""

    def below(self, user_id: int) -> set[int]:
        """The user and everybody who reports to him, at any remove."""
        found, waiting = {user_id}, [user_id]
        while waiting:
            for report in self.reports.get(waiting.pop(), ()):
                if report not in found:
                    found.add(report)
                    waiting.append(report)
        return found

    def above(self, user_id: int) -> set[int]:
        """Everybody to whom the user reports, at any remove, and who manages a department that he is in."""
        found: set[int] = set()
        person = self.users.get(user_id)
        while person is not None and person.manager_id and person.manager_id not in found:
            found.add(person.manager_id)
            person = self.users.get(person.manager_id)
        paths = "".join(self.paths[place] for place in self.departments_of.get(user_id, ()))
        found |= {self.departments[int(key)].manager_id for key in paths.split("/") if key}
        return found - {None, user_id}

    def inside(self, departments: Iterable[int]) -> set[int]:
        """The users of these departments."""
        return {user for department in departments for user in self.members.get(department, ())}

    def subtree(self, departments: Iterable[int]) -> set[int]:
        """These departments and all below them."""
        tops = {f"/{department}/" for department in departments}
        return {pk for pk, path in self.paths.items() if any(top in path for top in tops)}


def _read() -> Organisation:
    user_model, role_model = apps.get_model("people", "User"), apps.get_model("people", "Role")
    department_model = apps.get_model("people", "Department")
    found = Organisation()
    for role in role_model._base_manager.filter(deleted_at__isnull=True):
        found.roles[role.pk] = RoleFacts(
            role.key or "", role.rights or {}, role.field_rights or {}, frozenset(role.grants or ()), role.reveals
        )
    for department in department_model._base_manager.all():
        found.departments[department.pk] = department
        found.paths[department.pk] = department.path
        if department.manager_id:
            found.departments_of[department.manager_id].add(department.pk)
    for user in user_model._base_manager.all():
        found.users[user.pk] = user
        if user.department_id:
            found.departments_of[user.pk].add(user.department_id)
            found.members[user.department_id].add(user.pk)
        if user.manager_id:
            found.reports[user.manager_id].append(user.pk)
    for user_id, department_id in user_model.departments.through._base_manager.values_list("user_id", "department_id"):
        found.departments_of[user_id].add(department_id)
        found.members[department_id].add(user_id)
    for user_id, role_id in user_model.roles.through._base_manager.values_list("user_id", "role_id"):
        if role_id in found.roles:
            found.roles_of[user_id].append(role_id)
    schemes = apps.get_model("people", "TabScheme")._base_manager.filter(deleted_at__isnull=True)
    for scheme in schemes.prefetch_related("roles", "users"):
        roles, users = ({each.pk for each in some.all()} for some in (scheme.roles, scheme.users))
        found.schemes.append(SchemeFacts(scheme.entity, frozenset(scheme.tabs), frozenset(roles), frozenset(users)))
    return found


organisation: Versioned[Organisation] = Versioned("people", _read)


def organisation_changed() -> None:
    """Tell every process that users, departments or roles have changed."""
    bump("people")


class RoleGrants:
    """The rights of one user: the widest that any of his roles gives."""

    def __init__(self, house: Organisation, user_id: int) -> None:
        user = house.users.get(user_id)
        alive = user is not None and user.is_active and user.deleted_at is None
        self.user_id = user_id
        self.role_ids = list(house.roles_of.get(user_id, ())) if alive else []
        self.roles = [house.roles[role] for role in self.role_ids]
        self._house = house
        self._owners: dict[frozenset[str], tuple[int, ...] | None] = {}
        self._widened: dict[tuple[str, str], tuple[int, ...] | None] = {}
        self._veiled: dict[str, frozenset[int]] = {}
        self._reaches: dict[tuple[str, str], frozenset[str]] = {}
        self._fields: dict[tuple[str, str], FieldRight] = {}
        self._tabs: dict[str, frozenset[str] | None] = {}

    def reaches(self, entity: str, action: str) -> frozenset[str]:
        """How far his roles reach with this action; empty when none allows it."""
        key = (entity, action)
        if key not in self._reaches:
            # What belongs to a module that is off is nobody's.
            roles = () if is_off(entity) else self.roles
            self._reaches[key] = frozenset(role.reach(entity, action) for role in roles) - {NONE}
        return self._reaches[key]

    def may(self, entity: str, action: str) -> bool:
        """Whether any of his roles allows the action at all."""
        return bool(self.reaches(entity, action))

    def owner_ids(self, entity: str, action: str) -> tuple[int, ...] | None:
        """Whose records he may act on; None is everybody's and nobody's. Closed users still count as owners."""
        key = (entity, action)
        if key not in self._widened:
            self._widened[key] = self._widen(self._owners_by(self.reaches(entity, action)), entity, action)
        return self._widened[key]

    def _widen(self, owners: tuple[int, ...] | None, entity: str, action: str) -> tuple[int, ...] | None:
        if not owners:
            return owners
        more = {owner for source in MORE_OWNERS for owner in source(self.user_id, entity, action)}
        return tuple(sorted(more.union(owners))) if more else owners

    def _owners_by(self, reaches: frozenset[str]) -> tuple[int, ...] | None:
        if reaches not in self._owners:
            self._owners[reaches] = None if "all" in reaches else tuple(sorted(self._owners_of(reaches)))
        return self._owners[reaches]

    def veiled_owner_ids(self, entity: str) -> frozenset[int]:
        """Whose records he sees with ways to reach people as masks; nobody's for those who see all."""
        if entity not in self._veiled:
            everything = self.owner_ids(entity, "view") is None
            found = () if everything else (owner for source in VEILED_OWNERS for owner in source(self.user_id, entity))
            self._veiled[entity] = frozenset(found)
        return self._veiled[entity]

    def _owners_of(self, reaches: frozenset[str]) -> set[int]:
        found = {self.user_id} if reaches else set()
        if "subordinates" in reaches:
            found |= self._house.below(self.user_id)
        mine = self._house.departments_of.get(self.user_id, set())
        if "below" in reaches:
            found |= self._house.inside(self._house.subtree(mine))
        elif "department" in reaches:
            found |= self._house.inside(mine)
        return found

    def field_right(self, entity: str, field: str) -> FieldRight:
        """The most that a role which knows the entity allows; a role that gives no access to it lifts nothing."""
        key = (entity, field)
        if key not in self._fields:
            rights = [role.right(entity, field) for role in self.roles if role.knows(entity)]
            # Names of colleagues and departments stand everywhere, even for those who may not open their pages.
            nothing: FieldRight = "read" if entity.partition(".")[0] in HOUSE else "hidden"
            most = max(rights, key=FIELD_RIGHTS.index) if rights else nothing
            self._fields[key] = "hidden" if field_off(field) else most
        return self._fields[key]

    def tabs(self, entity: str) -> frozenset[str] | None:
        """The tabs of these records that he sees; None is all of them. His own scheme counts before those of roles."""
        if entity not in self._tabs:
            self._tabs[entity] = self._tabs_of(entity)
        return self._tabs[entity]

    def _tabs_of(self, entity: str) -> frozenset[str] | None:
        schemes = [scheme for scheme in self._house.schemes if scheme.entity == entity]
        own = [scheme.tabs for scheme in schemes if self.user_id in scheme.users]
        if own or not schemes:
            return frozenset().union(*own) if own else None
        found: set[str] = set()
        knowing = [role for role in self.role_ids if self._house.roles[role].knows(entity)]
        for role in knowing:
            given = [scheme.tabs for scheme in schemes if role in scheme.roles]
            if not given:
                return None
            found.update(*given)
        return frozenset(found) if knowing else None

    def may_do(self, grant: str) -> bool:
        """Whether one of his roles has this special grant."""
        return any(grant in role.grants or EVERY_GRANT in role.grants for role in self.roles)

    def all_grants(self) -> Iterator[str]:
        """The names of his special grants."""
        yield from sorted({grant for role in self.roles for grant in role.grants})


def grants_of(user_id: int | None) -> RoleGrants:
    """The rights of a user."""
    house = organisation()
    if user_id is None:
        return RoleGrants(house, 0)
    held = house.grants.get(user_id)
    if held is None:
        held = house.grants[user_id] = RoleGrants(house, user_id)
    return held
