"""Rows that name products in some way, as lines: what was pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from haike.catalog.lines.asked import AskedLine, told
from haike.catalog.lines.offers import Offers
from haike.catalog.price import sellable
from haike.refused import Refused
from haike.sheets.values import parse_decimal

SEVERAL: Any = object()


def named_products(user: Any, names: Collection[str]) -> dict[str, Any]:
    """Sellable products by whichever of these names they have: name, model, number, bar code, name with model.

    SEVERAL stands for a name or a model that more than one has: nobody can tell which of them was meant.
    """
    found: dict[str, Any] = {}
    # One query for each way of naming a product; the surest one wins.
    for column in ("name", "model", "bar_code", "number"):
        here: dict[str, Any] = {}
        for product in sellable(user).filter(**{f"{column}__in": names}):
            here[getattr(product, column)] = SEVERAL if getattr(product, column) in here else product
        found |= here
    for product in sellable(user).filter(name__in={start for name in names for start in _starts(name)}):
        if str(product) in names:
            found[str(product)] = product
    found.pop("", None)
    return found


def _starts(name: str) -> list[str]:
    """What the name may be where the model follows it; both may have spaces in them."""
    words = name.split(" ")
    return [" ".join(words[:most]) for most in range(1, len(words) + 1)]


def offered_row(product: Any, offers: Offers, line: AskedLine) -> dict[str, Any]:
    """What a product says of the row in which it is named."""
    said = told(product, offers, line)
    return {
        "product": said["id"], "name": said["name"], "unit": said["unit"], "tax_rate": said["tax_rate"],
        "list_price": said["list_price"] or "0", "price": said["list_price"] or "0",
        "fixed": "discount" if said["list_price"] else "price",
    }  # fmt: skip


def match_rows(user: Any, document: Any, rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Rows of a sheet as lines; what is no product is a line of free text, and a heading is left out."""
    products = named_products(user, {row[0] for row in rows if row and row[0]})
    offers = Offers(document, {each.pk for each in products.values() if each is not SEVERAL})
    lines = []
    for place, row in enumerate(rows):
        if not row or not row[0]:
            continue
        quantity = read_quantity(row[1]) if len(row) > 1 else Decimal(1)
        product = products.get(row[0])
        if product is None and quantity is None and place == 0 and not any(sign.isdigit() for sign in "".join(row[1:])):
            continue  # 名称 数量 单价
        # What is no quantity stays as it was pasted: the editor marks it, and saving says what is wrong with it.
        given = row[1] if len(row) > 1 else ""
        line: dict[str, Any] = {"name": row[0], "quantity": f"{quantity.normalize():f}" if quantity else given or "1"}
        if product is SEVERAL:
            line["several"] = True
        elif product is not None:
            line |= offered_row(product, offers, AskedLine(product.pk, quantity or Decimal(1)))
        price = _price(row[2]) if len(row) > 2 else None
        if price is not None:
            line |= {"price": f"{price.normalize():f}", "fixed": "price"}
        lines.append(line)
    return lines


def _price(text: str) -> Decimal | None:
    try:
        number = parse_decimal(text)
    except Refused:
        return None
    return round(number, 4) if number.is_finite() and 0 <= number < 10**9 else None


def read_quantity(text: str) -> Decimal | None:
    """A quantity more than 0, else None."""
    try:
        number = parse_decimal(text)
    except Refused:
        return None
    return round(number, 4) if number.is_finite() and 0 < number < 10**9 else None
