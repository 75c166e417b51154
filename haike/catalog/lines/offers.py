"""What the products of a document's lines cost its customer, and what a line takes from its product."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.arithmetic import WHOLE, half_up
from haike.catalog.price import Offer, PriceList
from haike.catalog.product.record import Product, ProductUnit
from haike.refused import Refused

NO_PRICE = _("“%(name)s” has no price in %(currency)s to which the discount could apply; say its list price or price.")


class Offers:
    """What the products of some lines cost the customer of a document, in its currency, with or without tax."""

    def __init__(self, document: Any, keys: set[int]) -> None:
        self.document = document
        self.products = Product._base_manager.in_bulk(sorted(keys)) if keys else {}
        self.units: dict[tuple[int, str], ProductUnit] = {}
        if keys:
            units: Any = ProductUnit.objects.live().filter(product__in=keys)
            self.units = {(unit.product_id, unit.name): unit for unit in units}

    @cached_property
    def prices(self) -> PriceList:
        """The prices of all these products for the customer."""
        customer = getattr(self.document, self.document.customer_path, None)
        return PriceList(list(self.products.values()), customer=customer, currency=self.document.currency)

    def of(self, line: Any) -> Offer | None:
        """The offer for a line; None where it names no product."""
        product = self.products.get(line.product_id or 0)
        if product is None:
            return None
        unit = self.units.get((product.pk, line.unit))
        return self.prices.offer(product, quantity=line.quantity, unit=unit)

    def shown(self, price: Decimal | None, tax_rate: Decimal) -> Decimal | None:
        """A price with tax as the document shows it."""
        if price is None or self.document.taxed:
            return price
        step = 10 ** (4 - self.document.rule.price_places)
        number = half_up(int(price.scaleb(4)) * 10_000, (10_000 + int(tax_rate.scaleb(2))) * step) * step
        return Decimal(number).scaleb(-4)


OFFERED = "_lines_offered"
"""Where a document keeps the offers of lines that were set and not written yet: they are read once for a save."""


def offers_of(document: Any, lines: Sequence[Any]) -> Offers:
    """What the products of these lines cost the customer of the document."""
    return Offers(document, {line.product_id for line in lines if line.product_id is not None})


def fill_in(document: Any, lines: Sequence[Any]) -> None:
    """Give lines what nobody has said of them: name, unit, price, tax rate; and what their product costs today."""
    offers = document.__dict__[OFFERED] = offers_of(document, lines)
    for line in lines:
        offer = offers.of(line)
        if offer is None:
            continue
        product = offers.products[line.product_id or 0]
        line.name = line.name or str(product)
        line.unit = line.unit or product.unit_name
        if line.untaxed:
            line.tax_rate = offer.tax_rate
        if line.unpriced:
            if offer.price is None and line.discount != WHOLE:
                told = NO_PRICE % {"name": line.name[:40], "currency": document.currency}
                raise Refused(fields={"lines": told})
            line.list_price = offers.shown(offer.price, line.tax_rate) or Decimal(0)
            line.price, line.fixed = line.list_price, "discount" if line.list_price else "price"
        line.cost = offer.cost
        line.unpriced = line.untaxed = False
