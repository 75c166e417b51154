"""Running rules over all records: every night, or when somebody asks; few records at once, many as a job.

A run reads stretches of keys and writes parts of some hundred records, each in a transaction of its own with a breath
after it, so those who work meanwhile wait for no more than one part.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.jobs.cron import cron
from haike.jobs.declare import asking, job
from haike.jobs.job import Job, Status
from haike.kernel.log import origin
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.said import said
from haike.segments.sweep.kinds import RUNNER, Sweep, sweeps
from haike.segments.sweep.record import SweepRun

STRETCH = 20_000
"""Keys in one stretch; a plan holds no more than so many records."""
AT_ONCE = 2_000
"""Over so many records the page waits; more are a job."""
BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""
ALIVE = (Status.READY, Status.RUNNING)

Report = Callable[..., Any]


@cron("50 2 * * *", name="segments.sweep")
@job(title=_("Rules over all records"), attempts=3, timeout=7200, slow=True)
def sweep_all() -> dict[str, int]:
    """Run every rule that runs by itself; one that fails does not hold up the others."""
    done: dict[str, int] = {}
    for sweep in sweeps().values():
        for rule in sweep.due():
            run = _begin(sweep, rule, None)
            try:
                work(run, RUNNER, progress.report)
            except Refused:
                continue  # stands in the log of runs
            done[run.title] = run.came + run.left
    return done


@job(title=_("Run a rule"), attempts=3, timeout=7200, slow=True)
def sweep_one(*, run: int, by: int) -> dict[str, Any]:
    """Run a rule that somebody asked for; an interrupted run goes on where it was."""
    found = SweepRun.objects.get(pk=run)
    work(found, get_user_model()._default_manager.get(pk=by), progress.report)
    told = _("%(came)s more, %(left)s fewer.") % {"came": f"{found.came:,}", "left": f"{found.left:,}"}
    return {"message": str(told)}


def start(sweep: Sweep, rule: Any, *, by: Any) -> SweepRun:
    """Run a rule now; over few records it is done when this returns."""
    sweep.demand_ready(rule)
    if is_running(sweep, rule):
        raise Refused(_("This rule is running already."))
    rows = sweep.entity(rule).model._base_manager.order_by()
    if rows[: AT_ONCE + 1].count() <= AT_ONCE:
        run = _begin(sweep, rule, by)
        work(run, by, lambda *__: None, breath=0)
        return run
    with transaction.atomic():
        run = _begin(sweep, rule, by)
        with asking(by=by.pk, title=run.title, key=f"sweep-{run.pk}"):
            run.job = str(sweep_one.enqueue(run=run.pk, by=by.pk).id)
        run.save(update_fields=["job"])
    return run


def is_running(sweep: Sweep, rule: Any) -> bool:
    """Whether a run that somebody asked for has not ended yet."""
    jobs = SweepRun.objects.filter(kind=sweep.key, rule=rule.pk, state="running").exclude(job="")
    return Job.objects.filter(pk__in=list(jobs.values_list("job", flat=True)), status__in=ALIVE).exists()


def _begin(sweep: Sweep, rule: Any, by: Any) -> SweepRun:
    title = said("%(kind)s%(colon)s%(rule)s", kind=sweep.label, colon=_(": "), rule=rule)
    label = sweep.entity(rule).label
    return SweepRun.objects.create(kind=sweep.key, rule=rule.pk, title=title, entity=label, by=by, at=timezone.now())


def work(run: SweepRun, by: Actor, report: Report, *, breath: float = BREATH) -> None:
    """Go over all records from where the run is; what the rule says no is kept with the run."""
    sweep = sweeps()[run.kind]
    rule = sweep.rule(run.rule)
    if run.job:
        origin.set(f"job {run.job}")
    try:
        if rule is None:
            raise Refused(_("This rule is gone."))
        sweep.demand_ready(rule)
        last = sweep.entity(rule).model._base_manager.aggregate(last=Max("pk"))["last"] or 0
        while run.place < last:
            for part in sweep.plan(rule, run.place, run.place + STRETCH):
                with transaction.atomic():
                    tally = sweep.write(rule, part, by)
                    counts = {"came": F("came") + tally.came, "left": F("left") + tally.left}
                    SweepRun.objects.filter(pk=run.pk).update(**counts)
                time.sleep(breath)
            run.place += STRETCH
            SweepRun.objects.filter(pk=run.pk).update(place=run.place)
            report(min(run.place, last), last, run.title)
    except Refused as no:
        _end(run, "failed", str(no))
        raise
    _end(run, "done")


def _end(run: SweepRun, state: str, error: str = "") -> None:
    SweepRun.objects.filter(pk=run.pk).update(state=state, error=error, ended_at=timezone.now())
    run.refresh_from_db()
