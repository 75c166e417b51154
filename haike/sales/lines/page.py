"""A list of lines as a page and as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.exchange.leaving import numbered, workbook
from haike.kernel.currency import money_text
from haike.refused import Refused
from haike.sales.lines.lists import LineList, lines_of_orders, lines_of_shipments
from haike.screens.door import refused_page
from haike.screens.form import Typed
from haike.sheets.write import SheetWriter

SIZE = 50
MOST_ROWS = 50_000
"""So many lines go into one file."""
MOST_SUMMED = 5_000
"""Sums are told of no more lines; a longer list is narrowed first."""


def orders_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """Lines over all orders."""
    return _answer(request, lines_of_orders)


def shipments_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """Lines over all shipments."""
    return _answer(request, lines_of_shipments)


def _answer(request: HttpRequest, listed: Callable[[Any], LineList]) -> HttpResponse | FileResponse:
    user: Any = request.user
    some = listed(user)
    typed = Typed(some.looks, user)
    typed.read(request.GET)
    # What cannot be read is said beside its field; the rest of the filter holds.
    good = typed.parse()
    rows = some.rows(typed.values)
    may_export = some.entity.policy.may(user, "export")
    if request.GET.get("format") == "xlsx" and good:
        if not may_export:
            raise Http404
        try:
            return _file(request, some, rows)
        except Refused as no:
            return refused_page(request, no)
    page = max(whole(request.GET.get("page")) or 1, 1)
    found = list(rows[(page - 1) * SIZE : page * SIZE + 1])
    query = {name: value for name, value in request.GET.items() if name in some.looks and value}
    context = {
        "title": some.title,
        "back": some.entity,
        "url": some.url,
        "fields": [typed.field(name) for name in some.looks],
        "columns": some.columns,
        "rows": [[(column, column.html(row)) for column in some.columns] for row in found[:SIZE]],
        "sums": _sums(some, rows) if found else "",
        "prev_url": f"{some.url}?{urlencode({**query, 'page': page - 1})}" if page > 1 else "",
        "next_url": f"{some.url}?{urlencode({**query, 'page': page + 1})}" if len(found) > SIZE else "",
        "file_url": f"{some.url}?{urlencode({**query, 'format': 'xlsx'})}" if may_export else "",
        "filtered": bool(query),
    }
    return render(request, "sales/lines/list.html", context)


def _sums(some: LineList, rows: QuerySet[Any]) -> str:
    """The amounts of all lines found, by currency; added up here, for SQLite reckons in binary fractions."""
    if some.amount is None:
        return ""
    found = list(rows[: MOST_SUMMED + 1])
    if len(found) > MOST_SUMMED:
        return str(_("More than %(most)s lines; narrow the list to see their sum.") % {"most": f"{MOST_SUMMED:,}"})
    sums: dict[str, Decimal] = {}
    for row in found:
        currency, amount = some.amount(row)
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    told = " + ".join(money_text(amount, currency) for currency, amount in sorted(sums.items()))
    return str(_("%(count)s lines, together %(amount)s") % {"count": f"{len(found):,}", "amount": told})


def _file(request: HttpRequest, some: LineList, rows: QuerySet[Any]) -> FileResponse:
    user: Any = request.user
    number = rows.count()
    if number > MOST_ROWS:
        raise Refused(_("At most %(most)s lines go into one file; narrow the list.") % {"most": f"{MOST_ROWS:,}"})
    heads = [str(column.label) for column in some.columns]
    given = ((look.label, request.GET.get(name)) for name, look in some.looks.items())
    export = numbered(
        user, some.entity.label, "xlsx", columns=", ".join(heads), rows=number,
        words="; ".join(f"{label}: {value}" for label, value in given if value),
        no=_("So many lines need somebody's approval to leave the house; narrow the list."),
    )  # fmt: skip

    def write(writer: SheetWriter) -> None:
        writer.add_sheet(str(some.title), heads)
        for row in rows.iterator(chunk_size=1000):
            writer.write_row([_cell(column.text(row)) for column in some.columns])

    return workbook(export, user, str(some.title), write=write)


def _cell(value: Any) -> Any:
    """Numbers and days stay what they are; words are written out in the reader's language."""
    return value if value is None or isinstance(value, Decimal | date) else str(value) or None
