"""The page of the checks of rights."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.digits import whole
from haike.kernel.entity import entity_named
from haike.people.grants import organisation
from haike.people.proof.check import check_rights_job, may_check, surface_name
from haike.people.proof.record import RightsCheck
from haike.people.proof.walk import surfaces
from haike.screens.door import done

HERE = "/settings/rights-check/"
SHOWN, MOST_LINES = 30, 200


def checks_view(request: HttpRequest) -> HttpResponse:
    """The runs, and what one of them found."""
    if not may_check(cast(Any, request.user)):
        raise Http404
    runs = list(RightsCheck.objects.all()[:SHOWN])
    asked = whole(request.GET.get("run"))
    run = next((each for each in runs if each.pk == asked), runs[0] if runs else None)
    context = {
        "url": HERE,
        "runs": runs,
        "run": run,
        "lines": [_line(finding) for finding in run.findings[:MOST_LINES]] if run else [],
        "surfaces": [(each.label, run.asked.get(each.key, 0) if run else 0) for each in surfaces()],
    }
    return render(request, "people/rights_check.html", context)


def _line(finding: dict[str, Any]) -> dict[str, Any]:
    entity = entity_named(finding["entity"])
    user = organisation().users.get(finding["user"])
    return {
        "leak": finding["leak"],
        "surface": surface_name(finding["surface"]),
        "kind": entity.name if entity else finding["entity"],
        "url": f"{entity.url}{finding['record']}/" if entity and finding["record"] else "",
        "record": finding["record"] or "",
        "user": user,
        "where": finding["where"],
    }


@require_POST
def check_now_view(request: HttpRequest) -> HttpResponse:
    """Begin a check at once."""
    if not may_check(cast(Any, request.user)):
        raise Http404
    check_rights_job.enqueue(by=request.user.pk)
    return done(request, _("The check has begun; its result appears here."), HERE)
