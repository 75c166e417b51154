"""The lines of a document on its page: a table with the sums, and cost and margin for those who may see them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.catalog.fields import quantity_text
from haike.catalog.lines.arithmetic import WHOLE
from haike.catalog.lines.offers import offers_of
from haike.catalog.lines.record import DocumentLine, WithLines
from haike.catalog.lines.rules import too_cheap
from haike.catalog.policy import COST
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of


def lines_panel(document: WithLines, user: Any) -> SafeString:
    """The table, without any column that no line fills."""
    may = entity_of(document).right(user, "lines") in ("read", "edit")
    lines = list(document.lines) if may else []
    sees_cost = user.grants.may_do(COST) and any(line.cost is not None for line in lines)
    shown = {
        "discount": any(line.discount != WHOLE for line in lines),
        "tax": any(line.tax for line in lines),
        "remark": any(line.remark for line in lines),
        "cost": sees_cost,
    }
    code = document.currency
    plain = document.sums()
    sums = {name: money_text(plain[name], code) for name in ("before", "net", "tax", "total")}
    margin = _margin(plain["net"], lines) if sees_cost else None
    cheap = {} if document.floor_binds else _cheap(document, lines)
    context = {
        "may": may,
        "rows": [{**_row(line, code, sees_cost), "cheap": cheap.get(line.key, "")} for line in lines],
        "shown": shown,
        "sums": sums,
        "reduced": plain["before"] != plain["total"],
        "by_hand": document.by_hand is not None,
        "margin": margin,
        "margin_text": money_text(margin[0], code) if margin else "",
    }
    return render_to_string("catalog/lines.html", {"lines": context})


def _cheap(document: WithLines, lines: list[DocumentLine]) -> dict[int, str]:
    """What to know of lines that are cheaper than anybody sells unasked, by their keys."""
    offers, found = offers_of(document, lines), {}
    for line in lines:
        offer = None if line.gift else offers.of(line)
        if offer is not None and (said := too_cheap(document, line, offer)):
            found[line.key] = str(said)
    return found


def _row(line: DocumentLine, code: str, sees_cost: bool) -> dict[str, Any]:
    return {
        "line": line,
        "quantity": quantity_text(line.quantity),
        "price": money_text(line.price, code),
        "discount": f"{line.discount.normalize():f}%" if line.discount != WHOLE else "",
        "amount": money_text(line.amount, code),
        "tax": f"{line.tax_rate.normalize():f}%" if line.tax_rate else "",
        "margin": _margin(line.net, [line]) if sees_cost else None,
        "cost": money_text(line.cost, code) if sees_cost and line.cost is not None else "",
    }


def _margin(net: Decimal, lines: list[DocumentLine]) -> tuple[Decimal, str] | None:
    """What is left of the net amount after the cost, and its percent; None while a cost is not known.

    Costs are without tax, as they are paid for by what comes in without it.
    """
    costs = [line.cost * line.quantity for line in lines if line.cost is not None]
    if len(costs) < len([line for line in lines if line.product_id is not None]) or not costs:
        return None
    left = net - sum(costs, Decimal(0))
    return left, f"{left * 100 / net:.1f}%" if net else ""
