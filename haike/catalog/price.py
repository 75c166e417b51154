"""What a product costs whom: by price class, quantity, unit and currency.

In a class the price of the largest quantity that is reached holds. First comes a price in the very unit and currency;
then the one of the product's own unit times what the unit holds; then one in another currency at today's rate. A class
without a price of its own takes its percent of what the standard class costs, and without a percent just that. The
standard class falls back on the product's standard price.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import own_currency, round_price
from haike.catalog.product.record import Product, ProductPrice, ProductUnit
from haike.customers.price_class.record import PriceClass
from haike.kernel.policy import Actor
from haike.people.currency.rates import rate
from haike.refused import Refused

ONE = Decimal(1)


@dataclass(frozen=True)
class Offer:
    """The price of one unit with what a line has to know of the product; prices are in the currency asked for.

    `price_class` is the class from which the price comes. `price`, `floor` and `cost` are None where there is none, or
    no rate to convert it. `lowest_discount` and `tax_rate` are percents: 85 allows 15 percent off. Whether somebody may
    see the cost is for the caller to ask.
    """

    price: Decimal | None
    price_class: PriceClass | None
    floor: Decimal | None
    lowest_discount: Decimal | None
    tax_rate: Decimal
    cost: Decimal | None


def price_for(
    product: Product,
    *,
    customer: Any = None,
    price_class: PriceClass | None = None,
    quantity: Decimal = ONE,
    unit: ProductUnit | None = None,
    currency: str | None = None,
) -> Offer:
    """The offer of one product; see `PriceList.offer`."""
    listed = PriceList([product], customer=customer, price_class=price_class, currency=currency)
    return listed.offer(product, quantity=quantity, unit=unit)


def offers_for(
    products: Iterable[Product],
    *,
    customer: Any = None,
    price_class: PriceClass | None = None,
    quantity: Decimal = ONE,
    currency: str | None = None,
) -> dict[int, Offer]:
    """The offers of many products by their keys, in their own units; the number of queries does not grow."""
    some = list(products)
    listed = PriceList(some, customer=customer, price_class=price_class, currency=currency)
    return {product.pk: listed.offer(product, quantity=quantity) for product in some}


def sellable(user: Actor) -> Any:
    """The products that this user may put into a line: on sale, and visible to him."""
    return Product.objects.visible_to(user).filter(on_sale=True)


class PriceList:
    """The prices of some products for one customer or class in one currency, read by a constant number of queries.

    The customer's class holds where none is given, and the standard class where he has none.
    """

    def __init__(
        self,
        products: Sequence[Product],
        *,
        customer: Any = None,
        price_class: PriceClass | None = None,
        currency: str | None = None,
    ) -> None:
        self.own = own_currency()
        self.currency = currency or self.own
        classes = {each.pk: each for each in PriceClass.objects.live()}
        self.standard = next((each for each in classes.values() if each.is_standard), None)
        wanted = price_class.pk if price_class is not None else getattr(customer, "price_class_id", None)
        # A class in the recycle bin holds for nobody any more.
        self.price_class = classes.get(wanted or 0, self.standard)
        self._rates: dict[str, Decimal | None] = {}
        self._prices: dict[tuple[int, int], list[ProductPrice]] = {}
        for row in ProductPrice.objects.live().filter(
            product__in=[product.pk for product in products],
            price_class__in={each.pk for each in (self.price_class, self.standard) if each is not None},
        ):
            self._prices.setdefault((row.product_id, row.price_class_id), []).append(row)

    def offer(self, product: Product, *, quantity: Decimal = ONE, unit: ProductUnit | None = None) -> Offer:
        """The offer of one of the products; Refused for a unit of another product."""
        if unit is not None and unit.product_id != product.pk:
            raise Refused(fields={"unit": _("This unit belongs to another product.")})
        factor = unit.factor if unit is not None else ONE
        price, from_class = self._price(product, quantity, unit, factor)
        return Offer(
            price=None if price is None else round_price(price),
            price_class=from_class,
            floor=self._of_own(product.floor_price, factor),
            lowest_discount=product.lowest_discount,
            tax_rate=product.tax_rate,
            cost=self._of_own(product.cost_price, factor),
        )

    def _price(
        self, product: Product, quantity: Decimal, unit: ProductUnit | None, factor: Decimal
    ) -> tuple[Decimal | None, PriceClass | None]:
        mine = self.price_class
        if mine is not None and mine != self.standard:
            found = self._listed(product, mine, quantity, unit, factor)
            if found is not None:
                return found, mine
        usual = None
        if self.standard is not None:
            usual = self._listed(product, self.standard, quantity, unit, factor)
        if usual is None:
            usual = self._of_own(product.price, factor, rounded=False)
        if usual is not None and mine is not None and mine != self.standard and mine.percent is not None:
            return usual * mine.percent / 100, mine
        return usual, self.standard if usual is not None else None

    def _listed(
        self, product: Product, of: PriceClass, quantity: Decimal, unit: ProductUnit | None, factor: Decimal
    ) -> Decimal | None:
        """The price in the list of a class, before rounding."""
        rows = self._prices.get((product.pk, of.pk), [])
        for currency in self._currencies(rows):
            # What goes back counts like what went out.
            ways = [(unit.pk, abs(quantity), ONE)] if unit is not None else []
            for key, many, times in (*ways, (None, abs(quantity) * factor, factor)):
                reached = [
                    row for row in rows if row.currency == currency and row.unit_id == key and row.min_quantity <= many
                ]
                if reached:
                    found = self._converted(max(reached, key=lambda row: row.min_quantity).price * times, currency)
                    if found is not None:
                        return found
        return None

    def _currencies(self, rows: Iterable[ProductPrice]) -> list[str]:
        """Those of the rows: the one asked for first, the company's own next."""
        order = (self.currency, self.own)
        return sorted({row.currency for row in rows}, key=lambda code: (code not in order, code != order[0], code))

    def _of_own(self, value: Decimal | None, factor: Decimal, *, rounded: bool = True) -> Decimal | None:
        found = None if value is None else self._converted(value * factor, self.own)
        return found if found is None or not rounded else round_price(found)

    def _converted(self, value: Decimal, currency: str) -> Decimal | None:
        """The amount in the currency asked for, None where a rate is missing."""
        if currency == self.currency:
            return value
        source, target = self._rate(currency), self._rate(self.currency)
        return None if source is None or target is None else value * source / target

    def _rate(self, currency: str) -> Decimal | None:
        if currency not in self._rates:
            try:
                self._rates[currency] = rate(currency)
            except Refused:
                self._rates[currency] = None
        return self._rates[currency]
