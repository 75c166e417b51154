"""Lines as they come from a form, from the API, from an Excel sheet or out of the change log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.arithmetic import WHOLE, Rule, turned
from haike.catalog.lines.record import FIXED, MOST_LINES, DocumentLine
from haike.digits import whole
from haike.kernel.look.base import Raw
from haike.refused import Refused
from haike.sheets.values import clean_text, parse_bool, parse_decimal

NUMBERS = ("quantity", "list_price", "discount", "price", "amount", "tax_rate")
COLUMNS = ("key", "product", "fixed", "was", "name", "unit", *NUMBERS, "gift", "remark")
"""The cells of a row in the plain form, in this order, all of one name. `was` has the numbers as they were shown."""
MOST = {"quantity": Decimal(10) ** 9, "list_price": Decimal(10) ** 9, "price": Decimal(10) ** 9,
        "amount": Decimal(10) ** 12, "discount": Decimal(10) ** 6, "tax_rate": WHOLE}  # fmt: skip
PLACES = {"amount": 2, "tax_rate": 2}
LENGTHS = {"name": 200, "unit": 20, "remark": 200}
TURNING = ("quantity", "list_price", "discount", "price", "amount")


def cells_of(
    raw: Raw | Sequence[Any], columns: Sequence[str], filled: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """What a form sent as rows of texts: one JSON text of an editor, or the filled rows of a plain table."""
    cells = [raw] if isinstance(raw, str) else list(raw)
    if cells and isinstance(cells[0], str) and cells[0].lstrip().startswith("["):
        try:
            rows = orjson.loads(cells[0])
        except orjson.JSONDecodeError:
            raise Refused(_("The lines cannot be read.")) from None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Refused(_("The lines cannot be read."))
        return rows
    size = len(columns)
    rows = [dict(zip(columns, cells[at : at + size], strict=False)) for at in range(0, len(cells), size)]
    return [row for row in rows if filled(row)]


def rows_of(raw: Raw | Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of the editor of lines."""
    return cells_of(raw, COLUMNS, _named)


def _named(row: Mapping[str, Any]) -> bool:
    return any(str(row.get(name, "")).strip() for name in ("product", "name", "key"))


def lines_of(model: Any, rows: Sequence[Mapping[str, Any]]) -> list[DocumentLine]:
    """Rows as lines; Refused with a sentence for each line that cannot be read.

    A line without a name is one that its writer has emptied, and is left out.
    """
    made: list[DocumentLine] = []
    said: list[str] = []
    kept = [row for row in rows if str(row.get("name") or "").strip() or row.get("product")]
    if len(kept) > MOST_LINES:
        raise Refused(_("A document has at most %(most)s lines.") % {"most": MOST_LINES})
    taken = {key for row in kept if (key := _key(row.get("key")))}
    fresh, used = max(taken, default=0), set()
    for place, row in enumerate(kept, 1):
        try:
            line = line_of(model, row)
        except Refused as no:
            said.append(str(_("Line %(place)s: %(fault)s") % {"place": place, "fault": no}))
            continue
        if not line.key or line.key in used:
            fresh += 1
            line.key = fresh
        used.add(line.key)
        line.position = place
        made.append(line)
    if said:
        raise Refused(" ".join(said[:10]))
    return made


def _key(value: Any) -> int:
    number = whole(str(value)) if value not in (None, "") else None
    return number if number is not None and number < 2**31 else 0


def line_of(model: Any, row: Mapping[str, Any]) -> DocumentLine:
    line: DocumentLine = model(key=_key(row.get("key")))
    line.product_id = whole(str(row["product"])) if row.get("product") not in (None, "") else None
    for name, most in LENGTHS.items():
        text = clean_text(row.get(name) or "")
        if len(text) > most:
            raise Refused(_("At most %(most)s characters, you have %(have)s.") % {"most": most, "have": len(text)})
        setattr(line, name, text)
    given = {name: number for name in NUMBERS if (number := _said(model, name, row.get(name))) is not None}
    for name, number in given.items():
        setattr(line, name, number)
    gift = row.get("gift")
    line.gift = gift if isinstance(gift, bool) else bool(parse_bool(str(gift))) if gift else False
    if line.quantity <= 0:
        raise Refused(_("The quantity must be more than 0."))
    line.untaxed = "tax_rate" not in given
    said = [name for name in ("amount", "price", "discount") if name in given]
    fixed = str(row.get("fixed") or "")
    line.fixed = fixed if fixed in FIXED and (fixed in given or line.gift) else said[0] if said else "discount"
    # Without a list price one has to be found; with one, the discount on it says the rest.
    priced = given.keys() & {"list_price", "price", "amount"}
    line.unpriced = not priced and line.product_id is not None
    if row.get("was"):
        _follow(line, str(row["was"]))
    return line


def _follow(line: DocumentLine, was: str) -> None:
    """In the plain form nothing follows while one types: see which number was changed, the last one in order holds."""
    before = dict(zip(TURNING, was.split("|"), strict=False))
    figures = line.figures()
    for name in TURNING:
        try:
            old = parse_decimal(before.get(name, ""))
        except Refused:
            continue
        if old != getattr(line, name):
            # With as many places as a price may have: the document rounds it by its own rule afterwards.
            figures = turned(replace(figures, **{name: getattr(line, name)}), name, getattr(line, name), Rule(2, 4))
    line.take(figures)


def _said(model: Any, name: str, value: Any) -> Decimal | None:
    """The number of a cell; what is wrong with it tells in which column it stands."""
    try:
        return _number(name, value)
    except Refused as no:
        label = model._meta.get_field(name).verbose_name
        raise Refused(_("%(field)s, %(fault)s") % {"field": label, "fault": no}) from None


def _number(name: str, value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool) or (text := str(value).strip().removesuffix("%")) == "":
        return None
    number = parse_decimal(text)
    if not number.is_finite() or abs(number) >= MOST[name] + (1 if name == "tax_rate" else 0):
        raise Refused(_("The number is too large."))
    if number < 0:
        raise Refused(_("Quantities and prices are not negative."))
    places = PLACES.get(name, 4)
    fitted = round(number, places)
    if fitted != number:
        raise Refused(_("At most %(places)s decimal places.") % {"places": places})
    return fitted
