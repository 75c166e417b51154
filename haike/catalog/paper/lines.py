"""The lines of a document as the cells of a table, on paper and in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from haike.catalog.fields import quantity_text
from haike.catalog.lines.arithmetic import WHOLE
from haike.catalog.lines.field import lines_field
from haike.catalog.paper.kinds import COLUMNS
from haike.catalog.paper.record import AS_IS, WITH
from haike.catalog.product.record import Product
from haike.kernel.currency import CURRENCIES, money_text

NUMBERS = frozenset({"place", "quantity", "list_price", "discount", "price", "amount", "tax_rate", "tax"})
LEFT_OUT = frozenset({"number", "spec", "brand", "list_price", "discount", "remark"})
"""Columns that have no place on paper where no line fills them."""
MONEY = frozenset({"list_price", "price", "amount", "tax"})


@dataclass(frozen=True)
class Table:
    """The heads (name, words, whether to the right) and the rows of cells (text, whether to the right)."""

    heads: list[tuple[str, str, bool]]
    rows: list[list[tuple[str, bool]]]


def line_values(document: Any, line: Any, place: int, product: Product | None, prices: str) -> dict[str, Any]:
    """All that a line can show, as numbers and texts."""
    price, amount = line.price, line.amount
    if prices != AS_IS:
        amount = line.total if prices == WITH else line.net
        if amount != line.amount:
            # What is left of the price after all discounts; the amount is exact.
            step = Decimal(1).scaleb(-max(document.rule.price_places, CURRENCIES[document.currency].places))
            price = (amount / line.quantity).quantize(step, rounding=ROUND_HALF_UP) if line.quantity else amount
    return {
        "place": place,
        "number": product.number if product is not None else "",
        "name": line.name,
        "spec": product.spec if product is not None else "",
        "brand": product.brand if product is not None else "",
        "unit": line.unit,
        "quantity": line.quantity,
        "list_price": line.list_price or None,
        "discount": line.discount if line.discount != WHOLE and not line.gift else None,
        "price": price,
        "amount": amount,
        "tax_rate": line.tax_rate,
        "tax": line.tax,
        "remark": line.remark,
    }


def said(name: str, value: Any, currency: str) -> str:
    """One of these values as people read it."""
    if value is None or value == "":
        return ""
    if name in MONEY:
        return money_text(value, currency)
    if name in ("discount", "tax_rate"):
        return f"{value.normalize():f}%"
    return quantity_text(value) if name == "quantity" else str(value)


def has_lines(document: Any) -> bool:
    """Whether a document of this kind has lines at all."""
    return lines_field(type(document)) is not None


def values_of(document: Any, prices: str) -> list[dict[str, Any]]:
    """The values of all lines; products are read by one query."""
    lines: Sequence[Any] = document.lines if has_lines(document) else []
    keys = {line.product_id for line in lines if line.product_id is not None}
    products = Product._base_manager.in_bulk(keys) if keys else {}
    return [
        line_values(document, line, place, products.get(line.product_id), prices) for place, line in enumerate(lines, 1)
    ]


def table_of(document: Any, columns: Sequence[str], prices: str) -> Table:
    """The chosen columns, in their own order."""
    found = values_of(document, prices)
    filled = {name for name in LEFT_OUT if any(values[name] for values in found)}
    names = [name for name in COLUMNS if name in columns and (name in filled or name not in LEFT_OUT)]
    rows = [[(said(name, values[name], document.currency), name in NUMBERS) for name in names] for values in found]
    return Table([(name, str(COLUMNS[name]), name in NUMBERS) for name in names], rows)
