"""Two states of the lines of a document beside each other: what came in, what went out, what is otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from haike.catalog.fields import quantity_text
from haike.catalog.lines.arithmetic import WHOLE
from haike.kernel.currency import money_text

Data = Mapping[str, Any]
"""A line as the API and the change log have it."""
ZERO = Decimal(0)


def compared(before: Sequence[Data], after: Sequence[Data], currency: str) -> SafeString:
    """The lines that differ as a table, in the order of the later state, those that went out last; "" if none does."""
    old, new = {line["key"]: line for line in before}, {line["key"]: line for line in after}
    rows = [row for key in [*new, *(key for key in old if key not in new)]
            if (row := _row(old.get(key), new.get(key), currency))]  # fmt: skip
    if not rows:
        return SafeString("")
    same = sum(1 for key in new if key in old) - sum(1 for row in rows if row["kind"] == "changed")
    return render_to_string("catalog/line_changes.html", {"rows": rows, "same": same})


def _row(old: Data | None, new: Data | None, currency: str) -> dict[str, Any]:
    one = _texts(old, currency) if old else None
    other = _texts(new, currency) if new else None
    if one == other:
        return {}
    kind = "changed" if one and other else "added" if other else "removed"
    shown = other or one or {}
    cells = [_cell((one or {}).get(name), (other or {}).get(name)) for name in shown]
    words = {"changed": _("changed"), "added": _("added"), "removed": _("left out")}
    return {"kind": kind, "word": words[kind], "cells": cells}


def _cell(old: str | None, new: str | None) -> dict[str, str]:
    return {"old": old if old is not None and old != new else "", "new": new if new is not None else ""}


def _texts(line: Data, currency: str) -> dict[str, str]:
    discount, tax = _number(line, "discount"), _number(line, "tax_rate")
    gift = f" ({_('Gift')})" if line.get("gift") else ""
    return {
        "name": f"{line['name']}{gift}",
        "quantity": f"{quantity_text(_number(line, 'quantity'))} {line.get('unit') or ''}".strip(),
        "price": money_text(_number(line, "price"), currency),
        "discount": "" if discount == WHOLE else f"{discount.normalize():f}%",
        "amount": money_text(_number(line, "amount"), currency),
        "tax": f"{tax.normalize():f}%" if tax else "",
        "remark": str(line.get("remark") or ""),
    }


def _number(line: Data, name: str) -> Decimal:
    return Decimal(str(line.get(name) or ZERO))
