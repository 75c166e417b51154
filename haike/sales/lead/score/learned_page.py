"""What was learned from leads, on the page of their scoring: grades, the model in use, its versions, learning now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from haike.jobs.job import Job, Status
from haike.sales.lead.score.explain import group_words
from haike.sales.lead.score.held import A_FROM, B_FROM, C_FROM, grade_of, held
from haike.sales.lead.score.learn import enough, start_learning, use_changed
from haike.sales.score.pages import MORE, for_scorers, posted
from haike.sales.score.record import ScoreModel
from haike.sales.score.rules import use_model
from haike.sales.score.scored import Scored
from haike.screens.door import done

VERSIONS = 8


def learned(request: HttpRequest) -> dict[str, Any]:
    """What the page shows beside the rules."""
    known = held()
    return {
        "grades_of": grades,
        "versions": ScoreModel.objects.select_related("by")[:VERSIONS],
        "model": known.model,
        "weights": group_words(known) if known.fit is not None else None,
        "cases": enough(),
        "learning": Job.objects.filter(
            task__endswith=".learn_by_hand", status__in=[Status.READY, Status.RUNNING]
        ).exists(),
    }


def grades(scores: list[int]) -> list[tuple[str, int, int]]:
    """Each grade, from how many points, and how many leads."""
    found = [grade_of(score) for score in scores]
    least = {"A": A_FROM(), "B": B_FROM(), "C": C_FROM(), "D": 0}
    return [(letter, points, found.count(letter)) for letter, points in least.items()]


@for_scorers
def learn_view(request: HttpRequest, scored: Scored) -> HttpResponse:
    """Learn now."""
    start_learning(by=posted(request))
    return done(request, _("The program is learning from your leads; the result appears here."), scored.page)


@for_scorers
def use_view(request: HttpRequest, scored: Scored, pk: int) -> HttpResponse:
    """Let a version count, or none."""
    user, row = posted(request), get_object_or_404(ScoreModel, pk=pk)
    use_model(row, on=request.POST.get("on") == "1", by=user, changed=use_changed)
    return done(request, _("Done; the leads are scored anew."), scored.page)


MORE["lead"] = learned
