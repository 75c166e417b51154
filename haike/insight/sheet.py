"""A pivot as XLSX: the figures as numbers, with a number in the log of exports and what was asked on a sheet beside."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.exchange.exported import Export, explain, finish, log_export, properties_of, trace
from haike.exchange.pages_export import KINDS
from haike.insight.answer import ALL, Answer
from haike.insight.page import PivotPage, read_pivot
from haike.kernel.entity import Entity
from haike.kernel.look import MoneyLook
from haike.screens.door import entity_view
from haike.sheets.write import Column, SheetWriter


@entity_view("pivot_sheet", "export")
def sheet_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The pivot over those records that the reader may export."""
    user = cast(Any, request.user)
    page = read_pivot(request, entity)
    answer = Answer(page.question, page.selection.acting("export"))
    with transaction.atomic():
        export = trace(user, entity.label, "xlsx", columns=_asked(page), words=_filtered(page))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pivot.xlsx"
            rows = write_pivot(answer, path, export, user)
            content = path.read_bytes()
        finish(export, rows)
        log_export(export, user, export.columns)
    response = HttpResponse(content, content_type=KINDS["xlsx"])
    name = f"{entity.label_plural}-{_('Pivot')}-{timezone.localdate():%Y%m%d}-{export.number}.xlsx"
    response["Content-Disposition"] = f"attachment; filename=\"pivot.xlsx\"; filename*=UTF-8''{quote(name)}"
    return response


def write_pivot(answer: Answer, path: Path, export: Export, user: Any) -> int:
    """Write the file; returns the number of lines."""
    question = answer.question
    sides = [*((column.key, column.text) for column in answer.columns), (ALL, str(_("Total")))]
    heads = [Column(str(dimension.label)) for dimension in question.rows] or [Column(str(_("All records")))]
    for __, text in sides:
        for measure in question.measures:
            title = str(measure.label) if not answer.columns else text
            if answer.columns and len(question.measures) > 1:
                title = f"{text} · {measure.label}"
            heads.append(Column(title, "money" if isinstance(measure.look, MoneyLook) else "number"))

    def values(side: Any) -> list[Any]:
        return [answer.value(side, key, measure) for key, __ in sides for measure in question.measures]

    names = max(len(question.rows), 1)
    with SheetWriter(path, properties=properties_of(export, user)) as writer:
        writer.add_sheet(str(_("Pivot")), heads)
        above = ""
        for row in answer.rows:
            below = len(row.keys) > 1
            if not below:
                # Two blanks for each department above: the tree is seen, and filters still find the name.
                above = "  " * row.depth + row.text
            writer.write_row([*([above, row.text] if below else [above, None])[:names], *values(row.side)])
        writer.write_row([str(_("Total")), *[None] * (names - 1), *values(answer.whole)])
        explain(writer, export, user, len(answer.rows))
    return len(answer.rows)


def _asked(page: PivotPage) -> str:
    question = page.question
    dimensions = [*question.rows, *([question.column] if question.column else [])]
    return ", ".join(str(label) for label in [*(d.label for d in dimensions), *(m.label for m in question.measures)])


def _filtered(page: PivotPage) -> str:
    found = page.selection
    tabs = page.declared.categories_for(page.user)
    parts = [str(tabs[found.tab].label)] if found.tab != "all" else []
    parts += [f"“{found.words}”"] if found.words else []
    return "; ".join([*parts, *(line.say() for line in found.filter.lines())])
