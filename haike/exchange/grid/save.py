"""Lines of a grid into records: read, match, write; with `edits` all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.exchange.engine import Known, Parsed
from haike.exchange.grid.cells import GridRow, cell_text
from haike.exchange.grid.declare import Grid
from haike.kernel.bulk import start_batch
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.refused import Refused
from haike.said import said

KIND = "grid"
KINDS[KIND] = _("Table")


def row_of(record: Any, looks: Mapping[str, Look]) -> GridRow:
    """The line of a record that is there already."""
    texts = {name: cell_text(look, record) for name, look in looks.items()}
    return GridRow(dict(texts), record.pk, texts, title=str(record))


def read_cells(row: GridRow, looks: Mapping[str, Look], by: Any) -> dict[str, Any]:
    """The values of what was typed; what cannot be read is marked in its cell."""
    values: dict[str, Any] = {}
    for name, text in row.changed().items():
        look = looks[name]
        if row.key is None and not text and not look.required:
            continue  # as in an import: what a new record says of itself stays
        try:
            values[name] = look.from_sheet(text, by)
        except Refused as no:
            row.errors[name] = str(no)
        except (ValueError, OverflowError, ArithmeticError):
            row.errors[name] = str(_("This cannot be read."))
    return values


def match_rows(grid: Grid, rows: Sequence[GridRow], looks: Mapping[str, Look], by: Any) -> list[GridRow]:
    """New lines that mean records which are there already become lines that change those."""
    entity = grid.of()
    parsed = [
        Parsed(place, [], match=list(entity.match_values(row.texts).items())) for place, row in enumerate(rows)
    ]  # fmt: skip
    known = Known(entity, parsed)
    found = [known.find(each) for each in parsed]
    keys = [each.pk for each in found if not isinstance(each, int) and each is not None]
    seen = entity.model.objects.visible_to(by, "edit").in_bulk(keys)
    shown = {pk: row_of(record, looks) for pk, record in seen.items()}
    for row, present in zip(rows, found, strict=True):
        if present is None or isinstance(present, int):
            continue
        if present.pk not in seen:
            row.message = str(_("There is such a record already, and you may not change it."))
            continue
        before = shown[present.pk]
        row.key, row.was, row.title = before.key, before.was, before.title
        # An empty cell says nothing; to empty a field one empties it in the table.
        row.texts = {name: row.texts.get(name) or before.was[name] for name in looks}
    return list(rows)


def _conflicts(row: GridRow, present: GridRow, looks: Mapping[str, Look]) -> bool:
    """Whether somebody has meanwhile written something else where this line is changed; the cells tell."""
    found = False
    for name in row.changed():
        now = present.was.get(name, "")
        if now not in (row.was.get(name, ""), row.texts[name]):
            row.errors[name] = str(_("Meanwhile somebody wrote “%(text)s”. Save again to replace it.") % {"text": now})
            row.was[name] = now
            found = True
    return found


def save_all(grid: Grid, rows: Sequence[GridRow], looks: Mapping[str, Look], *, by: Any) -> Batch | None:
    """Write all lines, or none and mark what is wrong; the batch takes them back. None where nothing was written."""
    entity = grid.of()
    with transaction.atomic():
        batch = start_batch(entity, KIND, said(grid.title), by=by)
        keys = [row.key for row in rows if row.key is not None]
        records = entity.model.objects.visible_to(by, "edit").in_bulk(keys)
        for row in rows:
            record = records.get(row.key) if row.key is not None else None
            if row.key is not None and record is None:
                row.message = str(_("This record is not there any more, or you may not change it."))
                continue
            if record is not None and _conflicts(row, row_of(record, looks), looks):
                continue
            values = read_cells(row, looks, by)
            if row.errors or (record is not None and not values):
                continue
            try:
                with transaction.atomic():
                    if record is None:
                        entity.create(by=by, batch=batch, **values)
                        batch.created += 1
                    else:
                        after = entity.change(record, by=by, batch=batch, **values)
                        batch.changed += after.version != record.version
            except Refused as no:
                refuse(row, looks, no)
        if any(row.faulty for row in rows) or not batch.created + batch.changed:
            transaction.set_rollback(True)
            return None
        batch.save(update_fields=["created", "changed"])
    return batch


def refuse(row: GridRow, looks: Mapping[str, Look], no: Refused) -> None:
    """Put what a Refused says into the cells it is about, the rest below the line."""
    row.errors |= {name: str(text) for name, text in no.fields.items() if name in looks}
    others = [str(text) for name, text in no.fields.items() if name not in looks]
    if others or not row.errors:
        row.message = " ".join(others) or str(no)


def save_row(grid: Grid, row: GridRow, looks: Mapping[str, Look], by: Any, *, sure: bool) -> Any:
    """Make the record of one line, or mark what is wrong. Whoever is `sure` has seen what is said of it."""
    entity, values = grid.of(), {}
    for name, look in looks.items():
        try:
            values[name] = look.parse(row.texts.get(name, ""), by)
        except Refused as no:
            row.errors[name] = str(no)
    if row.errors:
        return None
    if not sure:
        own = {name: value for name, value in values.items() if name in entity.looks}
        row.message = " ".join(str(warning) for warning in entity.check_values(own, None, by))
        if row.message:
            return None
    try:
        return grid.make(by=by, values=values) if grid.make is not None else entity.create(by=by, **values)
    except Refused as no:
        refuse(row, looks, no)
        return None
