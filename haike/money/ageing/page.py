"""The ageing report on the screen and as a file; every sum leads to the list of its plans."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from haike.customers.customer.record import Customer
from haike.exchange.leaving import numbered, workbook
from haike.kernel.currency import OWN, money_text
from haike.kernel.entity import Label, entity_of
from haike.kernel.filter import Group, Line
from haike.kernel.period import today
from haike.money.ageing.report import BY, PARTS, Beside, Row, days_of, may_age, read_ageing, read_beside
from haike.money.plan.record import PaymentPlan
from haike.money.statement.page import may_state
from haike.people.grants import organisation
from haike.refused import Refused
from haike.screens.door import refused_page
from haike.sheets.write import Column, SheetWriter

LABELS: tuple[Label, ...] = (
    gettext_lazy("Not due"), gettext_lazy("1–30 days"), gettext_lazy("31–60 days"), gettext_lazy("61–90 days"),
    gettext_lazy("Over 90 days"),
)  # fmt: skip
BESIDE: tuple[Label, ...] = (
    gettext_lazy("Not planned"), gettext_lazy("Opening debt"), gettext_lazy("Prepaid"), gettext_lazy("Debt"),
)  # fmt: skip
WAYS: dict[str, Label] = {"customer": gettext_lazy("By customer"), "owner": gettext_lazy("By owner")}
HEADS: dict[str, Label] = {"customer": gettext_lazy("Customer"), "owner": gettext_lazy("Owner")}
MOST_ROWS = 200
"""So many rows stand on the page, those with most overdue first; the file has them all."""


def _asked(request: HttpRequest, user: Any) -> str:
    if not may_age(user):
        raise Http404
    by = (request.POST if request.method == "POST" else request.GET).get("by", "")
    return by if by in BY else BY[0]


def _names(by: str, keys: list[int], user: Any) -> dict[int, str]:
    """What the reader may call them; customers that he does not see have no name for him."""
    if by == "owner":
        return {key: found.name for key in keys if (found := organisation().users.get(key)) is not None}
    rows: Any = Customer.objects.visible_to(user).filter(pk__in=keys)
    return dict(rows.values_list("pk", "name"))


def list_url(by: str, key: int | None, part: int | None, day: date, *, every: bool = False) -> str:
    """The list of exactly those plans that a sum is made of; `every` for those of everybody."""
    lines: list[Line] = []
    if not every:
        lines.append(_line(by, "empty") if key is None else _line(by, "one_of", str(key)))
    if part is not None:
        first, last = days_of(part, day)
        if first is not None and last is not None:
            lines.append(_line("due_on", "between", first.isoformat(), last.isoformat()))
        elif first is not None:
            lines.append(_line("due_on", "after", (first - timedelta(days=1)).isoformat()))
        elif last is not None:
            lines.append(_line("due_on", "before", (last + timedelta(days=1)).isoformat()))
    query = {"tab": "unpaid", **({"f": Group(tuple(lines)).text()} if lines else {})}
    return f"{entity_of(PaymentPlan).url}?{urlencode(query)}"


def _line(name: str, op: str, *value: str) -> Line:
    return Line(entity_of(PaymentPlan).looks[name], op, list(value))


def _cells(row: Row, by: str, key: int | None, day: date, *, every: bool = False) -> list[dict[str, Any]]:
    def cell(label: Label, total: Decimal, part: int | None) -> dict[str, Any]:
        url = list_url(by, key, part, day, every=every) if total else ""
        return {"label": label, "text": money_text(total) if total or part is None else "", "url": url}

    return [*(cell(LABELS[part], row.sums[part], part) for part in range(PARTS)), cell(_("Total"), row.total, None)]


def _amounts(found: Beside, total: Decimal) -> list[Decimal]:
    return [found.unplanned, found.opening, -found.prepaid, total + found.sum]


def _debt(found: Beside, total: Decimal) -> list[dict[str, Any]]:
    return [{"label": BESIDE[-1], "text": money_text(_amounts(found, total)[-1]), "url": ""}]


def _read(user: Any, by: str) -> tuple[dict[int | None, Row], Row, dict[int | None, Beside], Beside]:
    """The report; by customer with what is on no plan, so that each row ends with the debt."""
    rows, whole = read_ageing(user, by)
    if by != "customer":
        return rows, whole, {}, Beside()
    beside, sums = read_beside(user)
    others: dict[int | None, Row] = {key: Row() for key in beside if key not in rows}
    return others | rows, whole, dict(beside.items()), sums


def _most_late(pair: tuple[int | None, Row]) -> tuple[Any, ...]:
    key, row = pair
    return -row.late, -row.total, key or 0


def ageing_view(request: HttpRequest) -> HttpResponse:
    """The page."""
    user = cast(Any, request.user)
    by = _asked(request, user)
    try:
        rows, whole, beside, sums = _read(user, by)
    except Refused as no:
        return refused_page(request, no)
    more = by == "customer"
    day, letters = today(), by == "customer" and may_state(user)
    shown = sorted(rows.items(), key=_most_late)[:MOST_ROWS]
    names = _names(by, [key for key, _row in shown if key is not None], user)
    context = {
        "title": _("Ageing"), "by": by, "head": HEADS[by],
        "labels": [*LABELS, _("Total"), *(BESIDE[-1:] if more else ())],
        "debts": more,
        "ways": [(label, key, key == by) for key, label in WAYS.items()],
        "day": day, "number": len(rows), "more": len(rows) > MOST_ROWS, "letters": letters,
        "rows": [
            {
                "name": names.get(cast(int, key), ""), "cells": [
                    *_cells(row, by, key, day), *(_debt(beside.get(key, Beside()), row.total) if more else ()),
                ],
                "url": f"{entity_of(Customer).url}{key}/" if by == "customer" and key in names else "",
                "letter": f"{entity_of(Customer).url}{key}/payment-reminder"
                if letters and row.late and key in names else "",
            }
            for key, row in shown
        ],
        "whole": _cells(whole, by, None, day, every=True) + (_debt(sums, whole.total) if more else []),
        "may_export": entity_of(PaymentPlan).policy.may(user, "export"),
    }  # fmt: skip
    return render(request, "money/ageing.html", context)


@require_POST
def file_view(request: HttpRequest) -> HttpResponseBase:
    """All rows as a workbook."""
    user = cast(Any, request.user)
    by = _asked(request, user)
    if not entity_of(PaymentPlan).policy.may(user, "export"):
        raise Http404
    try:
        rows, whole, beside, sums = _read(user, by)
        more = by == "customer"
        names = _names(by, [key for key in rows if key is not None], user)

        def write(writer: SheetWriter) -> None:
            heads = [
                Column(str(HEADS[by])),
                *(Column(f"{label} ({OWN()})", "money") for label in [*LABELS, _("Total"), *(BESIDE if more else ())]),
            ]
            writer.add_sheet(_("Ageing"), heads)
            for key, row in sorted(rows.items(), key=_most_late):
                rest = _amounts(beside.get(key, Beside()), row.total) if more else []
                writer.write_row([names.get(cast(int, key), "—"), *row.sums, row.total, *rest])
            writer.write_row([_("Total"), *whole.sums, whole.total, *(_amounts(sums, whole.total) if more else [])])

        words = _("Ageing on %(day)s") % {"day": today().isoformat()}
        label = entity_of(PaymentPlan).label
        export = numbered(user, label, "xlsx", words=words, rows=len(rows))
        return workbook(export, user, _("Ageing"), write=write)
    except Refused as no:
        return refused_page(request, no)
