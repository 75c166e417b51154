"""The surfaces of what the program has made for somebody: files of exports, and the results of jobs."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.exchange.export import Order, exportable, write_sheets
from haike.exchange.exported import Export
from haike.jobs.job import Job
from haike.kernel.entity import Entity
from haike.kernel.look import EmailLook, Look, PhoneLook
from haike.people.proof.walk import Walk, surface
from haike.sheets.read import open_sheet

SECRET = ("hidden", "masked")
LEAST_SECRET = 6
MOST_JOBS = 50


@surface("export_file", _("Written export file"))
def export_files(walk: Walk, entity: Entity) -> None:
    """What stands in the file itself: each row of a record that the user may take out, no hidden column or value."""
    records = [record for record in walk.sample.of(entity) if record.deleted_at is None]
    walk.asked["export_file"] += 1
    if not records or not entity.policy.may(walk.user, "export"):
        return
    able = exportable(entity, walk.user)
    for name in able:
        if walk.oracle.field(walk.user.pk, entity, name) in SECRET:
            walk.shows_field("export_file", entity, records[0], name, "export file")
    rows = _written(walk, entity, list(able), [record.pk for record in records])
    text = "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    look = able.get(entity.title)
    if look is not None:
        _compare_rows(walk, entity, look, records, Counter(str(row[list(able).index(entity.title)]) for row in rows))
    for record in records:
        for name, value in _secrets(walk, entity, record):
            if value in text:
                walk.shows_field("export_file", entity, record, name, "export file")


def _written(walk: Walk, entity: Entity, columns: list[str], keys: list[int]) -> list[list[Any]]:
    """The rows of a file as the user would get it, read back."""
    order = Order(entity.label, columns, ids=keys)
    export = Export(pk=0, by_id=walk.user.pk, at=timezone.now(), entity=entity.label, format="xlsx")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_sheets(order, walk.user, path, lambda *_numbers: None, export)
        with open_sheet(path, filename=path.name) as book:
            return [list(row) for row in book.rows(None)][1:]


def _compare_rows(walk: Walk, entity: Entity, look: Look, records: list[Any], shown: Counter[str]) -> None:
    """By their titles, of which several may be alike: as many as the oracle allows, and no others."""
    allowed = Counter(str(look.to_sheet(look.get(each))) for each in records if walk.may(entity, each, "export"))
    for record in records:
        walk.asked["export_file"] += 1
        title = str(look.to_sheet(look.get(record)))
        if shown[title] != allowed[title]:
            walk.note("export_file", entity, record.pk, shown[title] > allowed[title], "export file")


def _secrets(walk: Walk, entity: Entity, record: Any) -> list[tuple[str, str]]:
    veiled, found = walk.oracle.veiled(walk.user.pk, entity, record), []
    for name, look in entity.looks.items():
        if isinstance(look, PhoneLook | EmailLook) and (
            veiled or walk.oracle.field(walk.user.pk, entity, name) in SECRET
        ):
            value = look.get(record)
            found += [(name, said) for said in {str(value or ""), look.text(value)} if len(said) >= LEAST_SECRET]
    return found


@surface("job", _("Job results"))
def job_results(walk: Walk, entity: Entity) -> None:
    """A job is seen by who asked for it and who looks after jobs; the file that it made by the first alone."""
    if entity.model is not get_user_model():
        return
    keeper = any(walk.oracle.does(walk.user.pk, grant) for grant in ("boss", "jobs"))
    for job in Job.objects.order_by("-id")[:MOST_JOBS]:
        mine, path = job.by_id == walk.user.pk, f"/jobs/{job.pk}/"
        page = walk.ask(path)
        walk.asked["job"] += 1
        if page.shown != (mine or keeper):
            walk.note("job", entity, job.by_id or 0, page.shown, path)
        if mine:
            walk.follow("job", page)
        elif walk.ask(f"{path}file").shown:
            walk.note("job", entity, job.by_id or 0, True, f"{path}file")
