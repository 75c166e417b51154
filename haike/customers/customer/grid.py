"""Many customers at once: a grid that takes rows pasted from Excel."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers.contact.record import Contact
from haike.customers.customer.actions import CONTACT, quick_create
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.form import demanded_names

COLUMNS = [
    "name",
    f"{CONTACT}name",
    f"{CONTACT}post",
    f"{CONTACT}mobile",
    "phone",
    "region",
    "address",
    "source",
    "remark",
]
EMPTY_ROWS, MOST_ROWS = 10, 200


@dataclass
class GridRow:
    """One line of the grid: what was typed, what is wrong, whom it resembles."""

    texts: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.texts.values())


def grid_looks(user: Actor) -> dict[str, Look]:
    """The columns that the user may fill in."""
    customers, contacts = entity_of(Customer).editable_by(user), entity_of(Contact).editable_by(user)
    found = {}
    for column in [*COLUMNS, *(name for name in demanded_names(entity_of(Customer)) if name not in COLUMNS)]:
        name = column.removeprefix(CONTACT)
        looks = contacts if column.startswith(CONTACT) else customers
        if name in looks and not looks[name].by_file:
            found[column] = copy.copy(looks[name])
    if f"{CONTACT}name" in found:
        found[f"{CONTACT}name"].label = _("Contact person")
        found[f"{CONTACT}name"].required = False
    return found


def read_pasted(text: str, columns: list[str]) -> list[GridRow]:
    """Rows copied from a spreadsheet: lines of cells between tabs, quoted where a cell has several lines."""
    rows = []
    for line in _cells(text)[:MOST_ROWS]:
        row = GridRow({column: cell.strip() for column, cell in zip(columns, line, strict=False)})
        if not row.empty:
            rows.append(row)
    return rows


def _cells(text: str) -> list[list[str]]:
    # Not the csv module: a quotation mark inside a cell that is not quoted is an ordinary character in Excel's text.
    rows: list[list[str]] = [[]]
    at, end = 0, len(text)
    while at <= end:
        if text[at : at + 1] == '"' and (close := _closing(text, at)) > 0:
            rows[-1].append(text[at + 1 : close].replace('""', '"').replace("\n", " "))
            at = close + 1
        else:
            stops = [place for place in (text.find("\t", at), text.find("\n", at)) if place >= 0]
            stop = min(stops, default=end)
            rows[-1].append(text[at:stop].rstrip("\r"))
            at = stop
        if text[at : at + 1] == "\r":
            at += 1
        if text[at : at + 1] == "\n":
            rows.append([])
        at += 1
    return rows


def _closing(text: str, start: int) -> int:
    at = start + 1
    while (at := text.find('"', at)) >= 0:
        if text[at + 1 : at + 2] == '"':
            at += 2
            continue
        return at if text[at + 1 : at + 2] in ("", "\t", "\n", "\r") else -1
    return -1


def save_row(row: GridRow, looks: dict[str, Look], by: Actor, *, sure: bool) -> Customer | None:
    """Make the customer of a line, or put down what is wrong. Whoever is `sure` has seen the likeness to others."""
    values: dict[str, Any] = {}
    for column, look in looks.items():
        try:
            values[column] = look.parse(row.texts.get(column, ""), by)
        except Refused as no:
            row.errors[column] = str(no)
    if row.errors:
        return None
    person = {name.removeprefix(CONTACT): value for name, value in values.items() if name.startswith(CONTACT)}
    own = {name: value for name, value in values.items() if not name.startswith(CONTACT)}
    if not sure:
        row.message = " ".join(str(warning) for warning in entity_of(Customer).check_values(own, None, by))
        if row.message:
            return None
    try:
        return quick_create(by=by, contact=person, **own)
    except Refused as no:
        row.errors = {name: str(said) for name, said in no.fields.items() if name in looks}
        row.message = str(no) if not row.errors else ""
        return None


def grid_view(request: HttpRequest) -> HttpResponse:
    """The page of the grid. Good lines are saved, the others stay with what is wrong in them."""
    user = cast(Any, request.user)
    entity = entity_of(Customer)
    entity.policy.demand(user, "create")
    looks = grid_looks(user)
    rows: list[GridRow] = []
    created: list[Customer] = []
    if request.method == "POST":
        rows = read_pasted(request.POST.get("pasted", ""), list(looks))
        typed = [request.POST.getlist(column) for column in looks]
        for cells in list(zip(*typed, strict=False))[:MOST_ROWS]:
            row = GridRow(dict(zip(looks, (cell.strip() for cell in cells), strict=True)))
            if not row.empty:
                rows.append(row)
        if request.POST.get("do") == "save":
            sure = request.POST.get("sure") == "1"
            left = []
            for row in rows:
                customer = save_row(row, looks, user, sure=sure)
                if customer is None:
                    left.append(row)
                else:
                    created.append(customer)
            rows = left
            if created and not left:
                text = ngettext("%(count)s customer saved.", "%(count)s customers saved.", len(created))
                return done(request, text % {"count": len(created)}, entity.url, go=True)
    blank = [GridRow({}) for __ in range(max(EMPTY_ROWS - len(rows), 2))]
    faulty = any(row.errors or row.message for row in rows)
    grid = {
        "columns": [{"name": name, "label": look.label, "required": look.required} for name, look in looks.items()],
        "rows": [_shown(row, looks) for row in [*rows, *blank]],
        "created": created,
        "faulty": faulty,
        "alike": any(row.message for row in rows),
        "most": MOST_ROWS,
        "back_url": entity.url,
    }
    return render(request, "customers/grid.html", {"grid": grid}, status=422 if faulty else 200)


def _shown(row: GridRow, looks: dict[str, Look]) -> dict[str, Any]:
    cells = [
        {"name": name, "label": look.label, "text": row.texts.get(name, ""), "error": row.errors.get(name, "")}
        for name, look in looks.items()
    ]
    return {"cells": cells, "message": row.message}
