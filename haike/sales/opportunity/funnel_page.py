"""The page of the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.kernel.currency import money_text
from haike.kernel.entity import Label
from haike.sales.opportunity.funnel import Share, Step, groups_of, read_funnel, shares
from haike.sales.opportunity.record import STATES, WON
from haike.sales.opportunity.report import Asked

BY: dict[str, Label] = {
    "owner": gettext_lazy("By owner"),
    "department": gettext_lazy("By department"),
    "product": gettext_lazy("By product"),
}
HEADS: dict[str, Label] = {
    "owner": gettext_lazy("Owner"), "department": gettext_lazy("Department"), "product": gettext_lazy("Product"),
}  # fmt: skip
PRODUCT_HINT = gettext_lazy(
    "An opportunity counts for each of its products, without any for each of its newest quote; its amount is parted as "
    "their amounts are."
)
MOST_ROWS = 50
NONE = "—"


@dataclass(frozen=True)
class Line:
    """A row of the table with its bar; `width` is that of the bar in percent."""

    label: str
    count: str
    amount: str
    share: str
    width: int
    on: str
    days: str
    late: bool
    lost: str
    present: str
    before: str
    on_before: str


def percent(part: float | None) -> str:
    """A part from 0 to 1 as people read it."""
    return NONE if part is None else f"{part * 100:.0f}%"


def lines(steps: Sequence[Step], before: Sequence[Step] | None) -> list[Line]:
    """The rows, each beside the same stage of the period it is compared with."""
    found = []
    for place, step in enumerate(steps):
        other = before[place] if before else None
        stage = step.stage
        found.append(
            Line(
                label=str(stage) if stage else str(STATES[WON]),
                count=f"{step.number:,}",
                amount=money_text(step.amount),
                share=percent(step.share),
                width=round(step.share * 100),
                on=percent(step.on) if stage else "",
                days="" if stage is None else (NONE if step.days is None else f"{step.days:.1f}"),
                late=bool(stage and stage.days and step.days is not None and step.days > stage.days),
                lost=f"{step.lost:,}" if stage else "",
                present=f"{step.present:,}" if stage else "",
                before=f"{other.number:,}" if other else "",
                on_before=percent(other.on) if other and stage else "",
            )
        )
    return found


def funnel_view(request: HttpRequest) -> HttpResponse:
    """How far the opportunities of a period have come, by stage and by owner, department or product."""
    asked = Asked(cast(Any, request.user), request.GET)
    ways = [key for key in BY if (asked.by_product if key == "product" else asked.reads("owner"))]
    by = request.GET.get("by", "") if request.GET.get("by") in ways else (ways or [""])[0]
    groups = groups_of(asked, asked.span)
    steps = read_funnel(asked, asked.span, groups)
    before = read_funnel(asked, asked.compared) if asked.compared is not None else None
    won = steps[-1] if steps else None
    context = {
        "asked": asked,
        "title": _("Funnel"),
        "lines": lines(steps, before) if steps and steps[0].number else [],
        "began": steps[0].number if steps else 0,
        "rate": percent(won.share) if won and steps[0].number else NONE,
        "won": won.number if won else 0,
        "won_amount": money_text(won.amount if won else Decimal(0)),
        "by": by,
        "ways": [(BY[key], key, key == by) for key in ways],
        "head": HEADS.get(by, ""),
        "shares": [
            (each, percent(each.rate), money_text(each.amount), _narrower(asked, each) if by == "product" else "")
            for each in (shares(asked, asked.span, by, groups)[:MOST_ROWS] if by else [])
        ],
        "hint": PRODUCT_HINT if by == "product" else "",
    }
    return render(request, "sales/opportunity/funnel.html", context)


def _narrower(asked: Asked, share: Share) -> str:
    """The address of the funnel of one product."""
    return f"?{asked.query(product=share.key, by='product')}"
