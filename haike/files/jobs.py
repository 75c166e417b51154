"""What happens to stored files at night: orphans are swept out, files that were not scanned are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.files import scanner
from haike.files.attachment.record import Attachment
from haike.files.blob import FOLDER, Blob, drop, on_disk, store
from haike.files.own_file.actions import sweep_uploads
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import entity_named

REST = timedelta(days=1)
"""So old must be what is swept: an upload may still be on its way to its record."""
AT_ONCE = 500


@cron("20 3 * * *", name="files.sweep")
@job(title=_("Sweep attachments"), attempts=3, timeout=3600, slow=True)
def sweep() -> dict[str, int]:
    """Delete attachments of records that are gone, files of own fields that no record holds, contents that nothing
    points to, and files that no row knows."""
    uploads = sweep_uploads()
    return {
        "uploads": uploads,
        "attachments": _lost_attachments(),
        "contents": _unused_contents(),
        "files": _unknown_files(),
    }


def _lost_attachments() -> int:
    gone = 0
    for label in Attachment.objects.order_by().values_list("entity", flat=True).distinct():
        entity = entity_named(label)
        if entity is None:
            # Its module is switched off for now; with it come the records back.
            continue
        record = entity.model._base_manager.filter(pk=OuterRef("record_id"))
        gone += Attachment.objects.filter(~Exists(record), entity=label).delete()[0]
    return gone


def _unused_contents() -> int:
    gone = 0
    while keys := list(_unused().values_list("pk", flat=True)[:AT_ONCE]):
        for pk in keys:
            with transaction.atomic():
                # Asked again under the lock: somebody may just have uploaded the same.
                blob = _unused().select_for_update().filter(pk=pk).first()
                if blob is not None:
                    drop(blob)
                    gone += 1
    return gone


def _unused() -> Any:
    rows = Blob.objects.filter(used_at__lt=timezone.now() - REST)
    for relation in Blob._meta.related_objects:
        pointing = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        rows = rows.filter(~Exists(pointing))
    return rows


def _unknown_files() -> int:
    gone, before = 0, timezone.now() - REST
    for folder, names in _folders():
        stems = {name.partition(".")[0] for name in names}
        known = set(Blob.objects.filter(path__in=[f"{folder}/{stem}" for stem in stems]).values_list("path", flat=True))
        for name in names:
            path = f"{folder}/{name}"
            half = name.endswith(".part")
            if (half or f"{folder}/{name.partition('.')[0]}" not in known) and store().get_modified_time(path) < before:
                store().delete(path)
                gone += 1
    return gone


def _folders() -> Iterator[tuple[str, list[str]]]:
    try:
        folders, __ = store().listdir(FOLDER)
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        yield f"{FOLDER}/{folder}", store().listdir(f"{FOLDER}/{folder}")[1]


@cron("50 2 * * *", name="files.scan")
@job(title=_("Scan attachments for viruses"), attempts=2, timeout=3600, slow=True)
def scan_unscanned() -> dict[str, int]:
    """Scan what came in while the scanner did not answer, or before there was one; what is found is not given out."""
    done = found = 0
    if not scanner.connected():
        return {}
    for blob in Blob.objects.filter(scanned=False, virus="").order_by("pk").iterator(chunk_size=100):
        try:
            with on_disk(blob) as path:
                virus = scanner.virus_in(path)
        except FileNotFoundError:
            continue
        except scanner.Unavailable:
            break
        Blob.objects.filter(pk=blob.pk).update(scanned=True, virus=virus[:80])
        done, found = done + 1, found + bool(virus)
    return {"scanned": done, "viruses": found}
