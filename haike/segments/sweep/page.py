"""What a rule would do, the button that lets it, and the log of its runs."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entity_of
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record
from haike.segments.sweep.kinds import Sweep, sweeps
from haike.segments.sweep.record import SweepRun
from haike.segments.sweep.run import is_running, start

SHOWN = 30


def sweep_of(entity: Entity) -> Sweep | None:
    """The kind of rule that the records of an entity are."""
    return next((sweep for sweep in sweeps().values() if sweep.of == entity.label), None)


def runs_of(sweep: Sweep, rule: Any) -> list[SweepRun]:
    """The last runs, newest first."""
    return list(SweepRun.objects.filter(kind=sweep.key, rule=rule.pk).select_related("by").order_by("-id")[:SHOWN])


def panel(request: HttpRequest, record: Any) -> SafeString:
    """The runs on the page of a rule."""
    sweep = sweep_of(entity_of(record))
    context = {"runs": runs_of(sweep, record) if sweep else [], "sweep": sweep}
    return render_to_string("segments/runs.html", context, request=request)


@entity_view("sweep")
def sweep_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """What the rule would do at this moment; a POST does it."""
    sweep, user = sweep_of(entity), cast(Any, request.user)
    if sweep is None or not entity.policy.may(user, "edit"):
        raise Http404
    rule = find_record(entity, user, pk, action="edit")
    url = entity.url_of(rule)
    if request.method == "POST":
        run = start(sweep, rule, by=user)
        if run.ended_at is None:
            return done(request, _("This runs in the background now."), f"/jobs/{run.job}/", go=True)
        told = _("Done: %(came)s %(came_word)s, %(left)s %(left_word)s.")
        facts = {"came": run.came, "left": run.left, "came_word": sweep.came, "left_word": sweep.left}
        return done(request, told % facts, f"{url}?tab=sweeps", go=True)
    message, tally = "", None
    try:
        sweep.demand_ready(rule)
        tally = sweep.foresee(rule)
    except Refused as no:
        message = str(no)
    context = {
        "rule": rule,
        "sweep": sweep,
        "tally": tally,
        "message": message,
        "running": is_running(sweep, rule),
        "target": sweep.entity(rule).label_plural,
        "back_url": url,
    }
    return render(request, "segments/sweep.html", context)
