"""Who reaches a record, and why.

Whether somebody does is the policy's word, the same one that lists and pages go by; the reasons are worked out from the
owner's side: who stands above him, who sits in his departments. So five thousand users cost no query each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.find.share import Share
from haike.kernel.entity import Entity, Label
from haike.people.grants import Organisation, organisation

MORE_REASONS: list[Callable[[Entity, Any, Any], Iterable[Label]]] = []
"""Rooms below that widen who sees what (a public sea) say why: of (entity, record, user)."""

KINDS: dict[str, Label] = {
    "owner": _("owner"),
    "superior": _("superior of the owner"),
    "department": _("same department as the owner"),
    "below": _("department above the owner's"),
    "all": _("sees all"),
    "share": _("shared with"),
    "everybody": _("everybody sees these"),
    "other": _("by another rule"),
}


@dataclass(frozen=True)
class Reason:
    """One reason: its kind, the roles (keys) that give it, and what else there is to say."""

    kind: str
    roles: tuple[int, ...] = ()
    detail: Label = ""

    @property
    def label(self) -> Label:
        """The reason in a few words."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Access:
    """One user who reaches the record: whether he may change it, and why he sees it."""

    user: Any
    writes: bool
    reasons: tuple[Reason, ...]


class RecordAccess:
    """Who reaches one record."""

    def __init__(self, entity: Entity, record: Any) -> None:
        self.entity, self.record = entity, record
        self.ruling = entity.parent or entity
        self.ruling_key: int = getattr(record, f"{entity.policy.through}_id") if entity.parent else record.pk
        self._house: Organisation = organisation()

    @cached_property
    def shares(self) -> dict[int, Share]:
        """The shares of the record that decides, by user."""
        rows = Share.objects.filter(entity=self.ruling.label, record_id=self.ruling_key)
        return {share.user_id: share for share in rows}

    @cached_property
    def _writable(self) -> Mapping[int, bool]:
        return {user: share.can_write for user, share in self.shares.items()}

    @cached_property
    def _superiors(self) -> set[int]:
        """Everybody above the owner."""
        users, found, above = self._house.users, set[int](), self.record.owner_id
        while (user := users.get(above)) is not None and user.manager_id not in (None, *found):
            above = user.manager_id
            found.add(above)
        return found

    @cached_property
    def _departments(self) -> set[int]:
        """Where the owner sits."""
        owner = self.record.owner_id
        return {department for department, members in self._house.members.items() if owner in members}

    @cached_property
    def _branch(self) -> set[int]:
        """Where the owner sits, and every department above."""
        paths = (self._house.paths.get(department, "") for department in self._departments)
        return {int(key) for path in paths for key in path.split("/") if key}

    def everybody(self) -> list[Access]:
        """All users in use who see the record: its owner first, then those who may change it, each by name."""
        found = [self.of(user) for user in self._house.users.values() if user.is_active and user.deleted_at is None]
        known = [each for each in found if each is not None]
        return sorted(known, key=self._rank)

    def _rank(self, access: Access) -> tuple[Any, ...]:
        user = access.user
        return user.pk != self.record.owner_id, not access.writes, user.name_pinyin, user.pk

    def of(self, user: Any) -> Access | None:
        """Why this user sees the record; None where he does not."""
        policy = self.entity.policy
        if not policy.allows(user, "view", self.record, self._writable):
            return None
        reasons = tuple(self._reasons(user)) or (Reason("other"),)
        return Access(user, policy.allows(user, "edit", self.record, self._writable), reasons)

    def _reasons(self, user: Any) -> Iterable[Reason]:
        if self.entity.policy.everybody_sees:
            yield Reason("everybody")
            return
        owner = self.record.owner_id
        given: dict[str, list[int]] = {}
        house = self._house
        for role in house.roles_of.get(user.pk, ()):
            given.setdefault(house.roles[role].reach(self.ruling.label, "view"), []).append(role)
        if owner is not None:
            mine = house.departments_of.get(user.pk, set())
            if owner == user.pk:
                yield Reason("owner")
            if "subordinates" in given and user.pk in self._superiors:
                yield Reason("superior", tuple(given["subordinates"]))
            beside = given.get("department", []) + given.get("below", [])
            if beside and owner != user.pk and mine & self._departments:
                yield Reason("department", tuple(beside))
            elif "below" in given and owner != user.pk and mine & self._branch:
                yield Reason("below", tuple(given["below"]))
        if "all" in given:
            yield Reason("all", tuple(given["all"]))
        if (share := self.shares.get(user.pk)) is not None:
            by = house.users.get(share.by_id or 0)
            yield Reason("share", detail=_("by %(name)s") % {"name": by} if by else "")
        for source in MORE_REASONS:
            for words in source(self.entity, self.record, user):
                yield Reason("other", detail=words)


def may_ask(user: Any, entity: Entity, record: Any) -> bool:
    """Whether somebody may ask who reaches a record: its owner, who may share it, and who keeps the roles."""
    grants = user.grants
    if grants.may_do("roles") or grants.may_do("boss"):
        return True
    ruling = entity.parent
    shown = getattr(record, entity.policy.through) if ruling else record
    return record.owner_id == user.pk or bool((ruling or entity).policy.allows(user, "share", shown))
