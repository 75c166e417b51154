"""Who may do what with which record, said as one would explain it to a colleague.

Written anew from the words of the feature list: it reads the tables row by row and shares no line with the policy,
the grants or the query builder that it is compared with. Slow on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps

from haike.find.share import Share
from haike.kernel.entity import Entity
from haike.screens.module import field_off, is_off

HOUSE_ROOMS = {"kernel", "jobs", "api", "exchange", "people", "site"}
"""What the general row of a role says nothing about."""
CHANGING = {"edit", "delete", "restore", "purge", "bulk", "transfer", "share", "approve"}
WIDTH = ["hidden", "masked", "read", "edit"]

Rule = Callable[["Oracle", int, str, Any, bool], bool]
RULES: dict[str, Rule] = {}
"""What a kind of record (label) says beyond the usual: of (oracle, user, action, record, the usual answer). A room
that widens or narrows who sees what writes it down here a second time, in its plainest words."""

KEPT: dict[str, str] = {}
"""The grant that alone opens a kind of record (label), whatever the lines of the roles say of it."""

Widening = Callable[["Oracle", int, int | None, str, str], bool]
WIDENED: list[Widening] = []
"""Whether a room below lets a user act upon the records of an owner: of (oracle, user, owner, action, label). Like a
role's reach it counts only for those whose roles allow the act at all."""
VEILS: list[Callable[[Oracle, int, Any, str], bool]] = []
"""Whether it shows him a record only with masks: of (oracle, user, record, label of the kind that decides)."""
TABS: dict[tuple[str, str], Callable[[Oracle, int], bool]] = {}
"""Who sees a tab (label, key) that asks for more than the right to see the record: of (oracle, user)."""


class Oracle:
    """The rights as they stand in the tables at this moment."""

    def __init__(self) -> None:
        user, role = apps.get_model("people", "User"), apps.get_model("people", "Role")
        department = apps.get_model("people", "Department")
        self.people = {row.pk: row for row in user._base_manager.all()}
        self.roles = {row.pk: row for row in role._base_manager.all() if row.deleted_at is None}
        self.above = dict(department._base_manager.values_list("pk", "parent_id"))
        self.heads = dict(department._base_manager.values_list("pk", "manager_id"))
        self.further = set(user.departments.through._base_manager.values_list("user_id", "department_id"))
        self.has = set(user.roles.through._base_manager.values_list("user_id", "role_id"))
        self.schemes = [row for row in apps.get_model("people", "TabScheme")._base_manager.all() if not row.deleted_at]
        self.parents: dict[tuple[str, int], Any] = {}
        self.memory: dict[Any, Any] = {}
        self.shared: dict[tuple[str, int], dict[int, bool]] = {}

    # -- people ----------------------------------------------------------------------------------------------------

    def works_here(self, user: int) -> bool:
        """Whether the account is in use."""
        person = self.people.get(user)
        return person is not None and person.is_active and person.deleted_at is None

    def roles_of(self, user: int) -> list[Any]:
        """The roles somebody has."""
        if not self.works_here(user):
            return []
        return [role for key, role in self.roles.items() if (user, key) in self.has]

    def superiors(self, user: int) -> list[int]:
        """Everybody above somebody."""
        found: list[int] = []
        person = self.people.get(user)
        while person is not None and person.manager_id is not None and person.manager_id not in found:
            found.append(person.manager_id)
            person = self.people.get(person.manager_id)
        return found

    def sits_in(self, user: int) -> set[int]:
        """The departments somebody is a member of."""
        found = {place for one, place in self.further if one == user}
        person = self.people.get(user)
        if person is not None and person.department_id is not None:
            found.add(person.department_id)
        return found

    def above_department(self, department: int) -> list[int]:
        """The departments above one."""
        found: list[int] = []
        up = self.above.get(department)
        while up is not None and up not in found:
            found.append(up)
            up = self.above.get(up)
        return found

    # -- rights ----------------------------------------------------------------------------------------------------

    def reaches(self, user: int, action: str, label: str) -> set[str]:
        """How far somebody's roles reach with an act on a kind of record; the nearest line of a role counts."""
        found: set[str] = set()
        if is_off(label):
            return found
        room = label.split(".", maxsplit=1)[0]
        for role in self.roles_of(user):
            lines = [label, f"{room}.*"] + ([] if room in HOUSE_ROOMS else ["*"])
            for line in lines:
                said = (role.rights or {}).get(line, {}).get(action)
                if said is not None:
                    found.add(said)
                    break
        return found - {"none"}

    def is_within(self, user: int, owner: int | None, reaches: set[str]) -> bool:
        """Whether an owner's records are within these reaches of somebody."""
        if "all" in reaches:
            return True
        if owner is None or not reaches:
            return False
        if owner == user:
            return True
        if "subordinates" in reaches and user in self.superiors(owner):
            return True
        mine = self.sits_in(user) | {place for place, head in self.heads.items() if head == user}
        for place in self.sits_in(owner):
            if {"department", "below"} & reaches and place in mine:
                return True
            if "below" in reaches and mine & set(self.above_department(place)):
                return True
        return False

    def reaches_owner(self, user: int, owner: int | None, action: str, label: str) -> bool:
        """Whether somebody may do this to the records of an owner, by his roles and by what rooms below add."""
        reaches = self.reaches(user, action, label)
        if self.is_within(user, owner, reaches):
            return True
        return bool(reaches) and any(rule(self, user, owner, action, label) for rule in WIDENED)

    def may(self, user: int, action: str, entity: Entity, record: Any) -> bool:
        """Whether somebody may do this to this record."""
        usual = self._usual(user, action, entity, record)
        rule = RULES.get(entity.label)
        return rule(self, user, action, record, usual) if rule is not None else usual

    def _usual(self, user: int, action: str, entity: Entity, record: Any) -> bool:
        if record.deleted_at is not None or not self.works_here(user) or is_off(entity.label):
            return False
        if action != "view" and not self.reaches(user, action, entity.label):
            return False
        if entity.policy.everybody_sees:
            if action == "view":
                return True
        elif not self.reaches(user, "view", entity.label):
            return False
        through = entity.policy.through
        if through:
            # It goes with another record: who sees that one sees this.
            ruling: Any = entity.model._meta.get_field(through).related_model
            parent = self._parent(ruling, getattr(record, f"{through}_id"))
            label = ruling._meta.label_lower
            return bool(self.reaches(user, "view", label)) and (
                user in self._shares(label, parent.pk) or self.reaches_owner(user, parent.owner_id, "view", label)
            )
        shares = self._shares(entity.label, record.pk)
        if user in shares and (action not in CHANGING or shares[user]):
            return True
        within = self.reaches_owner(user, record.owner_id, action, entity.label)
        seen = entity.policy.everybody_sees or self.reaches_owner(user, record.owner_id, "view", entity.label)
        return within and seen

    def field(self, user: int, entity: Entity, name: str) -> str:
        """What somebody may do with a field: the most that a role allows which gives him the kind of record at all."""
        if field_off(name):
            return "hidden"
        best = "hidden" if entity.label.split(".")[0] not in HOUSE_ROOMS else "read"
        room, knowing = entity.label.split(".")[0], False
        for role in self.roles_of(user):
            lines = [entity.label, f"{room}.*"] + ([] if room in HOUSE_ROOMS else ["*"])
            if not self.knows(role, entity.label):
                continue
            said = next((r[name] for line in lines if name in (r := (role.field_rights or {}).get(line, {}))), "edit")
            best = said if not knowing or WIDTH.index(said) > WIDTH.index(best) else best
            knowing = True
        return best

    def knows(self, role: Any, label: str) -> bool:
        """Whether a role allows anything at all with a kind of record."""
        room, rights = label.split(".", maxsplit=1)[0], role.rights or {}
        lines = [label, f"{room}.*"] + ([] if room in HOUSE_ROOMS else ["*"])
        acts = {act for line in lines for act in rights.get(line, {})}
        given = [next(rights[line][act] for line in lines if act in rights.get(line, {})) for act in acts]
        return any(said != "none" for said in given)

    def does(self, user: int, grant: str) -> bool:
        """Whether a role gives somebody this special grant."""
        return any({grant, "*"} & set(role.grants or ()) for role in self.roles_of(user))

    def tab(self, user: int, entity: Entity, key: str) -> bool:
        """Whether somebody sees a tab: his own scheme says so, else the most generous of his roles."""
        needs = TABS.get((entity.label, key))
        if needs is not None and not needs(self, user):
            return False
        schemes = [scheme for scheme in self.schemes if scheme.entity == entity.label]
        for scheme in schemes:
            if scheme.users.filter(pk=user).exists():
                return key in scheme.tabs
        answers = []
        for role in self.roles_of(user):
            if self.knows(role, entity.label):
                given = [scheme for scheme in schemes if scheme.roles.filter(pk=role.pk).exists()]
                answers.append(not given or any(key in scheme.tabs for scheme in given))
        return any(answers) or not answers

    def veiled(self, user: int, entity: Entity, record: Any) -> bool:
        """Whether somebody sees the ways to reach people of this record as masks, whatever his roles say."""
        ruling = entity.parent or entity
        return any(veil(self, user, record, ruling.label) for veil in VEILS)

    def _parent(self, model: Any, key: int) -> Any:
        place = (model._meta.label_lower, key)
        if place not in self.parents:
            self.parents[place] = model._base_manager.get(pk=key)
        return self.parents[place]

    def _shares(self, label: str, key: int) -> dict[int, bool]:
        place = (label, key)
        if place not in self.shared:
            rows = Share.objects.filter(entity=label, record_id=key)
            self.shared[place] = {row.user_id: row.can_write for row in rows}
        return self.shared[place]
