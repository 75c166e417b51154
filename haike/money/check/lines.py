"""The sums of quotes and orders from what somebody typed in their lines, in fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import CURRENCIES
from haike.money.check.finding import Finding, stored

HALF = Fraction(1, 2)


def _half_up(value: Fraction, places: int) -> Fraction:
    return Fraction((value * 10**places + HALF).__floor__(), 10**places)


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


def check_lines(model: Any, document: Any, lines: Sequence[Any], into: str = "total") -> Iterator[Finding]:
    """The lines of one document, and those of its sums that it keeps; `into` is the field of what they come to."""
    per, to, price_places = document.rounding.split(" ")
    places = CURRENCIES[document.currency].places
    coin = Fraction(1, 10**places)
    exact: list[Fraction] = []
    tops: list[Fraction] = []
    for line in lines:
        name = f"{document.number} / {line.key}"
        wanted = _line(line, int(price_places), places)
        amount = wanted.pop("amount")
        exact.append(amount)
        rounded = _half_up(amount, places)
        if per == "line" or line.gift or line.fixed == "amount":
            wanted["amount"] = rounded
        elif abs(Fraction(line.amount) - amount) >= coin:
            yield Finding(f"{model._meta.verbose_name} {name}", _("Amount"), line.amount, _decimal(rounded, places))
        yield from stored(model, line, {key: _decimal(value, 4) for key, value in wanted.items()}, name)
        rate = Fraction(0) if document.taxed else Fraction(line.tax_rate) / 100
        tops.append(rounded + _half_up(rounded * rate, places) if per == "line" else amount * (1 + rate))
        if line.net + line.tax != line.total:
            yield Finding(f"{model._meta.verbose_name} {name}", _("Without tax"), line.net, line.total - line.tax)
    before = _half_up(sum(tops, Fraction(0)), places)
    total = before * Fraction(document.discount) / 100
    if document.by_hand is not None:
        total = Fraction(document.by_hand)
    elif to == "drop":
        total = Fraction(total.__floor__())
    else:
        total = _half_up(total, {"cent": places, "tenth": min(1, places)}.get(to, 0))
    sums = {"before": before, into: total, **_shares(lines, ("net", "tax"))}
    kept = {name: _decimal(value, places) for name, value in sums.items() if hasattr(document, name)}
    yield from stored(type_of(model), document, kept)
    yield from _parts(model, document, lines, tops, before, total, coin, per)
    if lines and (found := _shares(lines, ("total",))["total"]) != Fraction(getattr(document, into)):
        label = type_of(model)._meta.get_field(into).verbose_name
        yield Finding(
            f"{model._meta.verbose_name} {document.number}", label, getattr(document, into), _decimal(found, 2)
        )


def type_of(model: Any) -> Any:
    """The model of the documents to which lines belong."""
    return model._meta.get_field("document").related_model


def _line(line: Any, price_places: int, places: int) -> dict[str, Fraction]:
    """Price, discount and exact amount by what was typed."""
    quantity, listed = Fraction(line.quantity), Fraction(line.list_price)
    if line.gift:
        return {"price": Fraction(0), "amount": Fraction(0)}
    if line.fixed == "amount":
        amount = Fraction(line.amount)
        price = _half_up(amount / quantity, price_places) if quantity else Fraction(0)
        discount = _half_up(amount * 100 / (quantity * listed), 4) if quantity and listed else Fraction(100)
        return {"price": price, "discount": discount, "amount": amount}
    if line.fixed == "discount" and listed:
        discount = Fraction(line.discount)
        price = _half_up(listed * discount / 100, price_places)
    else:
        price = Fraction(line.price)
        discount = _half_up(price * 100 / listed, 4) if listed else Fraction(100)
    return {"price": price, "discount": discount, "amount": quantity * price}


def _shares(lines: Sequence[Any], names: Sequence[str]) -> dict[str, Fraction]:
    return {name: sum((Fraction(getattr(line, name)) for line in lines), Fraction(0)) for name in names}


def _parts(
    model: Any, document: Any, lines: Sequence[Any], tops: Sequence[Fraction], before: Fraction, total: Fraction,
    coin: Fraction, per: str,
) -> Iterator[Finding]:  # fmt: skip
    """What of the total and of its tax each line bears: to the coin where it follows alone, else less than one off."""
    heading, whole = model._meta.verbose_name, sum(tops, Fraction(0))
    taxes: dict[Decimal, list[Fraction]] = defaultdict(list)
    for line, top in zip(lines, tops, strict=True):
        name = f"{heading} {document.number} / {line.key}"
        part = top * total / whole if whole else Fraction(0)
        # Where a discount is spread, rounded parts weigh: what one is off grows with the total.
        near = coin if total == before and per == "line" else coin * (2 + (total / before if before else 0))
        if abs(Fraction(line.total) - part) >= near:
            yield Finding(name, _("Total"), line.total, _decimal(_half_up(part, 2), 2))
        inside = Fraction(line.total) * Fraction(line.tax_rate) / (100 + Fraction(line.tax_rate))
        if per == "line" and Fraction(line.tax) != (tax := _half_up(inside, CURRENCIES[document.currency].places)):
            yield Finding(name, _("Tax"), line.tax, _decimal(tax, 2))
        taxes[line.tax_rate] += [inside, -Fraction(line.tax)]
    for rate, some in taxes.items():
        if per != "line" and abs(sum(some, Fraction(0))) > coin / 2:
            yield Finding(
                f"{heading} {document.number}", _("Tax"), f"{rate}%", _decimal(sum(some[::2], Fraction(0)), 4)
            )
