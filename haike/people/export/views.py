"""The pages of exports that need somebody's yes: those who decide see all, others their own."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from haike.exchange.approval import GRANT, ExportRequest, decide
from haike.jobs.job import Job
from haike.kernel.entity import entity_named
from haike.people.grants import grants_of, organisation
from haike.refused import Refused
from haike.screens.door import done

HERE = "/exports/"
SHOWN = 200
COLOURS = {"waiting": "yellow", "agreed": "green", "refused": "red"}


def deciders() -> set[int]:
    """The keys of all users who may decide about exports."""
    return {pk for pk in organisation().users if grants_of(pk).may_do(GRANT)}


def _seen_by(user: Any) -> Any:
    rows = ExportRequest.objects.select_related("export__by")
    return rows if user.grants.may_do(GRANT) else rows.filter(export__by=user)


def _shown(each: ExportRequest) -> dict[str, Any]:
    entity, decider = entity_named(each.export.entity), organisation().users.get(each.decided_by_id or 0)
    return {
        "asked": each,
        "state": each.get_state_display(),
        "export": each.export,
        "url": f"{HERE}{each.pk}/",
        "kind": entity.label_plural if entity is not None else each.export.entity,
        "colour": COLOURS[each.state],
        "decider": decider,
        "with": each.order.get("with_companions") or each.order.get("joined"),
    }


def requests_view(request: HttpRequest) -> HttpResponse:
    """Requests, those that wait first."""
    user = cast(Any, request.user)
    found = list(_seen_by(user)[:SHOWN])
    found.sort(key=lambda each: each.state != ExportRequest.State.WAITING)
    if not found and not user.grants.may_do(GRANT) and not user.grants.may_do("export"):
        raise Http404
    return render(request, "people/export_requests.html", {"lines": [_shown(each) for each in found]})


def request_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what it is about, and the decision."""
    user = cast(Any, request.user)
    found = get_object_or_404(_seen_by(user), pk=pk)
    faults: dict[str, Any] = {}
    if request.method == "POST":
        if not user.grants.may_do(GRANT):
            raise Http404
        agree = request.POST.get("decision") == "agree"
        try:
            decide(pk, agree=agree, reason=request.POST.get("reason", ""), by=user, deciders=deciders())
        except Refused as no:
            faults = {"message": no.message, "reason": no.fields.get("reason", "")}
            found.refresh_from_db()
        else:
            said = _("The export is agreed to and being written.") if agree else _("The export is refused.")
            return done(request, said, HERE)
    mine, waits = found.export.by_id == user.pk, found.state == ExportRequest.State.WAITING
    others = deciders() - {user.pk}
    work = Job.objects.filter(pk=found.job).first() if mine and found.job else None
    context = {
        **_shown(found),
        "mine": mine,
        "waits": waits,
        "may_decide": waits and user.grants.may_do(GRANT) and not (mine and others),
        "job": work,
        "typed": request.POST.get("reason", ""),
        "faults": faults,
    }
    return render(request, "people/export_request.html", context, status=422 if faults else 200)
