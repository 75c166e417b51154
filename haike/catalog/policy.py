"""Who sees and changes products: the roles, narrowed by the rights by product group; cost prices are a right apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from haike.catalog.access.held import tree
from haike.find.scope import Scope
from haike.kernel.policy import Actor, FieldRight, Policy
from haike.people.switches import declare_grants

COST = "cost_price"
COST_FIELDS = frozenset({"cost_price", "cost_method", "cost_to_check", "cost_on", "commission_rate"})
declare_grants({COST: _("See and change cost prices")})


class CatalogPolicy(Policy):
    """The rights to products, and to what hangs on them by `category`, the path to the category's key."""

    category: ClassVar[str] = "category_id"

    def scope(self, user: Actor, action: str = "view") -> Scope:
        found = super().scope(user, action)
        keys = tree().limit(user, action)
        return found if keys is None else replace(found, only=(self.category, keys))

    def allows(self, user: Actor, action: str, record: Any, shares: Mapping[int, bool] | None = None) -> bool:
        return self.scope(user, action).holds(record) and super().allows(user, action, record, shares)


class ProductPolicy(CatalogPolicy):
    """Cost prices are for those who have the grant."""

    def field_right(self, user: Actor, field: str) -> FieldRight:
        if field in COST_FIELDS and not user.grants.may_do(COST):
            return "hidden"
        return super().field_right(user, field)


class PartPolicy(CatalogPolicy):
    """Units and prices go with their product. Who may change the product changes them."""

    through = "product"
    category: ClassVar[str] = "product__category_id"
