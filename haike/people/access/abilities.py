"""What somebody may do, and which role gives it: the answer by user, by role, and by kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.find.share import Share
from haike.kernel.entity import Entity, Label
from haike.kernel.policy import ACTIONS
from haike.people.grants import FIELD_RIGHTS, HOUSE, NONE, REACHES, RoleFacts, grants_of, organisation
from haike.people.role.matrix import FIELD_LABELS, REACH_LABELS
from haike.people.switches import EVERY_GRANT, grants_known
from haike.screens.module import by_use, entities_on


@dataclass(frozen=True)
class Given:
    """A right and the roles (keys) that give it."""

    label: Label
    roles: tuple[int, ...]
    key: str = ""


@dataclass(frozen=True)
class Module:
    """What somebody may do with one kind of record."""

    entity: Entity
    cells: list[Given]
    fields: list[tuple[Label, Given]]
    owners: Label
    house: bool

    @property
    def reached(self) -> bool:
        """Whether he may do anything at all."""
        return any(cell.key != NONE for cell in self.cells)


@dataclass(frozen=True)
class Abilities:
    """Everything that some roles allow together."""

    roles: dict[int, RoleFacts]
    user: Any = None

    def modules(self) -> list[Module]:
        """Every kind of record, business first."""
        shares = self._shares()
        found = [self._module(entity, shares.get(entity.label, 0)) for entity in sorted(entities_on(), key=by_use)]
        return sorted(found, key=lambda module: module.house)

    def _shares(self) -> dict[str, int]:
        if self.user is None:
            return {}
        rows = Share.objects.filter(user_id=self.user.pk).order_by().values_list("entity")
        return dict(rows.annotate(count=Count("id")))

    def _module(self, entity: Entity, shares: int) -> Module:
        cells = [self.reach(entity, action) for action in ACTIONS]
        house = entity.label.partition(".")[0] in HOUSE
        return Module(entity, cells, self._fields(entity), self._owners(entity, shares), house)

    def reach(self, entity: Entity, action: str) -> Given:
        """How far they reach with an action: the widest, or several that do not contain each other."""
        if action == "view" and entity.policy.everybody_sees:
            return Given(_("everybody"), (), "all")
        given: dict[str, list[int]] = {}
        for key, role in self.roles.items():
            given.setdefault(role.reach(entity.label, action), []).append(key)
        given.pop(NONE, None)
        shown = [reach for reach in reversed(REACHES) if reach in given and not _contained(reach, given)]
        if not shown or action in getattr(entity.policy, "never", ()):
            return Given(REACH_LABELS[NONE], (), NONE)
        words = _(", ").join(str(REACH_LABELS[reach]) for reach in shown)
        return Given(words, tuple(role for reach in shown for role in given[reach]), shown[0])

    def _owners(self, entity: Entity, shares: int) -> Label:
        """Whose records he sees, in words."""
        if self.user is None:
            return ""
        scope = entity.policy.scope(self.user)
        if scope.everything:
            return _("all of them")
        if scope.nothing:
            return _("none")
        others = len(set(scope.owner_ids) - {self.user.pk})
        words = str(_("his own"))
        if others:
            colleagues = ngettext("those of %(count)s colleague", "those of %(count)s colleagues", others)
            words = f"{words}{_(', ')}{colleagues % {'count': others}}"
        if shares:
            words = f"{words}{_(', ')}{ngettext('%(n)s shared one', '%(n)s shared ones', shares) % {'n': shares}}"
        return words

    def _fields(self, entity: Entity) -> list[tuple[Label, Given]]:
        """The fields that he may not fill in, with what he may; the roles are those that allow that much."""
        knowing = {key: role for key, role in self.roles.items() if role.knows(entity.label)}
        found: list[tuple[Label, Given]] = []
        for name, look in entity.looks.items():
            rights = {key: role.right(entity.label, name) for key, role in knowing.items()}
            if not rights:
                return []
            most = max(rights.values(), key=FIELD_RIGHTS.index)
            if most != "edit":
                givers = tuple(key for key, right in rights.items() if right == most)
                found.append((look.label, Given(FIELD_LABELS[most], givers, most)))
        return found

    def grants(self) -> list[Given]:
        """Every special grant that there is, with the roles that give it; without them he has it not."""
        return [Given(label, self.grants_by(key), key) for key, label in grants_known().items()]

    def grants_by(self, grant: str) -> tuple[int, ...]:
        """The roles that give a special grant."""
        return tuple(key for key, role in self.roles.items() if grant in role.grants or EVERY_GRANT in role.grants)


def _contained(reach: str, given: Iterable[str]) -> bool:
    wider: dict[str, Sequence[str]] = {
        "own": REACHES[1:],
        "subordinates": ("all",),
        "department": ("below", "all"),
        "below": ("all",),
    }
    return any(other in given for other in wider.get(reach, ()))


def abilities_of(user: Any, role: int | None = None) -> Abilities:
    """What a user may do by all his roles, or by one of them; nothing when his account is closed."""
    house = organisation()
    mine = house.roles_of.get(user.pk, ()) if grants_of(user.pk).roles else ()
    return Abilities({key: house.roles[key] for key in mine if role in (None, key)}, user)


def abilities_by(role: int) -> Abilities:
    """What a role allows by itself."""
    house = organisation()
    return Abilities({role: house.roles[role]} if role in house.roles else {})
