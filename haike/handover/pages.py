"""The pages: the wizard, one hand-over, all of them, and what was left behind by people who are gone."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.bulk.undo import demand_may_undo
from haike.handover import actions
from haike.handover.area import NAME, area_key, is_house
from haike.handover.form import PlanForm
from haike.handover.holding import holdings
from haike.handover.plan import foreseen, from_data
from haike.handover.record import DONE, DRAFT, FAILED, REFUSED, RUNNING, WAITING, Handover
from haike.handover.records import RecordsHeld, record_holdings
from haike.kernel.entity import entity_of
from haike.kernel.filter import Group, Line
from haike.people.authority import may_manage
from haike.people.grants import organisation
from haike.people.pages import user_to_manage
from haike.people.user.handover import SIGNED
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.door import done, refused_page

PAGE = 30


def leave_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The wizard for one person."""
    return _wizard(request, user_to_manage(request, pk), None)


def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The wizard again, for a hand-over that was not started."""
    draft = _found(request, pk)
    if draft.by_id != request.user.pk or draft.state not in (DRAFT, REFUSED):
        raise Http404
    return _wizard(request, user_to_manage(request, draft.user_id), draft)


def _wizard(request: HttpRequest, user: User, draft: Handover | None) -> HttpResponse:
    me, status = cast(Any, request.user), 200
    form = PlanForm(user, me, draft=draft, request=request)
    if request.method == "POST" and "choose" not in request.POST:
        ways = form.ways()
        if ways is not None:
            try:
                made = actions.prepare(user, ways, leaves=form.leaves, note=form.note, by=me, draft=draft)
                return redirect(made.url)
            except Refused as no:
                form.refuse(no)
        status = 422
    action = f"/handovers/{draft.pk}/change" if draft is not None else f"/users/{user.pk}/leave"
    context = {
        "form": form,
        "person": user,
        "action": action,
        "may_leave": user.is_active and user.pk != me.pk,
        "back_url": draft.url if draft is not None else f"/users/{user.pk}/",
        "signed": SIGNED(),
    }
    template = "handover/wizard.html#form" if getattr(request, "htmx", False) else "handover/wizard.html"
    return render(request, template, context, status=status)


def _seen_by(user: Any) -> Any:
    """The hand-overs that somebody may look at: his own, those he decides about, those in which he got something."""
    rows = Handover.objects.select_related("user", "by", "decided_by", "batch")
    if user.grants.may_do("boss"):
        return rows
    reach = user.grants.owner_ids("people.user", "edit")
    managed = ~Q(user=user) & (Q() if reach is None else Q(user__in=reach))
    return rows.filter(Q(by=user) | Q(decided_by=user) | managed | Q(result__got__has_key=str(user.pk)))


def _found(request: HttpRequest, pk: int) -> Handover:
    return cast(Handover, get_object_or_404(_seen_by(cast(Any, request.user)), pk=pk))


def handovers_view(request: HttpRequest) -> HttpResponse:
    """All hand-overs that one may see, the newest first."""
    page = Paginator(_seen_by(cast(Any, request.user)).order_by("-id"), PAGE).get_page(request.GET.get("page"))
    left = bool(left_behind(cast(Any, request.user)))
    return render(request, "handover/list.html", {"page": page, "left": left})


def handover_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-over: what would happen, what happened, and what may be done now."""
    found, me = _found(request, pk), cast(Any, request.user)
    leads = found.by_id == me.pk or may_manage(me, found.user) or found.decided_by_id == me.pk
    fresh = found.state in (DRAFT, WAITING, REFUSED)
    fault = ""
    if fresh and leads:
        try:
            actions.check(found)
        except Refused as no:
            fault = str(no.message or " ".join(str(each) for each in no.fields.values()))
    context = {
        "handover": found,
        "lines": _preview(found, me) if fresh and leads and not fault else [],
        "results": _results(found, me, leads),
        "kept": _kept(found) if leads else [],
        "fault": fault,
        "leads": leads,
        "may_start": found.by_id == me.pk and found.state in (DRAFT, REFUSED),
        "may_withdraw": found.by_id == me.pk and fresh,
        "signs": found.state == WAITING and actions.may_sign(found, me),
        "signed": SIGNED(),
        "running": found.state == RUNNING,
        "may_undo": leads and _may_undo(found, me),
    }
    template = "handover/handover.html#state" if getattr(request, "htmx", False) else "handover/handover.html"
    return render(request, template, context)


def _may_undo(found: Handover, user: Any) -> bool:
    if found.batch is None or found.state not in (DONE, FAILED) or found.batch.undoing_at is not None:
        return False
    try:
        demand_may_undo(entity_of(User), found.batch, user)
    except Refused:
        return False
    return True


def _preview(found: Handover, me: Any) -> list[dict[str, Any]]:
    known, lines = holdings(), []
    for key, way in from_data(found.plan).items():
        holding = known.get(key)
        if holding is None:
            continue
        count, movable = holding.count(found.user), holding.movable(found.user, found.by)
        lines.append(
            {
                "holding": holding,
                "count": count,
                "less": count - movable,
                "to": foreseen(holding, way, found.user, found.by, found.pk),
                "samples": holding.samples(found.user, me),
                "along": holding.along(found.user),
            }
        )
    return lines


def _results(found: Handover, me: Any, leads: bool) -> list[dict[str, Any]]:
    known, people = holdings(), organisation().users
    got = found.result.get("got", {})
    if not leads:
        got = {pk: numbers for pk, numbers in got.items() if pk == str(me.pk)}
    lines = []
    for key, number in found.result.get("moved", {}).items():
        holding = known.get(key)
        if holding is None:
            continue
        whom = [(people[int(pk)], n[key]) for pk, n in got.items() if key in n and int(pk) in people]
        if leads or whom:
            lines.append({"holding": holding, "number": number if leads else whom[0][1], "whom": whom})
    return lines


def _kept(found: Handover) -> list[dict[str, Any]]:
    known = holdings()
    return [
        {"kind": known[key].label if key in known else key, "title": title, "why": why}
        for key, title, why in found.result.get("kept", [])
    ]


@require_POST
def start_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out, or ask for the second person."""
    found = _found(request, pk)
    try:
        found = actions.submit(found, by=cast(Any, request.user))
    except Refused as no:
        return refused_page(request, no)
    told = _("It waits for a second person now.") if found.state == WAITING else _("The hand-over is running.")
    return done(request, told, found.url, go=True)


@require_POST
def decide_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's yes or no."""
    found = _found(request, pk)
    agree = request.POST.get("decision") == "agree"
    try:
        actions.decide(found, agree=agree, reason=request.POST.get("reason", ""), by=cast(Any, request.user))
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("The hand-over is running.") if agree else _("Refused."), found.url, go=True)


@require_POST
def withdraw_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away what was only prepared."""
    found = _found(request, pk)
    try:
        actions.withdraw(found, by=cast(Any, request.user))
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("The hand-over was taken back."), f"/users/{found.user_id}/", go=True)


def left_behind(me: Any) -> list[dict[str, Any]]:
    """Who is gone and still owns records that `me` sees: person, numbers by kind, and in all."""
    house = organisation()
    gone = {
        pk for pk, user in house.users.items()
        if (not user.is_active or user.deleted_at is not None) and not is_house(pk) and user.applied_at is None
    }  # fmt: skip
    numbers: dict[int, list[dict[str, Any]]] = {}
    for holding in record_holdings() if gone else []:
        assert isinstance(holding, RecordsHeld)
        entity = holding.entity
        rows = entity.model.objects.visible_to(me).filter(owner_id__in=gone).order_by().values_list("owner_id")
        for pk, number in rows.annotate(number=Count("pk")):
            owned = Group((Line(entity.looks["owner"], "one_of", [str(pk)]),)).text()
            numbers.setdefault(pk, []).append({"holding": holding, "number": number, "filter": owned})
    found = []
    for pk, kinds in numbers.items():
        user = house.users[pk]
        handed = user.deleted_at is None and may_manage(me, user)
        total = sum(each["number"] for each in kinds)
        found.append({"user": user, "kinds": kinds, "may": handed, "area": user.username == NAME, "total": total})
    return sorted(found, key=lambda each: (not each["area"], -each["total"]))


def left_view(request: HttpRequest) -> HttpResponse:
    """Records whose owner is gone, and what lies in the isolation area."""
    me = cast(Any, request.user)
    if not entity_of(User).policy.may(me, "edit"):
        raise Http404
    return render(request, "handover/left.html", {"people": left_behind(me), "area": area_key()})
