"""Who may do what with which rows and which fields.

A user's rights come as `Grants` (the room `people` makes them from roles); a Policy turns them into a scope of rows
for one entity. Rows are reached by owner and by share; a record that hangs on another (a contact on its customer)
is reached exactly when that one is, so its owner is kept equal.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.find.custom import OWN
from haike.find.scope import Scope
from haike.find.share import Share
from haike.refused import Refused

if TYPE_CHECKING:
    from haike.kernel.entity import Entity

ACTIONS = {
    "view": _("View"),
    "create": _("Create"),
    "edit": _("Edit"),
    "delete": _("Delete"),
    "restore": _("Restore"),
    "purge": _("Purge"),
    "import": _("Import"),
    "export": _("Export"),
    "print": _("Print"),
    "bulk": _("Bulk edit"),
    "transfer": _("Transfer"),
    "share": _("Share"),
    "approve": _("Approve"),
}
WRITES = frozenset({"edit", "delete", "restore", "purge", "bulk", "transfer", "share", "approve"})

FieldRight = Literal["edit", "read", "masked", "hidden"]


class Grants(Protocol):
    """The rights of one user, resolved; `entity` is a label such as "customers.customer"."""

    def may(self, entity: str, action: str) -> bool:
        """Whether any of his roles allows the action at all."""
        ...

    def owner_ids(self, entity: str, action: str) -> tuple[int, ...] | None:
        """Whose records he may act on; None is everybody's and nobody's."""
        ...

    def field_right(self, entity: str, field: str) -> FieldRight:
        """How he may deal with one field."""
        ...

    def veiled_owner_ids(self, entity: str) -> frozenset[int]:
        """Whose records he sees with ways to reach people as masks."""
        ...

    def may_do(self, grant: str) -> bool:
        """Whether he has a grant that belongs to no entity, such as "settings"."""
        ...


class Actor(Protocol):
    """Somebody who reads or writes: a user, or a named system user."""

    @property
    def pk(self) -> int | None: ...

    @property
    def grants(self) -> Grants: ...


class _Everything:
    """The rights of the system itself."""

    def may(self, entity: str, action: str) -> bool:
        return True

    def owner_ids(self, entity: str, action: str) -> tuple[int, ...] | None:
        return None

    def field_right(self, entity: str, field: str) -> FieldRight:
        return "edit"

    def veiled_owner_ids(self, entity: str) -> frozenset[int]:
        return frozenset()

    def may_do(self, grant: str) -> bool:
        return True


_EVERYTHING = _Everything()


@dataclass(frozen=True)
class System:
    """A named part of the program that acts by itself; the change log shows its name."""

    name: str
    pk: None = None
    grants: _Everything = _EVERYTHING


def _both(some: tuple[int, ...] | None, others: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The owners in both reaches; None is everybody's."""
    if some is None or some is others:
        return others
    return some if others is None else tuple(sorted(set(some).intersection(others)))


class Policy:
    """The rule of one entity. `through` names the foreign key to the record whose rights decide."""

    through = ""
    everybody_sees = False

    def __init__(self, entity: Entity) -> None:
        self.entity = entity

    @property
    def label(self) -> str:
        """The name under which roles grant rights."""
        return self.entity.label

    def may(self, user: Actor, action: str) -> bool:
        """Whether the user may do this to any record of this kind."""
        if action == "view" and self.everybody_sees:
            return True
        return user.grants.may(self.label, action)

    def scope(self, user: Actor, action: str = "view") -> Scope:
        """The rows on which the user may act; never one that he does not see."""
        if not self.may(user, action) or not self.may(user, "view"):
            return Scope(False, (), user.pk or 0, False)
        if action == "view" and self.everybody_sees:
            return Scope(True, (), user.pk or 0, False)
        parent = self.entity.parent
        ruling = parent.label if parent else self.label
        if parent and not user.grants.may(ruling, "view"):
            return Scope(False, (), user.pk or 0, False)
        # Writing to a child needs the child's right, but reaches as far as one sees the parent.
        owners = user.grants.owner_ids(self.label if not parent else ruling, "view" if parent else action)
        if action != "view" and not parent and not self.everybody_sees:
            owners = _both(owners, user.grants.owner_ids(ruling, "view"))
        column = f"{self.through}_id" if parent else "id"
        if owners is None:
            return Scope(True, (), user.pk or 0, False, ruling, column)
        return Scope(
            False, tuple(owners), user.pk or 0, user.pk is not None, ruling, column, not parent and action in WRITES
        )

    def rows(self, user: Actor, action: str = "view") -> Q:
        """The same as a condition."""
        return self.scope(user, action).rows()

    def key(self, user: Actor, action: str = "view") -> Hashable:
        """What `rows` follows from: the same again as long as the user's rights are."""
        return self.label, action, self.scope(user, action), user.pk, user.grants

    def demand(self, user: Actor, action: str) -> None:
        """Refuse unless the user may do this to any record of this kind."""
        if not self.may(user, action):
            raise Refused(
                _("You may not do this (%(action)s: %(entity)s). Ask your administrator for the right.")
                % {"action": ACTIONS.get(action, action), "entity": self.entity.label_plural}
            )

    def allows(self, user: Actor, action: str, record: Any, shares: Mapping[int, bool] | None = None) -> bool:
        """Whether the user may do this to this record.

        Who asks for many users hands over the record's `shares` (user, may write), which are else looked up.
        """
        scope = self.scope(user, action)
        if scope.everything:
            return self.may(user, action)
        if record.owner_id is not None and record.owner_id in scope.owner_ids:
            return True
        if not scope.shared:
            return False
        # A page that only shows its record lets it carry them.
        shares = getattr(record, "held_by", None) if shares is None else shares
        if shares is not None:
            return shares.get(scope.user_id, False) if scope.writable else scope.user_id in shares
        found = Share.objects.filter(
            user_id=scope.user_id, entity=scope.share_entity, record_id=getattr(record, scope.share_column)
        )
        return (found.filter(can_write=True) if scope.writable else found).exists()

    def field_right(self, user: Actor, field: str) -> FieldRight:
        """How the user may deal with one field of this entity."""
        right = user.grants.field_right(self.label, field)
        own = field.startswith(OWN) and right != "hidden"
        return self.entity.additions.right(self.entity, user, field, right) if own else right

    def right_to(self, user: Actor, name: str, record: Any) -> FieldRight:
        """Entity.right for a field of this record: a personal one may be masked for the sake of its owner."""
        right, veils = self.entity.right(user, name), self.veils(user)
        if not veils or right in ("hidden", "masked") or record.owner_id not in veils:
            return right
        look = self.entity.look_at(name) if "__" in name else self.entity.looks.get(name)
        return "masked" if look is not None and look.personal else right

    def veils(self, user: Actor) -> frozenset[int]:
        """The owners of whose records the user sees personal fields masked, whatever his right to the field."""
        parent = self.entity.parent
        return user.grants.veiled_owner_ids(parent.label if parent else self.label)
