"""Exports that wait for somebody's yes: asked for, agreed or refused, written, and thrown away after some days."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.exchange.export import MOST_ROWS, Order
from haike.exchange.exported import Export, begin, taken_today
from haike.exchange.work import export_rows
from haike.jobs import files
from haike.jobs.cron import cron
from haike.jobs.declare import asking, job
from haike.jobs.job import Job
from haike.kernel.events import announce
from haike.kernel.option import option
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.said import said

GRANT = "approve_exports"
"""The special grant of those who decide."""
GROUP = _("Export")
FROM_ROWS = option(
    "exchange.approve_from",
    0,
    _("Exports need approval from so many rows on"),
    group=GROUP,
    most=100_000_000,
    help=_("0: never. All that somebody exports in a day counts together. Those who may approve exports decide."),
)
FILE_DAYS = option(
    "exchange.file_days",
    7,
    _("Days for which the file of an approved export can be fetched"),
    group=GROUP,
    least=1,
    most=30,
)


class ExportRequest(models.Model):
    """What somebody wants to take out and who decided; `export` is its number, `order` is run after the yes."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waits for approval")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")

    export = models.OneToOneField(Export, models.CASCADE, related_name="request")
    order = models.JSONField(default=dict)
    found = models.PositiveIntegerField(_("Rows"))
    """How many records there were when it was asked for."""
    before = models.PositiveIntegerField(default=0)
    """How many rows the exporter had taken out that day already."""
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Reason given"), max_length=500, blank=True)
    job = models.BigIntegerField(null=True)
    removed_at = models.DateTimeField(null=True)
    """When its file was thrown away."""

    class Meta:
        verbose_name = _("Request for an export")
        verbose_name_plural = _("Requests for exports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.export.number


def start(order: Order, user: Any) -> Export | ExportRequest:
    """Give an export its number, or ask for it where so many rows, with those of today, need somebody's yes."""
    least = int(FROM_ROWS())
    if not least:
        return begin(order, user)
    with transaction.atomic():
        # One after the other: two small ones at the same moment are counted together.
        get_user_model()._base_manager.select_for_update().filter(pk=user.pk).first()
        # One file holds no more, so nobody counts further.
        number = sum(1 for __ in islice(order.keys(user), MOST_ROWS + 1))
        before = taken_today(user)
        if number and number + before >= least:
            return ask(order, user, number, before)
        return begin(order, user, number)


def ask(order: Order, user: Any, found: int, before: int = 0) -> ExportRequest:
    """Ask for an export; those who decide hear of it. `before`: rows taken out earlier that day."""
    order.entity.policy.demand(user, "export")
    if not order.columns:
        raise Refused(_("Choose at least one column."))
    with transaction.atomic():
        made = ExportRequest.objects.create(
            export=begin(order, user), order=order.to_data(), found=found, before=before
        )
        announce("exchange.export.asked", request=made)
    return made


def decide(pk: int, *, agree: bool, reason: str, by: Actor, deciders: set[int]) -> ExportRequest:
    """Say yes or no to a request that waits; `deciders` are the keys of all who may.

    Nobody decides about his own, unless nobody else can.
    """
    if by.pk not in deciders:
        raise Refused(_("You may not decide about exports."))
    reason = reason.strip()[:500]
    if not agree and not reason:
        raise Refused(fields={"reason": _("Say why you refuse.")})
    with transaction.atomic():
        found = ExportRequest.objects.select_for_update().select_related("export").get(pk=pk)
        export = found.export
        if found.state != ExportRequest.State.WAITING:
            raise Refused(_("Somebody has decided about this already."))
        if export.by_id == by.pk and deciders - {by.pk}:
            raise Refused(_("Somebody else has to decide about your own export."))
        found.state = ExportRequest.State.AGREED if agree else ExportRequest.State.REFUSED
        found.decided_by_id, found.decided_at, found.reason = by.pk, timezone.now(), reason
        if agree:
            order = Order.from_data(found.order)
            title = said(_("Export: %(name)s"), name=order.entity.label_plural)
            with asking(by=export.by_id, title=title, key=f"export-{export.pk}"):
                work = write_agreed.enqueue(request=found.pk, by=export.by_id)
            found.job = int(work.id)
        found.save()
        announce("exchange.export.decided", request=found, by=by)
    return found


@job(title=_("Export"), attempts=3, timeout=3600, slow=True)
def write_agreed(*, request: int, by: int) -> dict[str, int]:
    """Write an export that was agreed to, with the rights that the exporter has now."""
    found = ExportRequest.objects.select_related("export").get(pk=request)
    user: Any = get_user_model()._default_manager.get(pk=by)
    if found.state != ExportRequest.State.AGREED or not user.is_active:
        raise Refused(_("This export was not agreed to."))
    order = Order.from_data(found.order)
    more = sum(1 for __ in order.keys(user))
    # A few may have been added meanwhile; far more is not what somebody agreed to.
    if more > found.found * 11 // 10 + 10:
        said = _("There are %(now)s records now, but %(then)s were agreed to. Ask anew.")
        raise Refused(said % {"now": more, "then": found.found})
    return export_rows.call(order=found.order, by=by, export=found.export_id)


@cron("20 * * * *", name="exchange.remove-files")
@job(title=_("Remove files of approved exports"))
def remove_files() -> dict[str, int]:
    """Throw away the files of approved exports whose days are over."""
    before, removed = timezone.now() - timedelta(days=int(FILE_DAYS())), 0
    for each in ExportRequest.objects.filter(state="agreed", removed_at=None, job__isnull=False, decided_at__lt=before):
        work = Job.objects.filter(pk=each.job or 0, finished_at__lt=before).exclude(file="").first()
        if work is None:
            continue
        files.remove(work.file)
        Job.objects.filter(pk=work.pk).update(file="")
        each.removed_at = timezone.now()
        each.save(update_fields=["removed_at"])
        removed += 1
    return {"removed": removed}
