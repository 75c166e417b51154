"""The sums of a document with lines, exact to the smallest coin.

A line has a quantity, a list price, a discount (in percent of the list price that is paid: 85 is 八五折), a unit price
and an amount. `fixed` tells which of the last three was typed; the others follow from it, so that changing any one
gives the same line on every way. The document sums its lines, takes off its own discount or is set to a total by hand,
and shows the tax apart: net + tax = total holds for every line and for the document, because what rounding leaves over
is spread by largest remainder.

All reckoning is done in whole numbers. `haike/catalog/islands/arithmetic.js` holds the same functions for the browser,
so that what follows is seen at each key without a round trip, also in a document of 500 lines; a test runs both on
random cases. The server reckons everything once more when a document is saved and trusts nobody's sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Fixed = Literal["discount", "price", "amount"]
LINE, DOCUMENT = "line", "document"
CENT, TENTH, UNIT, DROP = "cent", "tenth", "unit", "drop"

_FOUR = 10_000
"""Quantities, unit prices and discounts have four places."""
_HUNDRED = 100 * 100
"""A tax rate of one hundred percent; rates have two places."""
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Rule:
    """How a document is rounded.

    `places` are those of the currency, `price_places` those of unit prices (at most 4). `per` line: each line is
    rounded and the sum is that of the rounded lines. `per` document: the sum is rounded once, and the lines so that
    they add up to it. `total` says to what the total is rounded: the smallest coin, a tenth, the whole unit, or the
    whole unit with the rest dropped (抹零). `taxed`: whether prices include the tax.
    """

    places: int = 2
    price_places: int = 2
    per: str = LINE
    total: str = CENT
    taxed: bool = True


@dataclass(frozen=True)
class Figures:
    """The numbers of one line; a list price of 0 is none."""

    quantity: Decimal = Decimal(1)
    list_price: Decimal = Decimal(0)
    discount: Decimal = WHOLE
    price: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)
    gift: bool = False
    fixed: Fixed = "price"


@dataclass(frozen=True)
class Share:
    """What a line is in the end: `amount` by its own price, and its part of the document's total, net and tax."""

    amount: Decimal
    total: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Reckoned:
    """The sums of a document. `before` is the sum with tax before the document's discount."""

    shares: tuple[Share, ...]
    before: Decimal
    total: Decimal
    net: Decimal
    tax: Decimal
    discount: Decimal


class NothingToSpread(ValueError):
    """A total was set by hand, but no line costs anything."""


def half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number, a half upwards; neither may be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` in proportion to the weights; what is left over goes to the largest remainders.

    Of equal remainders the heavier line comes first, then the earlier.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise NothingToSpread
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    if rest:
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), -weights[i], i))
        for i in by_remainder[:rest]:
            parts[i] += 1
    return parts


def together(numerators: Sequence[int], denominator: int) -> list[int]:
    """Fractions rounded so that their sum is the rounded sum; what is left over goes to the largest remainders."""
    parts = [numerator // denominator for numerator in numerators]
    rest = half_up(sum(numerators), denominator) - sum(parts)
    if rest:
        by_remainder = sorted(range(len(parts)), key=lambda i: (-(numerators[i] % denominator), -numerators[i], i))
        for i in by_remainder[:rest]:
            parts[i] += 1
    return parts


def _whole(value: Decimal, places: int) -> int:
    return int(value.scaleb(places))


def _decimal(number: int, places: int) -> Decimal:
    # By its digits: a division would round numbers longer than the context's precision.
    return Decimal((0, tuple(map(int, str(number))), -places))


def settled(line: Figures, rule: Rule) -> Figures:
    """The line with everything that follows from what is `fixed`."""
    if line.gift:
        return replace(line, price=_decimal(0, rule.price_places), amount=_decimal(0, rule.places))
    quantity, listed = _whole(line.quantity, 4), _whole(line.list_price, 4)
    step = 10 ** (4 - rule.price_places)
    if line.fixed == "amount":
        amount = _whole(line.amount, rule.places)
        # amount / 10^places : quantity / 10^4, as a price with its places
        price = half_up(amount * _FOUR * _FOUR, quantity * 10**rule.places * step) * step if quantity else 0
        exact, over = amount * _FOUR * 100 * _FOUR * _FOUR, quantity * listed * 10**rule.places
        discount = half_up(exact, over) if over else 100 * _FOUR
    else:
        if line.fixed == "discount" and listed:
            discount = _whole(line.discount, 4)
            price = half_up(listed * discount, 100 * _FOUR * step) * step
        else:
            price = half_up(_whole(line.price, 4), step) * step
            discount = half_up(price * 100 * _FOUR, listed) if listed else 100 * _FOUR
        amount = half_up(quantity * price * 10**rule.places, _FOUR * _FOUR)
    return replace(
        line,
        price=_decimal(price // step, rule.price_places),
        discount=_decimal(discount, 4),
        amount=_decimal(amount, rule.places),
    )


def turned(line: Figures, name: str, value: Decimal, rule: Rule) -> Figures:
    """The line after somebody has typed one of its numbers.

    A typed discount, price or amount is fixed from then on. A new quantity keeps price and discount, a new list price
    keeps the discount; a discount on a line without a list price is one on its present price.
    """
    if name in ("discount", "price", "amount"):
        if name == "discount" and not line.list_price:
            line = replace(line, list_price=line.price)
        return settled(replace(line, **{name: value}, fixed=name), rule)  # type: ignore[arg-type]
    if name == "list_price":
        return settled(replace(line, list_price=value, fixed="discount" if value else "price"), rule)
    kept: Fixed = "price" if line.fixed == "amount" else line.fixed
    return settled(replace(line, **{name: value}, fixed=kept), rule)  # type: ignore[arg-type]


def reckoned(
    lines: Sequence[Figures], rule: Rule, *, discount: Decimal = WHOLE, by_hand: Decimal | None = None
) -> Reckoned:
    """The sums of settled lines with the document's discount, or with a total set by hand.

    Raises NothingToSpread for a total by hand above lines that cost nothing.
    """
    rates = [_whole(line.tax_rate, 2) for line in lines]
    # Exact amounts as whole numbers over one common denominator, without and with the tax on top.
    exact = [_exact(line, rule) for line in lines]
    gross = [e * (_HUNDRED if rule.taxed else _HUNDRED + rate) for e, rate in zip(exact, rates, strict=True)]
    if rule.per == DOCUMENT:
        amounts = together(exact, _FOUR * _FOUR)
        parts = together(gross, _FOUR * _FOUR * _HUNDRED)
    else:
        amounts = [_whole(line.amount, rule.places) for line in lines]
        tops = [0 if rule.taxed else half_up(a * rate, _HUNDRED) for a, rate in zip(amounts, rates, strict=True)]
        parts = [amount + top for amount, top in zip(amounts, tops, strict=True)]
    before = sum(parts)
    if by_hand is not None:
        total = _whole(by_hand, rule.places)
    else:
        total = _rounded(before * _whole(discount, 4), 100 * _FOUR, rule)
    if total != before:
        parts = spread(total, parts)
    taxes = _taxes(parts, rates, rule.per)
    shares = tuple(
        Share(*(_decimal(number, rule.places) for number in (amount, part, part - tax, tax)))
        for amount, part, tax in zip(amounts, parts, taxes, strict=True)
    )
    tax = sum(taxes)
    if by_hand is not None:
        discount = _decimal(half_up(total * 100 * _FOUR, before), 4) if before else WHOLE
    sums = [_decimal(number, rule.places) for number in (before, total, total - tax, tax)]
    return Reckoned(shares, sums[0], sums[1], sums[2], sums[3], discount)


def _exact(line: Figures, rule: Rule) -> int:
    """The amount of a line in smallest coins over 10^8."""
    if line.gift:
        return 0
    if line.fixed == "amount":
        return _whole(line.amount, rule.places) * _FOUR * _FOUR
    return _whole(line.quantity, 4) * _whole(line.price, 4) * int(10**rule.places)


def _rounded(numerator: int, denominator: int, rule: Rule) -> int:
    """A total in smallest coins, rounded to what the rule says."""
    to = {CENT: 1, TENTH: 10 ** max(rule.places - 1, 0)}.get(rule.total, 10**rule.places)
    if rule.total == DROP:
        return numerator // (denominator * to) * to
    return half_up(numerator, denominator * to) * to


def _taxes(parts: Sequence[int], rates: Sequence[int], per: str) -> list[int]:
    """The tax inside each part: rounded by itself, or all of one rate together."""
    if per == LINE:
        return [half_up(part * rate, _HUNDRED + rate) for part, rate in zip(parts, rates, strict=True)]
    taxes = [0] * len(parts)
    for rate in sorted(set(rates) - {0}):
        places = [i for i, each in enumerate(rates) if each == rate]
        for i, tax in zip(places, together([parts[i] * rate for i in places], _HUNDRED + rate), strict=True):
            taxes[i] = tax
    return taxes
