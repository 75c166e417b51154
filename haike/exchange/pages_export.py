"""The export dialog: which rows, which columns, which kind of file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.exchange.approval import ExportRequest, start
from haike.exchange.export import Order, exportable, write_file
from haike.exchange.work import export_rows
from haike.jobs.declare import asking
from haike.kernel.entity import Entity, entity_named
from haike.kernel.selection import Selection, check_ids
from haike.refused import Refused
from haike.said import said
from haike.screens.door import entity_view
from haike.screens.list import STATE, bulk_sources, read_list

AT_ONCE = 2_000
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@entity_view("export", "export")
def export_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Ask, then write: a small export comes at once, a large one as a job."""
    user = cast(Any, request.user)
    query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
    data = request.POST if request.method == "POST" else request.GET
    ids = check_ids(data.get("ids", ""))
    if request.method == "POST" and request.POST.get("write"):
        order = Order(
            entity.label,
            request.POST.getlist("column"),
            "csv" if request.POST.get("format") == "csv" else "xlsx",
            query,
            ids if request.POST.get("what") == "ids" else _page_ids(request, entity),
            request.POST.get("companions") == "sheet",
            request.POST.get("companions") == "rows",
        )
        return _answer(order, user)
    page = read_list(request, entity)
    number, capped = Selection.from_query(entity, user, query, action="export").find.count()
    context = {
        "entity": entity,
        "action": f"/{entity.slug}/export?{urlencode({**query, **_paging(request)})}",
        "columns": [(name, look.label, name in page.shown) for name, look in exportable(entity, user).items()],
        "ids": ",".join(map(str, ids)),
        "chosen": len(ids),
        "found": f"{number - 1:,}+" if capped else f"{number:,}",
        "companions": [c for c in entity.companions if cast(Entity, entity_named(c.entity)).policy.may(user, "export")],
        "back_url": page.url(),
    }
    template = "exchange/export.html#form" if getattr(request, "htmx", False) else "exchange/export.html"
    return render(request, template, context)


def export_act(entity: Entity, user: Any, selection: Selection) -> list[dict[str, Any]]:
    """Export among what a list offers for chosen rows."""
    if not entity.policy.may(user, "export"):
        return []
    return [{"url": f"/{entity.slug}/export", "label": _("Export"), "icon": "download", "danger": False}]


bulk_sources.append(export_act)


def _paging(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("page", "after", "before") if request.GET.get(name)}


def _page_ids(request: HttpRequest, entity: Entity) -> list[int]:
    if request.POST.get("what") != "page":
        return []
    page = read_list(request, entity)
    page.load()
    return list(page.found.ids)


def _answer(order: Order, user: Any) -> HttpResponse:
    if order.ids == [] and not order.columns:
        raise Refused(_("Choose at least one column."))
    export = start(order, user)
    if isinstance(export, ExportRequest):
        return redirect(f"/exports/{export.pk}/")
    few = order.ids or Selection.from_query(order.entity, user, order.query, action="export").find.count(AT_ONCE)[0]
    if isinstance(few, int) and few >= AT_ONCE:
        title = said(_("Export: %(name)s"), name=order.entity.label_plural)
        with asking(by=user.pk, title=title):
            job = export_rows.enqueue(order=order.to_data(), by=user.pk, export=export.pk)
        return redirect(f"/jobs/{job.id}/")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{order.format}"
        write_file(order, user, path, lambda *_: None, export)
        content = path.read_bytes()
    answer = HttpResponse(content, content_type=KINDS[order.format])
    name = f"{order.entity.label_plural}-{timezone.localdate():%Y%m%d}-{export.number}.{order.format}"
    answer["Content-Disposition"] = f"attachment; filename=\"export.{order.format}\"; filename*=UTF-8''{quote(name)}"
    return answer
