"""A rule tried on the past year: asked for on the page of its pool, worked out by a job, kept to be looked at again."""

from __future__ import annotations

from collections import Counter
from copy import copy
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.jobs.declare import asking, job
from haike.jobs.job import Job, Status
from haike.kernel.entity import Entity, entity_named
from haike.people.grants import organisation
from haike.pools.pool.record import Pool
from haike.pools.replay import Loss, replay
from haike.refused import Refused
from haike.said import said

LIMITS = ("follow_days", "deal_days", "stage_days", "protect_days")
SHOWN = 100
AT_ONCE = 2_000
"""Over so many records the page waits; more are a job."""


class Trial(models.Model):
    """`rules` are the numbers that were tried; `result` is what they would have done, empty while it is worked out."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="trials")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    rules = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    job = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Trial of a rule")
        indexes = [models.Index(fields=["pool", "-id"], name="pools_trial_pool")]

    @property
    def running(self) -> bool:
        """Whether the result is still to come."""
        if self.result is not None or not self.job:
            return False
        ended = (Status.CANCELLED, Status.FAILED, Status.LOST)
        return Job.objects.filter(pk=self.job).exclude(status__in=ended).exists()


def start_trial(pool: Pool, rules: dict[str, int | None], *, by: Any) -> Trial:
    """Try these limits on the past year; over few records it is done when this returns."""
    if not any(rules.get(name) for name in LIMITS[:3]):
        raise Refused(_("Enter after how many days a record would come back."))
    trial = Trial.objects.create(pool=pool, by=by, at=timezone.now(), rules=rules)
    entity = _entity(pool)
    if entity.model._base_manager.order_by()[: AT_ONCE + 1].count() <= AT_ONCE:
        work_out(trial)
    else:
        title = said(_("Try “%(pool)s” on the past year"), pool=pool.name)
        with asking(by=by.pk, title=title, key=f"trial-{trial.pk}"):
            trial.job = str(try_on_the_past.enqueue(trial=trial.pk).id)
        trial.save(update_fields=["job"])
    return trial


@job(title=_("Try a rule on the past year"), attempts=2, timeout=7200, slow=True)
def try_on_the_past(*, trial: int) -> dict[str, Any]:
    """The same as a job."""
    found = Trial.objects.select_related("pool").get(pk=trial)
    work_out(found)
    return {"url": f"/pools/{found.pool_id}/replay", "message": str(_("The rule has been tried on the past year."))}


def work_out(trial: Trial) -> None:
    """Replay and keep the sums."""
    pool = copy(trial.pool)
    for name in LIMITS:
        setattr(pool, name, trial.rules.get(name))
    trial.result = summed(list(replay(_entity(pool), pool, report=progress.report)))
    trial.save(update_fields=["result"])


def _entity(pool: Pool) -> Entity:
    return cast(Entity, entity_named(pool.entity))


def summed(losses: list[Loss]) -> dict[str, Any]:
    """Who would have lost how many, in which month, by which limit; and what was a deal or sold afterwards."""
    house = organisation()

    def department(owner: int) -> int | None:
        return getattr(house.users.get(owner), "department_id", None)

    return {
        "losses": len(losses),
        "records": len({loss.record for loss in losses}),
        "deals": sum(loss.deal_on is not None for loss in losses),
        "revenue": str(sum(loss.revenue for loss in losses)),
        "people": Counter(loss.owner for loss in losses).most_common(),
        "departments": Counter(department(loss.owner) for loss in losses).most_common(),
        "months": sorted(Counter(f"{loss.day:%Y-%m}" for loss in losses).items()),
        "reasons": Counter(loss.key for loss in losses).most_common(),
        "examples": [
            [loss.record, loss.owner, loss.day.isoformat(), loss.key, _iso(loss.deal_on), str(loss.revenue)]
            # Those that would have hurt come first.
            for loss in sorted(losses, key=lambda loss: (-loss.revenue, loss.deal_on is None, loss.day))[:SHOWN]
        ],
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
