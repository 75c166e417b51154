"""The screens of an import: upload, assign columns with a preview, progress, result, undo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.exchange.engine import Reader, tell
from haike.exchange.head import head_of, read_head
from haike.exchange.run import ImportFault, ImportRun
from haike.exchange.target import fold_files, fold_heading, fold_settled, guess, label_of, owners_for, targets
from haike.exchange.unknown import meant_by, settle, unknown_words
from haike.exchange.work import data_rows, open_file, start_import, undo_import, undo_run
from haike.jobs.declare import asking
from haike.kernel.entity import Entity, entity_named
from haike.kernel.look import Look
from haike.refused import Refused
from haike.said import said
from haike.screens.door import done, entity_view
from haike.sheets.write import SheetWriter

MOST_BYTES = 60_000_000
SAMPLES = 3


@entity_view("import", "import")
def upload_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Choose a file; the user's earlier imports stand below."""
    user, fault = cast(Any, request.user), ""
    if not entity.importable:
        raise Http404
    if request.method == "POST":
        try:
            return redirect(f"/imports/{receive(entity, request.FILES.get('file'), by=user).pk}/")
        except Refused as no:
            fault = str(no)
    runs = ImportRun.objects.filter(entity=entity.label, by=user).defer("head").order_by("-at")[:10]
    context = {"entity": entity, "runs": runs, "fault": fault}
    return render(request, "exchange/upload.html", context, status=422 if fault else 200)


def receive(entity: Entity, upload: Any, *, by: Any) -> ImportRun:
    """Store an uploaded file if it is a sheet that can be read."""
    if upload is None:
        raise Refused(_("Choose a file first."))
    if upload.size > MOST_BYTES:
        raise Refused(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000})
    name = Path(upload.name).name[-200:]
    run = ImportRun(entity=entity.label, by=by, at=timezone.now(), filename=name)
    run.file.save("sheet", upload, save=False)
    try:
        head = read_head(run)
        if head.fault:
            raise Refused(head.fault)
    except Refused:
        run.file.delete(save=False)
        raise
    run.save()
    return run


@entity_view("template", "import")
def template_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """An empty sheet with the headings that an import understands, what is required with a star."""
    user = cast(Any, request.user)
    able = targets(entity, user)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        with SheetWriter(path, format="xlsx") as writer:
            writer.add_sheet(str(entity.label_plural), [_heading(entity, name, look) for name, look in able.items()])
        content = path.read_bytes()
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="{entity.slug}-template.xlsx"'
    return answer


def _heading(entity: Entity, name: str, look: Look) -> str:
    """What stands above a column of the template; what every row needs has a star."""
    return f"{label_of(entity, name, look)}{' *' if look.required and ':' not in name else ''}"


def find_run(request: HttpRequest, pk: int) -> ImportRun:
    """One of the user's own imports, or 404."""
    run = ImportRun.objects.select_related("batch").filter(pk=pk, by_id=request.user.pk).first()
    if run is None:
        raise Http404
    return run


def run_view(request: HttpRequest, pk: int) -> HttpResponse:
    """An import: assigning its columns, then its progress and result."""
    run = find_run(request, pk)
    entity = cast(Entity, entity_named(run.entity))
    if run.state == "mapping":
        return _mapping(request, run, entity)
    faults, warned = run.faults.filter(came_in=False)[:20], run.faults.filter(came_in=True)[:20]
    context = {"run": run, "entity": entity, "faults": list(faults), "warned": list(warned)}
    template = "exchange/run.html#state" if getattr(request, "htmx", False) else "exchange/run.html"
    return render(request, template, context)


def _mapping(request: HttpRequest, run: ImportRun, entity: Entity) -> HttpResponse:
    user, head = cast(Any, request.user), head_of(run)
    asked = request.POST.get("sheet") or request.GET.get("sheet") or run.sheet
    # What was assigned by their places belongs to the columns of the sheet before.
    other = asked != run.sheet and asked in head.sheets
    if other:
        run.sheet = asked
        head = read_head(run)
        run.save(update_fields=["head", "sheet"])
    headings, fault = head.headings, head.fault
    if other and request.POST.get("start") and not fault:
        fault = str(_("These are the columns of the other sheet. Check them, then bring the rows in."))
    able = targets(entity, user)
    rule = request.POST.get("rule", run.rule)
    rule = rule if rule in ImportRun.RULES else "skip"
    if request.method == "POST" and "assigned" in request.POST and not other:
        columns = {i: request.POST.get(f"column-{i}", "") for i in range(len(headings))}
        columns = {i: name for i, name in columns.items() if name in able}
        doubles = {name for name in columns.values() if list(columns.values()).count(name) > 1}
        if doubles:
            names = ", ".join(label_of(entity, name, able[name]) for name in sorted(doubles))
            fault = str(_("Two columns go to the same field: %(fields)s.") % {"fields": names})
        elif request.POST.get("start"):
            try:
                owner = whole(request.POST.get("owner"))
                with transaction.atomic():
                    words = settle(unknown_words(Reader(entity, user, columns), head, request.POST), by=user)
                    start_import(
                        run,
                        headings=headings,
                        rows=head.count,
                        columns=columns,
                        rule=rule,
                        by=user,
                        owner=owner,
                        words=words,
                    )
                return redirect(f"/imports/{run.pk}/")
            except Refused as no:
                fault = str(no)
    else:
        columns = guess(entity, user, headings)
    unknown = unknown_words(Reader(entity, user, columns), head, {} if other else request.POST)
    reader = Reader(entity, user, columns, words=meant_by(unknown))
    files, settled = fold_files(entity, user), fold_settled(entity, user)
    context = {
        "run": run,
        "entity": entity,
        "fault": fault,
        "sheets": head.sheets,
        "rules": ImportRun.RULES,
        "rule": rule,
        "owners": owners_for(entity, user),
        "owner": whole(request.POST.get("owner") or request.GET.get("owner")),
        "fields": [(name, label_of(entity, name, look), look.required) for name, look in able.items()],
        "columns": [
            {
                "index": index,
                "heading": heading,
                "field": columns.get(index, ""),
                "holds_files": fold_heading(heading) in files,
                "settled": index not in columns and fold_heading(heading) in settled,
                "samples": [
                    str(c[index]) for __, c in head.rows[:SAMPLES] if index < len(c) and c[index] not in (None, "")
                ],
            }
            for index, heading in enumerate(headings)
        ],
        "unknown": unknown,
        "preview": _preview(reader, head.rows),
        "heads": [reader.labels[name] for _index, name, _look in reader.columns],
    }
    return render(request, "exchange/mapping.html", context, status=422 if fault else 200)


def _preview(reader: Reader, sample: list[Any]) -> list[dict[str, Any]]:
    whole_rows = reader.required <= {column[1] for column in reader.columns}
    rows = reader.read_some(sample) if whole_rows else [reader.read(number, cells) for number, cells in sample]
    told = tell(reader.entity, reader.user, rows)
    found = []
    for place, parsed in enumerate(rows):
        refused = parsed.draft.fields if isinstance(parsed.draft, Refused) else {}
        faults, shown = {**refused, **parsed.faults}, []
        for index, name, look in reader.columns:
            raw = parsed.cells[index] if index < len(parsed.cells) else None
            text = look.text(parsed.values[name]) if name in parsed.values else ("" if raw is None else str(raw))
            shown.append({"text": text[:80], "fault": faults.get(name, "")})
        placed = {column[1] for column in reader.columns}
        looks = reader.entity.looks
        wrong = [f"{looks[name].label}: {fault}" for name, fault in faults.items() if name in looks.keys() - placed]
        if isinstance(parsed.draft, Refused) and not refused:
            wrong.append(str(parsed.draft))
        found.append({"number": parsed.number, "cells": shown, "wrong": wrong, "told": told.get(place, [])})
    return found


def faults_view(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The rows that did not come in or of which something is said, as a sheet: why, then the cells as they were."""
    run = find_run(request, pk)
    with open_file(run) as book:
        headings, __ = data_rows(run, book)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faults.xlsx"
        with SheetWriter(path, format="xlsx") as writer:
            writer.add_sheet(str(_("Faulty rows")), [str(_("Why")), str(_("Row")), *headings])
            for fault in ImportFault.objects.filter(run=run).iterator(chunk_size=1000):
                writer.write_row(["\n".join(fault.reasons), fault.row, *fault.cells])
        content = path.read_bytes()
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="import-{run.pk}-faults.xlsx"'
    return answer


def undo_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask with the numbers, then take the import back."""
    run, user = find_run(request, pk), cast(Any, request.user)
    if run.state not in ("done", "failed") or run.batch is None:
        raise Http404
    if request.method != "POST":
        template = "exchange/undo.html#form" if getattr(request, "htmx", False) else "exchange/undo.html"
        return render(request, template, {"run": run, "would": undo_run(run, by=user, dry=True)})
    if run.created + run.updated > 500:
        with asking(by=user.pk, title=said(_("Undo: %(file)s"), file=run.filename), key=f"undo-import-{run.pk}"):
            undo_import.enqueue(run=run.pk, by=user.pk)
        return done(request, _("The import is being undone."), f"/imports/{run.pk}/", go=True)
    result = undo_run(run, by=user)
    message = _("Undone: %(removed)s removed, %(reverted)s set back.") % vars(result)
    if result.conflicts:
        kept = _("%(conflicts)s were changed since and stay as they are.") % vars(result)
        message = f"{message} {kept}"
    return done(request, message, f"/imports/{run.pk}/", go=True)
