"""The search over the whole stock as a job."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.dedupe.identity import identities, identity_of
from haike.dedupe.scan.record import Scan
from haike.dedupe.scan.search import search_stock
from haike.jobs.declare import asking, job
from haike.jobs.job import Job, Status
from haike.kernel.entity import Entity
from haike.refused import Refused
from haike.said import said


@job(title=_("Search for duplicates"), attempts=3, timeout=7200, slow=True)
def scan_stock(*, scan: int, by: int) -> dict[str, Any]:
    """Look over the whole stock; begun anew when it was interrupted."""
    found = Scan.objects.get(pk=scan)
    identity = next(each for each in identities() if each.label == found.entity)
    count = search_stock(found, identity, progress.report)
    told = str(_("%(count)s pairs that may be duplicates.") % {"count": f"{count:,}"})
    return {"url": f"{identity.entity.url}duplicates", "message": told}


def start_scan(entity: Entity, *, by: Any) -> Scan:
    """Begin a search; only one of an entity runs at a time."""
    if identity_of(entity) is None or not may_scan(by):
        raise Refused(_("You may not search the whole stock."))
    last = newest_scan(entity)
    if last is not None and is_running(last):
        raise Refused(_("A search is running already."))
    title = said(_("Search for duplicates: %(kind)s"), kind=entity.label_plural)
    with transaction.atomic():
        scan = Scan.objects.create(entity=entity.label, at=timezone.now(), by=by)
        with asking(by=by.pk, title=title, key=f"dedupe-{scan.pk}"):
            scan.job = str(scan_stock.enqueue(scan=scan.pk, by=by.pk).id)
        scan.save(update_fields=["job"])
    return scan


def may_scan(user: Any) -> bool:
    """Whether the user may begin a search over everything and rule on disputes."""
    return bool(user.grants.may_do("duplicates"))


def newest_scan(entity: Entity) -> Scan | None:
    """The last search, ended or not."""
    return Scan.objects.filter(entity=entity.label).order_by("-at", "-id").first()


def is_running(scan: Scan) -> bool:
    """Whether its job has not ended yet."""
    alive = [Status.READY, Status.RUNNING]
    return scan.ended_at is None and Job.objects.filter(pk=scan.job or 0, status__in=alive).exists()
