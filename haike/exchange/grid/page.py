"""The page of a grid."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.digits import whole
from haike.exchange.grid.cells import MOST_ROWS, GridRow, by_columns, clipboard
from haike.exchange.grid.declare import GRIDS, Grid
from haike.exchange.grid.save import match_rows, row_of, save_all, save_row
from haike.exchange.target import guess
from haike.kernel.entity import Entity
from haike.kernel.look import Look
from haike.kernel.selection import Selection, check_ids
from haike.refused import Refused
from haike.screens.door import done, entity_view, refused_page
from haike.screens.list import STATE, bulk_sources

EMPTY_ROWS = 10
Looks = Mapping[str, Look]


@entity_view("grid")
def grid_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """New lines, or those of the chosen records; a POST saves them."""
    user, grid = cast(Any, request.user), GRIDS.get(entity.label)
    if grid is None:
        raise Http404
    asked = request.method != "POST" or bool({"ids", "everything"} & request.POST.keys())
    ids = _chosen(request, entity, user) if grid.edits and asked else []
    if not ids and not (grid.edits and entity.policy.may(user, "edit")):
        entity.policy.demand(user, "create")
    if asked and request.method == "POST" and not ids:
        return refused_page(request, Refused(_("You may look at this record, but not change it.")))
    if ids and getattr(request, "htmx", False):
        # Asked for from the list, which opens what it offers in a drawer: a table wants the whole page.
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = f"{entity.url}grid?{urlencode({'ids': ','.join(map(str, ids))})}"
        return answer
    looks = grid.looks_for(user)
    if asked:
        found = entity.model.objects.visible_to(user, "edit").in_bulk(ids)
        rows = [row_of(found[key], looks) for key in ids if key in found]
        return _shown(request, grid, user, looks, rows)
    rows = _typed(request, looks)
    pasted, rest = _pasted(request, grid, user, looks, MOST_ROWS - len(rows))
    if grid.edits:
        match_rows(grid, pasted, looks, user)
    rows += pasted
    if request.POST.get("do") != "save" or rest:
        return _shown(request, grid, user, looks, rows, rest=rest)
    if grid.edits:
        batch = save_all(grid, rows, looks, by=user)
        if any(row.faulty for row in rows):
            return _shown(request, grid, user, looks, rows)
        if batch is None:
            return done(request, _("Nothing was changed."), entity.url, go=True)
        text = _("%(created)s new, %(changed)s changed.") % {"created": batch.created, "changed": batch.changed}
        return done(request, text, f"/batches/{batch.pk}/", go=True)
    sure = request.POST.get("sure") == "1"
    made = [(row, save_row(grid, row, looks, user, sure=sure)) for row in rows]
    created = [record for __, record in made if record is not None]
    left = [row for row, record in made if record is None]
    if created and not left:
        text = ngettext("%(count)s saved.", "%(count)s saved.", len(created)) % {"count": len(created)}
        return done(request, text, entity.url, go=True)
    return _shown(request, grid, user, looks, left, created=created)


def _chosen(request: HttpRequest, entity: Entity, user: Any) -> list[int]:
    """The keys of the records that were chosen in a list and may be changed, in its order."""
    # The list posts what was chosen: a hundred keys are too long for an address in some places.
    said = request.POST if request.method == "POST" else request.GET
    if said.get("everything"):
        query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
        return list(Selection.from_query(entity, user, query, action="edit").find.ids())[:MOST_ROWS]
    ids = check_ids(",".join(said.getlist("ids")))
    able = set(entity.model.objects.visible_to(user, "edit").filter(pk__in=ids).values_list("pk", flat=True))
    return [key for key in ids if key in able][:MOST_ROWS]


def _typed(request: HttpRequest, looks: Looks) -> list[GridRow]:
    """The lines of the table."""
    data = request.POST
    columns = [data.getlist(name) for name in looks]
    keys, befores = data.getlist("key"), data.getlist("was")
    rows = []
    for place, cells in enumerate(zip(*columns, strict=False)):
        row = GridRow(dict(zip(looks, (cell.strip() for cell in cells), strict=True)))
        row.key = whole(keys[place]) if place < len(keys) else None
        if row.key is not None:
            row.was = _before(befores[place] if place < len(befores) else "", looks)
        if not row.empty:
            rows.append(row)
    return rows


def _before(text: str, looks: Looks) -> dict[str, str]:
    """What a form says that stood in a line."""
    try:
        found = json.loads(text)
    except ValueError:
        found = {}
    return {name: str(found.get(name, "")) for name in looks} if isinstance(found, dict) else {}


def _pasted(
    request: HttpRequest, grid: Grid, user: Any, looks: Looks, room: int
) -> tuple[list[GridRow], list[list[str]]]:
    """The lines of the field for pasting, and those that the table has no room for.

    A first line that names columns puts the others in their places; without one they follow the order of the table.
    """
    lines = clipboard(request.POST.get("pasted", ""))
    columns: list[str | None] = list(looks)
    head: list[list[str]] = []
    if lines and grid.looks is None:
        named = guess(grid.of(), user, lines[0])
        if len(named) > 1 and 2 * len(named) >= sum(map(bool, lines[0])):
            columns = [named.get(place) if named.get(place) in looks else None for place in range(len(lines[0]))]
            head, lines = lines[:1], lines[1:]
    taken, rest = lines[: max(room, 0)], lines[max(room, 0) :]
    rows = [GridRow({**dict.fromkeys(looks, ""), **texts}) for texts in by_columns(taken, columns)]
    return [row for row in rows if not row.empty], [*head, *rest] if rest else []


def _shown(
    request: HttpRequest, grid: Grid, user: Any, looks: Looks, rows: Sequence[GridRow], *,
    created: Sequence[Any] = (), rest: Sequence[Sequence[str]] = (),
) -> HttpResponse:  # fmt: skip
    entity = grid.of()
    faulty = any(row.faulty for row in rows)
    may_add = entity.policy.may(user, "create")
    blank = [GridRow({}) for __ in range(max(EMPTY_ROWS - len(rows), 2))] if may_add else []
    context = {
        "title": grid.title,
        "help": grid.help,
        "edits": grid.edits,
        "may_add": may_add,
        "columns": [{"name": name, "label": look.label, "required": look.required} for name, look in looks.items()],
        "rows": [_line(row, looks) for row in [*rows, *blank]],
        "filled": len(rows),
        "created": [{"url": entity.url_of(each), "title": str(each)} for each in created],
        "faulty": faulty,
        "faults": sum(len(row.errors) + bool(row.message) for row in rows),
        "alike": not grid.edits and any(row.message for row in rows),
        "rest": "\n".join("\t".join(line) for line in rest),
        "most": MOST_ROWS,
        "action": f"{entity.url}grid",
        "back_url": entity.url,
    }
    return render(request, "exchange/grid.html", {"grid": context}, status=422 if faulty else 200)


def _line(row: GridRow, looks: Looks) -> dict[str, Any]:
    cells = []
    for name, look in looks.items():
        text, before = row.texts.get(name, ""), row.was.get(name, "")
        cells.append(
            {
                "name": name,
                "label": look.label,
                "text": text,
                "right": look.align == "right",
                "error": row.errors.get(name, ""),
                "before": (before or "—") if row.key is not None and text != before else "",
            }
        )
    was = json.dumps(row.was, ensure_ascii=False) if row.key is not None else ""
    return {"cells": cells, "message": row.message, "key": row.key or "", "was": was, "title": row.title}


def grid_act(entity: Entity, user: Any, selection: Selection) -> list[dict[str, Any]]:
    """Changing chosen rows in a table, among what a list offers for them."""
    grid = GRIDS.get(entity.label)
    if grid is None or not grid.edits or not entity.policy.may(user, "edit") or selection.state == "archived":
        return []
    return [{"url": f"{entity.url}grid", "label": _("Edit in a table"), "icon": "table", "danger": False}]


bulk_sources.append(grid_act)
