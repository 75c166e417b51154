"""Selling units and prices as entities; they are read and changed on the page of their product."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.policy import PartPolicy
from haike.catalog.product.record import Product, ProductPrice, ProductUnit
from haike.kernel import change
from haike.kernel.entity import Entity, Section, entity_of
from haike.kernel.policy import Actor
from haike.refused import Refused


def demand_product(product: Product | None, by: Actor) -> None:
    """Refuse a product that the writer may not change: its units and prices are part of it."""
    if product is None or product.deleted_at or not entity_of(Product).policy.allows(by, "edit", product):
        raise Refused(fields={"product": _("You may not change this product.")})


class ProductUnitEntity(Entity):
    model, policy_class = ProductUnit, PartPolicy
    slug, icon = "product-units", "ruler-measure"
    titled_by = ["name"]
    columns = ["name", "product", "factor", "bar_code"]
    sections = [Section(_("Selling unit"), ["product", "name", "factor", "bar_code"])]
    search = ["name", "product__name", "bar_code"]
    hidden = ["owner"]
    in_menu = in_create_menu = False
    help_page = "products"

    def create(self, *, by: Actor, **values: Any) -> Any:
        demand_product(values.get("product"), by)
        return change.create(ProductUnit, by=by, **values)


class ProductPriceEntity(Entity):
    model, policy_class = ProductPrice, PartPolicy
    slug, icon, title = "product-prices", "currency-yuan", "price_class__name"
    columns = ["product", "price_class", "unit", "min_quantity", "currency", "price", "changed_at"]
    sections = [Section(_("Price"), ["product", "price_class", "unit", "min_quantity", "currency", "price"])]
    search = ["product__name", "product__model"]
    hidden = ["owner"]
    in_menu = in_create_menu = False
    help_page = "products"

    def create(self, *, by: Actor, **values: Any) -> Any:
        demand_product(values.get("product"), by)
        return change.create(ProductPrice, by=by, **values)
