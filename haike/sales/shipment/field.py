"""The lines of a shipment as one field: rows of a table that are read, written, logged and undone with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.catalog.fields import quantity_text
from haike.catalog.lines.field import SHOWN_IN_LOG, Lines, LinesLook
from haike.catalog.lines.record import MOST_LINES
from haike.catalog.lines.typed import cells_of
from haike.digits import whole
from haike.kernel.escape import escape
from haike.kernel.look import shows
from haike.kernel.look.base import Raw
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import parse_decimal

CELLS = ("line", "name", "unit", "open", "quantity")
"""The inputs of a row in this order, all of one name. Only `line` and `quantity` are believed."""
MOST = Decimal(10) ** 9
LENGTHS = {"name": 200, "unit": 20}
"""What is shown of a line until it is written; then it is that of the order."""


class ShippedLines(Lines):
    """Lines with a quantity and no price; `model` points to the shipment by a foreign key `document`."""

    priced = False


@shows(ShippedLines)
class ShippedLinesLook(LinesLook):
    """Quantities line by line: typed beside what is left, told in the log."""

    example = '[{"line":1,"name":"安装调试","unit":"","quantity":"1"}]'

    def raw(self, value: Any) -> Raw:
        if not value:
            return []
        rows = [{**_data(line), "open": _plain(getattr(line, "open", None))} for line in value or []]
        return [orjson.dumps(rows).decode()]

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return _widget(name, _rows(raw), self.label, invalid=invalid)

    def text(self, value: Any) -> str:
        return "; ".join(_said(_data(line)) for line in value or [])

    def parse(self, raw: Raw, by: Actor) -> Any:
        """None where the form had no rows to fill in: that is all that is left. No quantity in any row is nothing."""
        rows = _rows(raw)
        return self._lines(rows) if rows else None

    def to_json(self, value: Any) -> Any:
        return [_data(line) for line in value or []]

    def from_json(self, value: Any, by: Actor) -> Any:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise Refused(_("A list of lines is expected."))
        return self._lines(value)

    def from_stored(self, value: Any) -> Any:
        return self._lines(value)

    def to_sheet(self, value: Any) -> Any:
        return self.text(value) or None

    def schema(self) -> dict[str, Any]:
        kinds: dict[str, Any] = {
            "line": {"type": "integer", "description": "The key of the line in the order"},
            "name": {"type": "string"}, "unit": {"type": "string"},
            "quantity": {"type": ["string", "number"]},
        }  # fmt: skip
        return {"type": "array", "items": {"type": "object", "properties": kinds, "required": ["line", "quantity"]}}

    def from_log(self, value: Any) -> str:
        return "; ".join(_said(row) for row in (value or [])[:SHOWN_IN_LOG])

    def _lines(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        model: Any = self.field.line_model  # type: ignore[union-attr]
        if len(rows) > MOST_LINES:
            raise Refused(_("A document has at most %(most)s lines.") % {"most": MOST_LINES})
        found: dict[int, Any] = {}
        for row in rows:
            key, quantity = whole(str(row.get("line") or "")), _quantity(row.get("quantity"))
            if key is None or key in found:
                raise Refused(_("The lines cannot be read."))
            if quantity:
                said = {name: str(row.get(name) or "")[:most] for name, most in LENGTHS.items()}
                found[key] = model(key=key, quantity=quantity, **said)
        return list(found.values())


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _data(line: Any) -> dict[str, Any]:
    return {"line": line.key, "name": line.name, "unit": line.unit, "quantity": _plain(line.quantity)}


def _said(row: Mapping[str, Any]) -> str:
    return f"{row.get('name') or row['line']} × {quantity_text(Decimal(row['quantity']))}{row.get('unit') or ''}"


def _quantity(value: Any) -> Decimal:
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not text:
        return Decimal(0)
    number = parse_decimal(text)
    if not number.is_finite() or number < 0 or number >= MOST or round(number, 4) != number:
        raise Refused(_("A quantity is not below 0 and has at most 4 decimal places."))
    return number


def _rows(raw: Raw | Sequence[Any]) -> list[dict[str, Any]]:
    return cells_of(raw, CELLS, lambda row: bool(row.get("line")))


HEADS = {
    "name": gettext_lazy("Product or name"), "unit": gettext_lazy("Unit"), "open": gettext_lazy("Undelivered"),
    "quantity": gettext_lazy("This time"),
}  # fmt: skip


def _widget(name: str, rows: Sequence[Mapping[str, Any]], label: Any, *, invalid: bool) -> SafeString:
    if not rows:
        text = _("Everything that is left of the order is shipped; what went out can be corrected afterwards.")
        return mark_safe(f'<p class="hint" id="id_{escape(name)}">{escape(text)}</p>')
    head = "".join(
        f'<th scope="col" class="{"end" if column in ("open", "quantity") else ""}">{escape(text)}</th>'
        for column, text in HEADS.items()
        if column != "open" or any(row.get("open") for row in rows)
    )
    bad = f' aria-invalid="true" aria-describedby="error-{escape(name)}"' if invalid else ""
    body = "".join(_row(name, row) for row in rows)
    return mark_safe(
        f'<div class="shipped-lines" id="id_{escape(name)}" role="group" aria-label="{escape(label)}"{bad}>'
        f'<div class="table-scroll"><table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></div>"
    )


def _row(name: str, row: Mapping[str, Any]) -> str:
    text = {cell: str(row.get(cell) or "") for cell in CELLS}
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(text[cell])}">' for cell in CELLS[:-1])
    over = _over(text)
    hint = f'<small class="bad">{escape(over)}</small>' if over else ""
    invalid = ' aria-invalid="true"' if over else ""
    left = f'<td class="text-end nowrap">{escape(text["open"])}</td>' if text["open"] else ""
    label = _("Quantity of %(name)s") % {"name": text["name"]}
    return (
        f'<tr><th scope="row">{hidden}{escape(text["name"])}</th><td>{escape(text["unit"])}</td>{left}'
        f'<td class="text-end"><input class="form-control" type="text" inputmode="decimal" autocomplete="off" '
        f'name="{escape(name)}" aria-label="{escape(label)}" value="{escape(text["quantity"])}"{invalid}>'
        f"{hint}</td></tr>"
    )


def _over(text: Mapping[str, str]) -> str:
    """The sentence beside a row of which more shall go out than is left."""
    try:
        quantity, left = _quantity(text["quantity"]), _quantity(text["open"])
    except Refused as no:
        return str(no)
    return str(_("At most %(left)s") % {"left": text["open"]}) if text["open"] and quantity > left else ""
