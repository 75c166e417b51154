"""Bulk acts and undoing under way: at once for few records, as jobs for many."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.bulk.acts import ACTS, Act
from haike.bulk.run import BulkRefusal, BulkRun
from haike.bulk.undo import Undone, begin_undo, demand_may_undo, undo_batch
from haike.find.insert import roomy
from haike.jobs.declare import asking, job
from haike.jobs.job import Job, Status
from haike.kernel.bulk import start_batch
from haike.kernel.entity import Entity, entity_named
from haike.kernel.events import announce
from haike.kernel.log import Batch, origin
from haike.refused import Refused
from haike.said import said

AT_ONCE = 200
"""So many records are written while the page waits; more are a job."""
MOST = 1_000_000
CHUNK = 500
"""Records in one transaction: others who write wait for no more than this."""
BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""


def start_run(
    entity: Entity, act: Act, keys: list[int], values: dict[str, Any], title: str, *, by: Any, seen_at: Any = None
) -> BulkRun:
    """Begin an act on these records; few are done when this returns."""
    for need in act.needs:
        entity.policy.demand(by, need)
    if not keys:
        raise Refused(_("Choose some rows first."))
    if len(keys) > MOST:
        raise Refused(_("At most %(most)s records at once; narrow the list.") % {"most": f"{MOST:,}"})
    now = timezone.now()
    with transaction.atomic():
        run = BulkRun.objects.create(
            entity=entity.label,
            act=act.key,
            by=by,
            at=now,
            seen_at=min(seen_at or now, now),
            values=values,
            key_data=BulkRun.packed(keys),
            total=len(keys),
            batch=start_batch(entity, act.key, title, by=by),
        )
        if len(keys) > AT_ONCE:
            with asking(by=by.pk, title=title, key=f"bulk-{run.pk}"):
                run.job = str(bulk_act.enqueue(run=run.pk, by=by.pk).id)
            run.save(update_fields=["job"])
    if len(keys) <= AT_ONCE:
        proceed(run, entity, by, lambda *__: None, breath=0)
    return run


@roomy()
def proceed(
    run: BulkRun, entity: Entity, by: Any, report: Callable[[int, int], None], *, breath: float = BREATH
) -> None:
    """Treat the records that are still ahead; each part is whole or not at all."""
    act, keys = ACTS[run.act], run.keys
    BulkRun.objects.filter(pk=run.pk).update(state="running", error="")
    while run.done < run.total:
        some = keys[run.done : run.done + CHUNK]
        with transaction.atomic():
            # Taken again under lock: should two workers ever meet, the second finds it done.
            if not BulkRun.objects.filter(pk=run.pk, done=run.done).update(done=F("done") + len(some)):
                raise progress.Cancelled
            found = act.write(run, entity, some, by)
            titles = {r.pk: str(r) for r in entity.model._base_manager.filter(pk__in=list(found.refused))}
            refusals = [
                BulkRefusal(run=run, record_id=key, title=titles.get(key, "")[:200], reason=str(no)[:500])
                for key, no in found.refused.items()
            ]
            BulkRefusal.objects.bulk_create(refusals, batch_size=500)
            BulkRun.objects.filter(pk=run.pk).update(same=F("same") + found.same)
            counts = {"changed": F("changed") + found.changed, "refused": F("refused") + len(refusals)}
            Batch.objects.filter(pk=run.batch_id).update(**counts)
        run.done += len(some)
        report(run.done, run.total)
        time.sleep(breath)
    BulkRun.objects.filter(pk=run.pk).update(state="done")
    run.refresh_from_db()
    run.batch.refresh_from_db()
    announce("kernel.batch.done", entity=entity, batch=run.batch, by=by)


def _asker(pk: int) -> Any:
    return get_user_model()._default_manager.get(pk=pk)


@job(title=_("Bulk act"), attempts=5, timeout=7200, slow=True)
def bulk_act(*, run: int, by: int) -> dict[str, Any]:
    """Go on with a bulk act from where an earlier attempt stopped."""
    found = BulkRun.objects.select_related("batch").get(pk=run)
    entity, user = cast(Entity, entity_named(found.entity)), _asker(by)
    if found.state != "done":
        origin.set(f"job {found.job}")
        try:
            proceed(found, entity, user, progress.report)
        except progress.Cancelled:
            BulkRun.objects.filter(pk=run).update(state="cancelled")
            raise
        except Refused as no:
            BulkRun.objects.filter(pk=run).update(state="failed", error=str(no))
            raise
    message = _("%(changed)s changed, %(refused)s refused.")
    told = str(message % {"changed": f"{found.batch.changed:,}", "refused": f"{found.batch.refused:,}"})
    return {"url": f"/batches/{found.batch_id}/", "message": told}


def settle_run(run: BulkRun) -> None:
    """Note that a run has ended when its job was stopped or given up before it could say so itself."""
    if run.ended or not run.job:
        return
    status = Job.objects.filter(pk=run.job).values_list("status", flat=True).first()
    ended: dict[str | None, str] = {
        Status.CANCELLED: "cancelled",
        Status.FAILED: "failed",
        Status.LOST: "failed",
        None: "failed",
    }
    if status in ended:
        run.state = ended[status]
        BulkRun.objects.filter(pk=run.pk).exclude(state="done").update(state=run.state)


def start_undo(entity: Entity, batch: Batch, *, force: bool, by: Any) -> Undone | None:
    """Take a batch back: few changes at once, many as a job, for which None is returned."""
    demand_may_undo(entity, batch, by)
    run = BulkRun.objects.filter(batch=batch).first()
    if run is not None:
        settle_run(run)
    if run is not None and not run.ended:
        raise Refused(_("This is still running; stop it first."))
    if batch.changes.count() <= AT_ONCE:
        with transaction.atomic():
            return undo_batch(entity, batch, by=by, force=force)
    with transaction.atomic():
        begin_undo(batch, by=by)
        title = said(_("Undo: %(title)s"), title=batch.title)
        with asking(by=by.pk, title=title, key=f"undo-{batch.pk}"):
            undo_many.enqueue(batch=batch.pk, by=by.pk, force=force)
    return None


@job(title=_("Undo"), attempts=5, timeout=7200, slow=True)
def undo_many(*, batch: int, by: int, force: bool) -> dict[str, Any]:
    """Take a large batch back; what is back already is passed over."""
    found, user = Batch.objects.get(pk=batch), _asker(by)
    entity = cast(Entity, entity_named(found.entity))

    def report(done: int, total: int) -> None:
        progress.report(done, total)
        time.sleep(BREATH)

    if found.undone_at is None:
        undo_batch(entity, found, by=user, force=force, begun=True, report=report)
        found.refresh_from_db()
    told = str(_("Undone; %(kept)s stay as they are.") % {"kept": f"{found.kept:,}"})
    return {"url": f"/batches/{batch}/", "message": told}
