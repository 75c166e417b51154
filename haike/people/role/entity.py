"""Roles as an entity."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Entity, Related, Section
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor, System
from haike.people.authority import demand_covers, keeping_a_boss
from haike.people.grants import organisation_changed
from haike.people.policy import HousePolicy
from haike.people.role.looks import RoleDescriptionLook, RoleNameLook
from haike.people.role.record import Role
from haike.people.shipped_roles import SHIPPED_ROLES
from haike.refused import Refused

COPIED_WITH: list[Callable[[Role, Role, Actor], None]] = []
"""What else goes with the copy of a role: of (role, copy, who copies)."""


class RoleEntity(Entity):
    model = Role
    policy_class = HousePolicy
    slug = "roles"
    icon = "shield-lock"
    columns = ["name", "description", "grants", "rights"]
    sort = "created_at"
    search = ["name", "name_en"]
    sections = [Section(_("Role"), ["name", "name_en", "description"])]
    hidden = ["key", "owner"]
    in_create_menu = False
    importable = False
    tabs = [Related("people.user", "roles", _("Users with this role"))]

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """Name and description as the reader's language has them."""
        found = super().declared_looks
        named, said = found["name"], found["description"]
        return {
            **found,
            "name": RoleNameLook("name", named.label, field=named.field),
            "description": RoleDescriptionLook("description", said.label, field=said.field),
        }

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Role:
        """Make a role with no more rights than one's own."""
        draft = Role(
            **{k: v for k, v in values.items() if k in ("rights", "field_rights", "grants", "reveals", "name")}
        )
        demand_covers(by, [draft])
        with transaction.atomic():
            role: Role = change.create(Role, by=by, batch=batch, owner=None, **values)
            organisation_changed()
        return role

    def change(
        self, record: Role, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Role:
        """Change a role; before and after, it may not say more than one's own rights."""
        with transaction.atomic(), keeping_a_boss():
            demand_covers(by, [Role._base_manager.get(pk=record.pk)])
            # Rights given to a role that one has oneself would be one's own a moment later, so ask before.
            mine = by.grants
            role: Role = change.change(record, by=by, version=version, batch=batch, **values)
            demand_covers(_Holder(by.pk, mine), [role])
            organisation_changed()
        return role

    def remove(self, record: Role, *, by: Actor) -> Role:
        """Put a role that nobody has into the recycle bin."""
        holders = record.users.filter(deleted_at__isnull=True).count()
        if holders:
            raise Refused(_("%(count)s users have this role. Give them another one first.") % {"count": holders})
        with transaction.atomic():
            demand_covers(by, [record])
            role: Role = change.remove(record, by=by)
            organisation_changed()
        return role

    def restore(self, record: Role, *, by: Actor) -> Role:
        """Take a role out of the recycle bin."""
        with transaction.atomic():
            role: Role = change.restore(record, by=by)
            organisation_changed()
        return role

    def buttons(self, record: Role, user: Actor) -> list[Button]:
        """Rights, rights on fields, and a copy."""
        here = f"/roles/{record.pk}"
        found = [
            Button(_("Rights"), f"{here}/rights", "table", primary=True),
            Button(_("Fields"), f"{here}/fields", "eye-off"),
        ]
        if self.policy.may(user, "create"):
            found.append(Button(_("Copy"), f"{here}/copy", "copy", "drawer"))
        return found

    def copy(self, role: Role, *, name: str, by: Actor) -> Role:
        """A new role with the same rights."""
        with transaction.atomic():
            copied = self.create(
                by=by,
                name=name,
                description=role.description,
                rights=role.rights,
                field_rights=role.field_rights,
                grants=role.grants,
                reveals=role.reveals,
            )
            for copy in COPIED_WITH:
                copy(role, copied, by)
        return copied

    def seed(self) -> None:
        """Write the shipped roles into a database that has none yet; later they are the company's own business."""
        if Role._base_manager.exists():
            return
        with transaction.atomic():
            for shipped in SHIPPED_ROLES:
                change.create(
                    Role,
                    by=System("setup"),
                    owner=None,
                    key=shipped.key,
                    name=shipped.name,
                    name_en=shipped.name_en,
                    description=shipped.description,
                    rights={entity: dict(row) for entity, row in shipped.rights.items()},
                    field_rights={entity: dict(row) for entity, row in shipped.field_rights.items()},
                    grants=list(shipped.grants),
                )
            organisation_changed()


class _Holder:
    """Somebody with the rights he had at a certain moment."""

    def __init__(self, pk: int | None, grants: Any) -> None:
        self.pk, self.grants = pk, grants
