"""Lines out of an Excel file: its columns are guessed and can be named, every row is shown with its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.asked import Asked, AskedLine
from haike.catalog.lines.match import SEVERAL, named_products, offered_row
from haike.catalog.lines.offers import Offers
from haike.catalog.lines.record import MOST_LINES
from haike.catalog.lines.typed import line_of
from haike.catalog.package.record import PackageLine
from haike.refused import Refused
from haike.sheets.cell import Cell
from haike.sheets.heading import Table
from haike.sheets.upload import sent_sheet
from haike.sheets.values import clean_text, parse_decimal

MOST_BYTES = 10_000_000
FIELDS = {
    "number": _("Product number"),
    "name": _("Product or name"),
    "model": _("Product model"),
    "unit": _("Unit"),
    "quantity": _("Quantity"),
    "list_price": _("List price"),
    "discount": _("Discount (%)"),
    "price": _("Price"),
    "amount": _("Amount"),
    "tax_rate": _("Tax (%)"),
    "gift": _("Gift"),
    "remark": _("Remark"),
}
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "产品编号", "产品编码", "编码", "货号", "物料编码", "条码", "sku", "code", "item no", "number"),
    "name": ("名称", "产品", "品名", "产品名称", "商品名称", "货品名称", "物料名称", "product", "item", "name"),
    "model": ("型号", "规格型号", "规格", "model", "spec"),
    "unit": ("单位", "计量单位", "unit"),
    "quantity": ("数量", "订购数量", "采购数量", "qty", "quantity"),
    "list_price": ("标价", "原价", "目录价", "list price"),
    "discount": ("折扣", "折扣率", "discount"),
    "price": ("单价", "价格", "含税单价", "报价", "price", "unit price"),
    "amount": ("金额", "小计", "总价", "含税金额", "amount", "subtotal"),
    "tax_rate": ("税率", "tax", "tax rate", "vat"),
    "gift": ("赠品", "gift"),
    "remark": ("备注", "说明", "remark", "note", "notes"),
}  # fmt: skip
SUMS = frozenset({"合计", "总计", "小计", "共计", "total", "sum", "subtotal"})
"""What stands before a sum below the rows."""
NUMBERS = ("quantity", "list_price", "discount", "price", "amount", "tax_rate")


@dataclass(frozen=True)
class Row:
    """A row of the file: its line there, its cells, and either the line for the editor or what is wrong with it."""

    place: int
    cells: list[str]
    line: dict[str, Any] | None
    fault: str = ""
    note: str = ""


@dataclass(frozen=True)
class Read:
    """A file: the headings, the field of each column ("" for none), and the rows."""

    titles: list[str]
    fields: list[str]
    rows: list[Row]


def guessed(titles: Sequence[str]) -> list[str]:
    """The field of each column by its heading, none twice; a heading's unit such as "(元)" counts for nothing."""
    found: list[str] = []
    for title in titles:
        plain = title.casefold().replace("（", "(").split("(")[0].strip()
        words = [name for name, known in HEADINGS.items() if plain in known or plain == str(FIELDS[name]).casefold()]
        found.append(words[0] if words and words[0] not in found else "")
    return found


def read_file(upload: Any, document: Asked, *, fields: Sequence[str] | None, by: Any) -> Read:
    """The first sheet of a file as lines; Refused for what is no spreadsheet, too large or without lines."""
    with sent_sheet(upload, most=MOST_BYTES) as book:
        table = Table(book)
        titles = [column.title for column in table.columns]
        said: list[tuple[int, list[Cell]]] = []
        for record in table.records():
            if len(said) >= MOST_LINES:
                raise Refused(_("A document has at most %(most)s lines.") % {"most": MOST_LINES})
            said.append((record.line, record.cells))
    known = [name if name in FIELDS else "" for name in fields or ()]
    chosen = known if len(known) == len(titles) else guessed(titles)
    if not {"name", "number", "model"} & set(chosen):
        # A sheet without headings: what a pasted row has, in its order.
        usual = ["name", "quantity", "price"]
        chosen = chosen if fields else [*usual[: len(titles)], *([""] * (len(titles) - len(usual)))]
    return Read(titles, chosen, _rows(said, chosen, document, by))


def _rows(said: Sequence[tuple[int, list[Cell]]], fields: Sequence[str], document: Asked, by: Any) -> list[Row]:
    cells = [(place, [clean_text(cell) for cell in row]) for place, row in said]
    named = [{name: text for name, text in zip(fields, row, strict=False) if name and text} for _place, row in cells]
    words = {text for each in named for name, text in each.items() if name in ("number", "name", "model")}
    words |= {f"{each.get('name', '')} {each.get('model', '')}".strip() for each in named}
    products = named_products(by, words)
    offers = Offers(document, {each.pk for each in products.values() if each is not SEVERAL})
    found = []
    for (place, row), each in zip(cells, named, strict=True):
        heads = [each[name] for name in ("name", "number", "model") if name in each]
        if not each or (heads and heads[0].casefold().strip(":：") in SUMS):
            continue
        try:
            line, note = _line(each, products, offers)
            found.append(Row(place, row, line, note=note))
        except Refused as no:
            found.append(Row(place, row, None, fault=str(no)))
    return found


def _line(each: Mapping[str, str], products: Mapping[str, Any], offers: Offers) -> tuple[dict[str, Any], str]:
    """The line for the editor, and what should be known of it."""
    name, model = each.get("name", ""), each.get("model", "")
    whole = f"{name} {model}".strip()
    ways = (each.get("number", ""), whole, name, model)
    named = [products[way] for way in ways if way in products]
    product = next((found for found in named if found is not SEVERAL), None)
    line: dict[str, Any] = {"name": whole or each.get("number", ""), "quantity": "1"}
    if not line["name"]:
        raise Refused(_("There is neither a product nor a name in this row."))
    numbers = {key: parse_decimal(each[key].removesuffix("%")) for key in NUMBERS if key in each}
    if named and product is None and not (name and model):
        raise Refused(_("Several products have this name: give the model or the number, too."))
    if product is not None:
        quantity = numbers.get("quantity", Decimal(1))
        line |= offered_row(product, offers, AskedLine(product.pk, quantity, each.get("unit", "")))
    typed = [key for key in ("amount", "price", "discount") if key in numbers]
    if typed:
        line["fixed"] = typed[0]
    line |= {key: f"{number.normalize():f}" for key, number in numbers.items()}
    line |= {key: each[key] for key in ("unit", "remark", "gift") if key in each}
    made = line_of(PackageLine, line)
    line |= {"gift": made.gift, "name": made.name}
    note = _("No product has this name or number; it becomes a line of text.") if product is None else ""
    return line, str(note)
