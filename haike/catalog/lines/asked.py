"""The document as far as its form has been filled in, and what the editor is told of a product for it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from haike.catalog.fields import own_currency
from haike.catalog.lines.offers import Offers
from haike.catalog.lines.record import PricedDocument, present_rounding
from haike.customers.customer.record import Customer
from haike.digits import whole
from haike.kernel.currency import CURRENCIES


class Asked:
    """The document as far as the form has been filled in: whom it is for, in which currency."""

    customer_path = "customer"

    def __init__(self, user: Any, said: Mapping[str, Any]) -> None:
        key = whole(str(said.get("customer") or ""))
        self.customer = Customer.objects.visible_to(user).filter(pk=key).first() if key is not None else None
        named = str(said.get("currency") or "")
        self.currency = named if named in CURRENCIES else own_currency()
        self.taxed = bool(said.get("taxed"))
        self.rounding = present_rounding()

    rule = PricedDocument.rule


class AskedLine:
    """As much of a line as an offer needs."""

    def __init__(self, product: int, quantity: Decimal = Decimal(1), unit: str = "") -> None:
        self.product_id, self.quantity, self.unit = product, quantity, unit


def told(product: Any, offers: Offers, line: AskedLine) -> dict[str, Any]:
    """A product with its price for the customer, as the editor reads it."""
    offer = offers.of(line)
    assert offer is not None  # the product is one of those asked for
    price = offers.shown(offer.price, offer.tax_rate)
    return {
        "id": product.pk,
        "name": str(product),
        "number": product.number,
        "spec": product.spec,
        "unit": line.unit or product.unit_name,
        "list_price": None if price is None else f"{price.normalize():f}",
        "tax_rate": f"{offer.tax_rate.normalize():f}",
    }
