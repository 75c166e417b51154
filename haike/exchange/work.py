"""Import and export as jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.bulk.undo import undo_batch
from haike.exchange.engine import Row, run_rows
from haike.exchange.export import Order, write_file
from haike.exchange.exported import Export, begin
from haike.exchange.run import ImportRun
from haike.exchange.target import needed, owners_for, remember
from haike.find.index.merge import merge_segments
from haike.find.statistics import refresh
from haike.jobs.declare import asking, job
from haike.kernel.entity import Entity, entity_named
from haike.kernel.events import announce
from haike.kernel.log import origin
from haike.refused import Refused
from haike.said import said
from haike.sheets.heading import Table
from haike.sheets.read import SheetFile, open_sheet


def open_file(run: ImportRun) -> SheetFile:
    """The uploaded file of a run, to be used with `with`."""
    return open_sheet(Path(run.file.path), filename=run.filename)


def data_rows(run: ImportRun, book: SheetFile) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    """The headings of a run's sheet, and its rows with their numbers as the spreadsheet shows them."""
    table = Table(book, run.sheet if run.sheet in book.sheets else None)
    return [column.title for column in table.columns], ((each.line, each.cells) for each in table.records())


def _rows(run: ImportRun) -> Iterator[tuple[int, Row]]:
    """The rows of a run's sheet, which is opened by whoever asks for the first: perhaps another process does."""
    with open_file(run) as book:
        yield from data_rows(run, book)[1]


def start_import(
    run: ImportRun,
    *,
    headings: list[str],
    rows: int,
    columns: dict[int, str],
    rule: str,
    by: Any,
    owner: int | None = None,
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> ImportRun:
    """Begin bringing in so many rows under these headings, as a job.

    What is made belongs to `owner` (a key of `owners_for`) or to `by`; `words` as in `ImportRun`.
    """
    entity = cast(Entity, entity_named(run.entity))
    entity.policy.demand(by, "import")
    if not columns:
        raise Refused(_("Assign at least one column."))
    if owner is not None and owner not in owners_for(entity, by):
        raise Refused(_("You may not import to this owner."))
    lacking = needed(entity, by) - {*columns.values()}
    missing = [str(look.label) for name, look in entity.looks.items() if name in lacking]
    if missing:
        raise Refused(_("A column for %(fields)s is needed.") % {"fields": ", ".join(missing)})
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state != "mapping":
            raise Refused(_("This import has been started already."))
        locked.rows_total = rows
        locked.columns, locked.rule, locked.state = {str(i): n for i, n in columns.items()}, rule, "waiting"
        locked.owner_id, locked.words, locked.head = owner, words or {}, ""
        remember(entity, headings, columns)
        with asking(by=by.pk, title=said(_("Import: %(file)s"), file=locked.filename), key=f"import-{locked.pk}"):
            locked.job = str(import_rows.enqueue(run=locked.pk, by=by.pk).id)
        locked.save()
    return locked


@job(title=_("Import"), attempts=5, timeout=7200, slow=True)
def import_rows(*, run: int, by: int) -> dict[str, int]:
    """Bring the rows of one run in; goes on where an earlier attempt stopped."""
    found = ImportRun.objects.get(pk=run)
    if found.ended:
        return {"created": found.created}
    user: Any = get_user_model()._default_manager.get(pk=by)
    entity = cast(Entity, entity_named(found.entity))
    origin.set(f"import {found.filename}"[:60])
    ImportRun.objects.filter(pk=run).update(state="running")
    found.state = "running"
    if found.words:
        # One may have been put on its list a moment ago, which each process looks up anew when it is so old.
        time.sleep(settings.HAIKE_CACHE_SECONDS)
    try:
        run_rows(found, entity, user, _rows(found), progress.report)
    except (Refused, progress.Cancelled) as no:
        ImportRun.objects.filter(pk=run).update(state="failed", error=str(no) or str(_("Stopped by a user.")))
        raise
    ImportRun.objects.filter(pk=run).update(state="done")
    refresh(connection)
    found.refresh_from_db()
    if found.batch is not None:
        announce("kernel.batch.done", entity=entity, batch=found.batch, by=user)
    merge_segments(connection)
    return {"created": found.created, "updated": found.updated, "skipped": found.skipped, "faulty": found.faulty}


@job(title=_("Undo an import"), attempts=3, timeout=7200, slow=True)
def undo_import(*, run: int, by: int) -> dict[str, int]:
    """Take an import back."""
    found = ImportRun.objects.select_related("batch").get(pk=run)
    if found.batch is None or found.state == "undone":
        return {}
    user: Any = get_user_model()._default_manager.get(pk=by)
    result = undo_run(found, by=user, report=progress.report)
    return {"removed": result.removed, "reverted": result.reverted, "conflicts": result.conflicts}


def undo_run(run: ImportRun, *, by: Any, dry: bool = False, report: Any = lambda *_: None) -> Any:
    """Take an import back, or with `dry` only count what that would do."""
    if run.batch is None:
        raise Refused(_("There is nothing to undo."))
    result = undo_batch(cast(Entity, entity_named(run.entity)), run.batch, by=by, dry=dry, report=report)
    if not dry:
        ImportRun.objects.filter(pk=run.pk).update(state="undone")
    return result


@job(title=_("Export"), attempts=3, timeout=3600, slow=True)
def export_rows(*, order: dict[str, Any], by: int, export: int | None = None) -> dict[str, int]:
    """Write an export that is too large for the page to wait for; `export` is the key of its number."""
    user: Any = get_user_model()._default_manager.get(pk=by)
    asked = Order.from_data(order)
    found = Export.objects.get(pk=export) if export else begin(asked, user)
    name = f"{asked.entity.slug}-{timezone.localdate():%Y%m%d}-{found.number}.{asked.format}"
    rows = write_file(asked, user, progress.result_file(name), progress.report, found)
    return {"rows": rows}
