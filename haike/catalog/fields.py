"""Prices of one piece and quantities: stored with four decimal places, shown with as many as the company wants."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import OWN, money_text
from haike.kernel.fields import Money
from haike.kernel.look import MoneyLook, NumberLook, shows
from haike.kernel.look.base import Raw
from haike.kernel.option import option

PLACES = 4
"""Decimal places of the columns; the settings say how many of them are typed and shown."""
GROUP = _("Products")
PRICE_PLACES = option(
    "catalog.price_places", 2, _("Decimal places of prices"), group=GROUP, least=0, most=PLACES,
    help=_("Of the price of one piece in products, quotes and orders. Amounts have the places of their currency."),
)  # fmt: skip
QUANTITY_PLACES = option(
    "catalog.quantity_places", 2, _("Decimal places of quantities"), group=GROUP, least=0, most=PLACES
)


class UnitPrice(Money):
    """The price of one unit, in the company's own currency or in that which the field `currency` holds."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        usual = {"max_digits": 17, "decimal_places": PLACES, "validators": [MinValueValidator(0)]}
        if options.get("null"):
            usual["default"] = None
        super().__init__(verbose_name, **{**usual, **options})


class Quantity(models.DecimalField[Any, Any]):
    """A number of units, not always whole: metres, kilogrammes."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        usual = {"max_digits": 16, "decimal_places": PLACES, "validators": [MinValueValidator(0)]}
        super().__init__(verbose_name, **{**usual, **options})


def own_currency() -> str:
    """The code of the company's own currency."""
    return str(OWN())


def plain(value: Decimal | int, places: int) -> str:
    """A number with at least so many places, and more where somebody has written down more."""
    written = -min(int(Decimal(value).normalize().as_tuple().exponent), 0)
    return f"{value:.{max(places, written)}f}"


def quantity_text(value: Decimal | int | None) -> str:
    """A quantity as people read it: thousands grouped, no more noughts at its end than the company wants."""
    if value is None:
        return ""
    written = -min(int(Decimal(value).normalize().as_tuple().exponent), 0)
    return f"{value:,.{min(written, PLACES)}f}"


def round_price(value: Decimal) -> Decimal:
    """A price with the company's decimal places, halves away from nought."""
    return value.quantize(Decimal(1).scaleb(-int(PRICE_PLACES())), rounding=ROUND_HALF_UP)


@shows(UnitPrice)
class UnitPriceLook(MoneyLook):
    """The price of one unit."""

    def text(self, value: Any) -> str:
        if value is None:
            return ""
        sign_and_amount = money_text(value, getattr(value, "currency", "") or OWN())
        digits = plain(abs(value), int(PRICE_PLACES()))
        sign = sign_and_amount.rstrip("0123456789.,")
        whole, point, rest = digits.partition(".")
        return f"{sign}{int(whole):,}{point}{rest}"

    def raw(self, value: Any) -> Raw:
        return "" if value is None else plain(value, int(PRICE_PLACES()))


@shows(Quantity)
class QuantityLook(NumberLook):
    """A number of units."""

    def text(self, value: Any) -> str:
        return quantity_text(value)

    def raw(self, value: Any) -> Raw:
        return "" if value is None else quantity_text(value).replace(",", "")
