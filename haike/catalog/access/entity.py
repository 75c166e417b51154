"""Rights by product group as an entity."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.catalog.access.record import ProductAccess
from haike.find.scope import Scope
from haike.kernel import change
from haike.kernel.entity import Entity, Section
from haike.kernel.policy import Actor, Policy
from haike.people.policy import NEVER
from haike.refused import Refused
from haike.screens.module import is_off

GRANT = "roles"
"""Who edits roles and rights edits these too."""


class AccessPolicy(Policy):
    """These rights are the business of those who edit roles, and of nobody else."""

    def may(self, user: Actor, action: str) -> bool:
        return action not in NEVER and user.grants.may_do(GRANT) and not is_off(self.label)

    def scope(self, user: Actor, action: str = "view") -> Scope:
        return Scope(self.may(user, action), (), user.pk or 0, False)


class ProductAccessEntity(Entity):
    model, policy_class = ProductAccess, AccessPolicy
    slug, icon = "product-access", "lock-access"
    titled_by = ["name"]
    columns = ["name", "roles", "users", "sees"]
    sort = "created_at"
    search = ["name"]
    sections = [Section(_("Right by product group"), ["name", "roles", "users", "sees", "edits"])]
    hidden = ["owner"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "products"

    def remove(self, record: ProductAccess, *, by: Actor) -> ProductAccess:
        """Put a rule that is about nobody into the recycle bin: without it they would see all products."""
        if record.roles.exists() or record.users.exists():
            raise Refused(_("This rule is in use. Take its roles and users away first; they then see all products."))
        return change.remove(record, by=by)
