"""Products with units and prices for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from haike.catalog.category.record import ProductCategory
from haike.catalog.product.record import Product, ProductPrice, ProductUnit
from haike.customers.price_class.record import PriceClass
from haike.kernel.entity import entity_of

NUMBERS = ("price", "floor_price", "cost_price", "lowest_discount", "tax_rate", "lower_limit", "upper_limit")


def make_category(by: Any, name: str = "空压机", parent: ProductCategory | None = None) -> ProductCategory:
    """A branch of the product tree."""
    made: ProductCategory = entity_of(ProductCategory).create(by=by, name=name, parent=parent)
    return made


def make_product(by: Any, name: str = "螺杆空压机", **values: Any) -> Product:
    """A product; numbers may be given as text."""
    exact: dict[str, Any] = {key: Decimal(str(value)) if key in NUMBERS else value for key, value in values.items()}
    made: Product = entity_of(Product).create(by=by, name=name, **exact)
    return made


def make_unit(by: Any, product: Product, name: str, factor: str) -> ProductUnit:
    """A further selling unit of a product."""
    made: ProductUnit = entity_of(ProductUnit).create(by=by, product=product, name=name, factor=Decimal(factor))
    return made


def make_price(
    by: Any, product: Product, price_class: PriceClass, price: str, *, min_quantity: str = "0", **values: Any
) -> ProductPrice:
    """The price of a product in a class."""
    made: ProductPrice = entity_of(ProductPrice).create(
        by=by,
        product=product,
        price_class=price_class,
        price=Decimal(price),
        min_quantity=Decimal(min_quantity),
        **values,
    )
    return made
