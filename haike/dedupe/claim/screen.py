"""The pages of claim cases: the list, filing one, and the case as claimant, owner and arbiter each see it."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.dedupe.claim.act import answer_case, cases_of, decide, file_case, is_owner, may_rule, withdraw
from haike.dedupe.claim.evidence import evidence
from haike.dedupe.claim.record import LONGEST, OPEN, REASONS, RULINGS, SHARED, STATES, ClaimCase
from haike.dedupe.claim.ticket import read_ticket
from haike.kernel.entity import Button
from haike.refused import Refused
from haike.screens.door import done, refused_page

URL = "/claims/"


def list_button() -> Button:
    """The way from a list."""
    return Button(_("Claim cases"), URL, "gavel")


def claims_view(request: HttpRequest) -> HttpResponse:
    """The cases that concern the user."""
    user, state = cast(Any, request.user), request.GET.get("state", "")
    found = [case for case in cases_of(user) if not state or case.state == state]
    lines = [{"case": case, "mine": case.claimant_id == user.pk, "label": STATES[case.state]} for case in found]
    return render(request, "dedupe/claims.html", {"lines": lines, "states": STATES, "state": state})


def new_view(request: HttpRequest) -> HttpResponse:
    """File a case about something that a note told of."""
    user = cast(Any, request.user)
    data = request.POST if request.method == "POST" else request.GET
    fault, faults = "", {}
    try:
        ticket = read_ticket(data.get("ticket", ""), user)
    except Refused as no:
        return refused_page(request, no)
    if request.method == "POST":
        try:
            case = file_case(ticket, reason=data.get("reason", ""), evidence=data.get("evidence", ""), by=user)
        except Refused as no:
            fault, faults = str(no.message), no.fields
        else:
            return done(request, _("The case is filed; you hear of the ruling."), case.url, go=True)
    context = {
        "ticket": ticket, "sealed": data.get("ticket", ""), "reasons": REASONS, "reason": data.get("reason", ""),
        "evidence": data.get("evidence", ""), "fault": fault, "faults": faults, "longest": LONGEST,
    }  # fmt: skip
    return render(request, "dedupe/claim_new.html", context, status=422 if fault or faults else 200)


def case_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One case. The claimant sees his words and the state, the owner may answer, the arbiter sees both sides."""
    user = cast(Any, request.user)
    case = ClaimCase.objects.select_related("claimant", "owner", "decided_by").filter(pk=pk).first()
    if case is None:
        raise Http404
    mine, owns, rules = case.claimant_id == user.pk, is_owner(case, user), may_rule(case, user)
    if not (mine or owns or rules):
        raise Http404
    fault, faults = "", {}
    if request.method == "POST":
        try:
            return _act(request, case, user, mine=mine, owns=owns, rules=rules)
        except Refused as no:
            fault, faults = str(no.message), no.fields
    record = case.record if owns or rules else None
    context = {
        "case": case,
        "state": STATES[case.state],
        "reason": REASONS[case.reason],
        "ruling": RULINGS.get(case.ruling, ""),
        "open": case.state == OPEN,
        "mine": mine,
        "owns": owns,
        "rules": rules,
        "record": record,
        "record_url": case.kind.url_of(record) if record is not None else "",
        "lines": evidence(case, record, user) if rules and record is not None else [],
        "rulings": RULINGS,
        "shared": SHARED,
        "typed": request.POST,
        "fault": fault,
        "faults": faults,
        "undo_url": f"/batches/{case.batch_id}/" if case.batch_id and rules else "",
    }
    return render(request, "dedupe/claim.html", context, status=422 if fault or faults else 200)


def _act(request: HttpRequest, case: ClaimCase, user: Any, *, mine: bool, owns: bool, rules: bool) -> HttpResponse:
    data, act = request.POST, request.POST.get("act")
    if act == "withdraw" and mine:
        withdraw(case, by=user)
        return done(request, _("The case is withdrawn."), case.url)
    if act == "answer" and owns:
        answer_case(case, data.get("answer", ""), by=user)
        return done(request, _("Your answer is with the arbiter."), case.url)
    if act == "decide" and rules:
        ruled = decide(
            case, ruling=data.get("ruling", ""), percent=data.get("percent", ""), note=data.get("note", ""), by=user
        )
        undo_url = f"/batches/{ruled.batch_id}/undo" if ruled.batch_id else ""
        seen = may_rule(ruled, user) or is_owner(ruled, user)
        return done(request, _("The ruling is made; both are told."), case.url if seen else URL, undo_url=undo_url)
    raise Http404
